"""Go on with a form on another device: the code on the form, and the page on the other device where it is typed."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from survey.actions.response.resume_elsewhere import find_form_elsewhere, make_resume_code
from survey.actions.response.send_answers import check_values
from survey.programme.wave import OFFICE_TIME
from survey.response.resume_code import in_groups
from survey.response.ticket import seal
from survey.web.i18n import current_time, gettext, use_language
from survey.web.look import Look, preferred_look
from survey.web.qr import qr_svg
from survey.web.respondent.opened import OpenedForm, open_ticket, signing_key, site_address
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/a/<sealed>/<look:look>/resume", "show_resume", show_resume, methods=["GET"])
    for rule in ("/c", "/c/<look:look>", "/c/<look:look>/<typed>"):
        blueprint.add_url_rule(rule, "enter_resume", enter_resume, methods=["GET"])
    for rule in ("/c", "/c/<look:look>"):
        blueprint.add_url_rule(rule, "take_resume", take_resume, methods=["POST"])


def show_resume(sealed: str, look: Look) -> ResponseReturnValue:
    """The code for the form as it is kept now. Asking again shows the same code."""
    opened = open_ticket(sealed, look)
    progress = opened.progress()
    if progress.receipt is not None:
        return redirect(opened.address_of_receipt(progress.receipt), 303)
    today = opened.now.astimezone(OFFICE_TIME).date()
    code = make_resume_code(services().storage, signing_key(), opened.ticket, today)
    address = f"{site_address()}/c/{look.slug}"
    return render_template(
        "respondent/resume.html",
        look=look,
        wave=opened.form.wave,
        code=in_groups(code),
        entry=f"{site_address()}/c".partition("://")[2],
        picture=qr_svg(f"{address}/{code}", gettext("接着填的二维码")),
        back=_where_to_go_on(opened),
        switch_base=f"/a/{sealed}/",
        switch_end="/resume",
    )


def enter_resume(look: Look | None = None, typed: str = "") -> str:
    """The box for the code. An address with the code in it fills the box only: a preview must not use an opening up."""
    return _entry(look, typed)


def take_resume(look: Look | None = None) -> ResponseReturnValue:
    """Open the form that the code stands for, at the first question that has no answer yet."""
    look = look or preferred_look()
    use_language(look.language)
    typed = request.form.get("code", "")[:40]
    now = current_time()
    today = now.astimezone(OFFICE_TIME).date()
    ticket = find_form_elsewhere(services().storage, signing_key(), typed, today)
    if ticket is None:
        message = (
            gettext("没有这个编码，或者它已经过期。请对照一下；也可以在原来的手机上再要一个。")
            if typed.strip()
            else gettext("请先输入编码。")
        )
        return _entry(look, typed, message), 422
    return redirect(_where_to_go_on(open_ticket(seal(ticket, signing_key()), look)), 303)


def _entry(look: Look | None, typed: str, message: str = "") -> str:
    look = look or preferred_look()
    use_language(look.language)
    return render_template(
        "respondent/resume_entry.html", look=look, typed=typed, message=message, switch_base="/c/", switch_end=""
    )


def _where_to_go_on(opened: OpenedForm) -> str:
    """The first item that is asked and was not passed yet, else the review page; the receipt once it was sent."""
    progress = opened.progress()
    if progress.receipt is not None:
        return opened.address_of_receipt(progress.receipt)
    values = progress.values or {}
    open_items = [name for name in check_values(opened.form, values).answers if name not in values]
    return opened.address_of(open_items[0]) if open_items else opened.address("review")
