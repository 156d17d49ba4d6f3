"""What a code opens first: the notice and the way into the form."""

from dataclasses import replace
from datetime import datetime
from math import ceil

from flask import Blueprint, Response, redirect, render_template
from flask.typing import ResponseReturnValue

from survey.actions.response.open_form import Form
from survey.actions.response.send_answers import check_values
from survey.invitation.funnel import Step
from survey.response.response import Purpose
from survey.response.ticket import Ticket, open_ticket, seal
from survey.web.i18n import current_time, use_language
from survey.web.look import Look, preferred_look
from survey.web.prepared_page import PreparedPage, hole
from survey.web.respondent.opened import count_step, signing_key
from survey.web.respondent.opened import open_ticket as open_form
from survey.web.respondent.prepared import prepared, send_prepared
from survey.web.respondent.voice import address_at_wechat, ask_wechat, person_of
from survey.web.services import services

_SECONDS_PER_QUESTION = 9


def add_routes(blueprint: Blueprint) -> None:
    # QR codes are smaller in upper case, and people type either.
    for rule in ("/q/<code>", "/Q/<code>"):
        blueprint.add_url_rule(rule, "start", show_start, strict_slashes=False)
        blueprint.add_url_rule(f"{rule}/<look:look>", "start", show_start)
    blueprint.add_url_rule("/a/<sealed>/<look:look>/wechat", "show_start_again", show_start_again, methods=["GET"])


def show_start(code: str, look: Look | None = None) -> ResponseReturnValue:
    scanned = look is None  # a language or size chosen on the page is no second scan
    look = look or preferred_look()
    use_language(look.language)
    now = current_time()
    library = services().forms
    form = library.open(code, now)
    if scanned:
        count_step(form, Step.SCANNED, now)
    if library.holds_answer(form):
        return Response(_render(form, look, holds_answer=True).fill(_holes(form, look)), mimetype="text/html")
    ticket = open_ticket(form.wave.id, form.invitation.code, Purpose.LIVE, now)
    if scanned and ask_wechat(form.wave.protection.wechat):
        return redirect(address_at_wechat(seal(ticket, signing_key()), look), 302)
    return _send(form, look, ticket)


def show_start_again(sealed: str, look: Look) -> Response:
    """Back from WeChat, with a name or without: the notice, with the ticket that was made before."""
    opened = open_form(sealed, look)
    ticket = opened.ticket
    if opened.form.wave.protection.wechat:
        ticket = replace(ticket, person=person_of(ticket))
    return _send(opened.form, look, ticket)


def send_start(form: Form, look: Look, now: datetime) -> Response:
    """The notice with a new ticket."""
    return _send(form, look, open_ticket(form.wave.id, form.invitation.code, Purpose.LIVE, now))


def _send(form: Form, look: Look, ticket: Ticket) -> Response:
    invitation = form.invitation
    key = ("start", form.wave, look, invitation.kind, invitation.place_type)
    page = prepared(key, form.areas, lambda: _render(form, look))
    first = services().forms.in_order(form, ticket.response_id).first_item
    return send_prepared(page, _holes(form, look, seal(ticket, signing_key()), first))


def _holes(form: Form, look: Look, sealed: str = "", first: str = "") -> dict[str, str]:
    invitation = form.invitation
    area = form.areas.by_code[invitation.area].name.in_language(look.language)
    place = area if form.single_use else f"{area} · {invitation.place.in_language(look.language)}"
    return {"sealed": sealed, "first": first, "code": invitation.code, "place": place}


def _render(form: Form, look: Look, *, holds_answer: bool = False) -> PreparedPage:
    asked = list(check_values(form, {}).answers)  # as the first question counts them
    return PreparedPage(
        render_template(
            "respondent/start.html",
            look=look,
            wave=form.wave,
            questionnaire=form.questionnaire,
            single_use=form.single_use,
            holds_answer=holds_answer,
            count=len(asked),
            minutes=max(1, ceil(len(asked) * _SECONDS_PER_QUESTION / 60)),
            minimum_age=form.questionnaire.minimum_age,
            first=hole("first"),
            sealed=hole("sealed"),
            place=hole("place"),
            switch_base=("/k/" if look.kiosk else "/q/") + hole("code") + "/",
        )
    )
