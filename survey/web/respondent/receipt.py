"""The receipt: says whether an answer is stored and counts, and nothing about the answer."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from survey.actions.response.look_up_receipt import look_up_receipt
from survey.programme.wave import OFFICE_TIME
from survey.response.receipt import grouped
from survey.web.i18n import current_time, gettext, use_language
from survey.web.look import Look, preferred_look
from survey.web.qr import qr_svg
from survey.web.respondent.opened import site_address
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/r", "find_receipt", find_receipt, methods=["POST"])
    blueprint.add_url_rule("/r/<look:look>", "find_receipt", find_receipt, methods=["POST"])
    blueprint.add_url_rule("/r/<typed>", "show_receipt", show_receipt, methods=["GET"])
    blueprint.add_url_rule("/r/<typed>/<look:look>", "show_receipt", show_receipt, methods=["GET"])


def show_receipt(typed: str, look: Look | None = None) -> ResponseReturnValue:
    look = look or preferred_look()
    use_language(look.language)
    found = look_up_receipt(services().storage, typed[:40])
    if found is None:
        return render_template("respondent/receipt_unknown.html", typed_receipt=typed[:40]), 404
    return render_template(
        "respondent/receipt.html",
        look=look,
        wave=found.wave,
        found=found,
        state=found.state.value,
        changeable=found.own and found.wave.accepts_on(current_time().astimezone(OFFICE_TIME).date()),
        receipt=grouped(found.receipt),
        picture=qr_svg(f"{site_address()}/r/{found.receipt}", gettext("回执码的二维码")),
        note=request.args.get("note"),
        switch_base=f"/r/{found.receipt}/",
    )


def find_receipt(look: Look | None = None) -> ResponseReturnValue:
    """From the box on the start page to the receipt's page."""
    look = look or preferred_look()
    use_language(look.language)
    typed = "".join(request.form.get("receipt", "")[:40].split())
    if not typed.replace("-", "").isalnum() or not typed.isascii():
        return render_template("respondent/receipt_unknown.html", typed_receipt=typed), 404
    return redirect(f"/r/{typed.upper()}/{look.slug}", 303)
