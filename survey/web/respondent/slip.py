"""The reply slip: name and contact with a consent of its own, stored encrypted and apart from every answer."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.actions.opinion.send_reply_slip import send_reply_slip
from survey.opinion.reply_slip import CONTACT_LIMIT, KEPT, NAME_LIMIT, ReplySlip
from survey.web.i18n import gettext, use_language
from survey.web.look import Look
from survey.web.respondent.after import Problem, chosen_look, frame_of, is_sent, ticket_of, today, wave_of
from survey.web.respondent.opened import signing_key
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/w/<wave_id>/slip/<look:look>", "slip", write_slip, methods=["GET", "POST"])
    blueprint.add_url_rule("/w/<wave_id>/slip-sent/<look:look>", "slip_sent", slip_sent)


def write_slip(wave_id: str, look: Look) -> ResponseReturnValue:
    """The reply slip, with a consent of its own."""
    wave, _areas = wave_of(wave_id)
    look = chosen_look(look)
    name, contact = (request.form.get(field, "").strip() for field in ("name", "contact"))
    consented = request.form.get("consent") == "yes"
    problems = _problems(name, contact, consented) if is_sent() else []
    if not is_sent() or problems:
        page = render_template(
            "respondent/slip.html",
            **frame_of(wave, look, "slip"),
            name=name,
            contact=contact,
            consented=consented,
            problems=problems,
            limits=(NAME_LIMIT, CONTACT_LIMIT),
            days=KEPT.days,
        )
        return page, 422 if problems else 200
    ticket = ticket_of("slip", wave)
    made = ReplySlip(ticket.id, wave.id, name, contact, consented, today())
    send_reply_slip(services().storage, made, signing_key())
    return redirect(url_for("respondent.slip_sent", wave_id=wave.id, look=look), 303)


def slip_sent(wave_id: str, look: Look) -> str:
    wave, _areas = wave_of(wave_id)
    use_language(look.language)
    base = f"/w/{wave.id}/slip-sent/"
    return render_template("respondent/slip_sent.html", look=look, wave=wave, switch_base=base, days=KEPT.days)


def _problems(name: str, contact: str, consented: bool) -> list[Problem]:
    problems = []
    if len(name) > NAME_LIMIT:
        problems.append(Problem("name", gettext("称呼最多 %(n)s 字。", n=NAME_LIMIT)))
    if not contact:
        problems.append(Problem("contact", gettext("请写下电话或邮箱。")))
    elif len(contact) > CONTACT_LIMIT:
        problems.append(Problem("contact", gettext("联系方式最多 %(n)s 个字符。", n=CONTACT_LIMIT)))
    if not consented:
        problems.append(Problem("consent", gettext("没有您的同意，不能保存联系方式。不想留也可以直接关闭本页。")))
    return problems
