"""After the answer: what the opinion box and the reply slip share. Neither knows of the answer: the addresses name the
wave and nothing else, and their ids are made when the form opens.
"""

from datetime import date
from typing import NamedTuple

from flask import abort, request

from survey.actions.opinion.send_opinion import wave_to_write_to
from survey.opinion.form_ticket import FormTicket, seal_new, unseal
from survey.programme.area import AreaTree
from survey.programme.wave import OFFICE_TIME, Wave
from survey.web.i18n import current_time, use_language
from survey.web.look import Look, find_look
from survey.web.respondent.opened import signing_key
from survey.web.services import services


class Problem(NamedTuple):
    """A message and the field that it is about."""

    field: str
    message: str


def wave_of(wave_id: str) -> tuple[Wave, AreaTree]:
    """The wave with the places that one can write about; 404 for one that has not begun."""
    found = wave_to_write_to(services().storage, wave_id)
    if found is None:
        abort(404)
    return found


def chosen_look(look: Look) -> Look:
    """The look of the address, or the one whose button was pressed in the form."""
    chosen = find_look(request.form.get("go", "")) or look
    use_language(chosen.language)
    return chosen


def frame_of(wave: Wave, look: Look, kind: str) -> dict[str, object]:
    """What both forms need; the ticket goes along when the form is shown again."""
    ticket = request.form.get("ticket") or seal_new(kind, wave.id, signing_key())
    return {"wave": wave, "look": look, "ticket": ticket, "action": f"/w/{wave.id}/{kind}/{look.slug}", "enter": "send"}


def ticket_of(kind: str, wave: Wave) -> FormTicket:
    """The ticket of the form that was sent. Raises `FormTicketError`; 400 for one of another wave."""
    ticket = unseal(kind, request.form.get("ticket", ""), signing_key())
    if ticket.wave != wave.id:
        abort(400)
    return ticket


def is_sent() -> bool:
    """Whether the button was the one that sends; the others change language and size."""
    return request.form.get("go") == "send"


def today() -> date:
    """The day in the office's time zone; the time of day is never kept."""
    return current_time().astimezone(OFFICE_TIME).date()
