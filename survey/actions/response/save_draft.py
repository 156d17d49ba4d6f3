"""Keep what was filled in so far, until the form is sent or discarded. Numbers of people are masked even here."""

import json
from datetime import date
from functools import partial

from sqlalchemy import ColumnElement, Connection, delete, insert, update
from sqlalchemy.exc import IntegrityError

from survey.actions.response.read_progress import RawValues
from survey.instrument.questionnaire import Questionnaire
from survey.opinion.personal_data import mask_personal_data
from survey.response.ticket import Ticket
from survey.storage import Storage
from survey.storage.responses import DraftRow


def mask_texts(questionnaire: Questionnaire, values: RawValues) -> dict[str, list[str]]:
    """The values with every phone and identity number in a text item replaced by asterisks."""
    texts = questionnaire.text_names
    return {
        name: [mask_personal_data(text) for text in given] if name in texts else list(given)
        for name, given in values.items()
    }


def save_draft(storage: Storage, ticket: Ticket, values: RawValues, today: date) -> None:
    """Replace the draft of this ticket. Raises `StorageUnavailableError`."""
    text = json.dumps(dict(values), ensure_ascii=False, separators=(",", ":"))
    work = partial(_replace_draft, ticket=ticket, text=text, today=today)
    try:
        storage.write_grouped(work)
    except IntegrityError:
        storage.write_grouped(work)  # the same form in a second tab was first: now there is a row to update


def discard_draft(storage: Storage, ticket: Ticket) -> None:
    """Forget the draft of this ticket (under-age stop, a code that was used)."""
    storage.write_grouped(lambda connection: connection.execute(delete(DraftRow).where(*_of(ticket))))


def _replace_draft(connection: Connection, ticket: Ticket, text: str, today: date) -> None:
    fresh = {"values": text, "changed_on": today}
    if connection.execute(update(DraftRow).where(*_of(ticket)).values(fresh)).rowcount == 0:
        whose = {"wave": ticket.wave, "response_id": ticket.response_id}
        connection.execute(insert(DraftRow).values(whose | fresh))


def _of(ticket: Ticket) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (DraftRow.wave == ticket.wave, DraftRow.response_id == ticket.response_id)
