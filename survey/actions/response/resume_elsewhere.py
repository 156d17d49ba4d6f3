"""Go on with a form on another device: make the code that stands for it, open the form that a code stands for."""

from datetime import date

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from survey.response.resume_code import (
    KEPT,
    OPENINGS,
    code_hash,
    lock_ticket,
    read_resume_code,
    resume_code,
    unlock_ticket,
)
from survey.response.ticket import Ticket
from survey.storage import Storage
from survey.storage.resume_codes import ResumeCodeRow

_ATTEMPTS = 4


class NoResumeCodeError(ValueError):
    """Every code that could stand for the form stands for another one."""


def make_resume_code(storage: Storage, key: str, ticket: Ticket, today: date) -> str:
    """The form's code, from today on good for two days and a few openings. Codes that are over are deleted."""
    with storage.write() as session:
        session.execute(delete(ResumeCodeRow).where(ResumeCodeRow.made_on < today - KEPT))
    for attempt in range(_ATTEMPTS):
        code = resume_code(ticket, key, attempt)
        if _is_made(storage, key, code, ticket, today):
            return code
    raise NoResumeCodeError(f"wave {ticket.wave}: no free code for a form; try again when older codes are over")


def find_form_elsewhere(storage: Storage, key: str, typed: str, today: date) -> Ticket | None:
    """The ticket that a code stands for, and one opening fewer; None for a code that is mistyped, over or used up.

    The count is in the row and one statement raises it, so that a code opens its form no more often than it may.
    """
    code = read_resume_code(typed)
    if code is None:
        return None
    row = ResumeCodeRow
    opening = (
        update(row)
        .where(row.code_hash == code_hash(code, key), row.opened < OPENINGS, row.made_on >= today - KEPT)
        .values(opened=row.opened + 1)
        .returning(row.ticket)
    )
    with storage.write() as session:
        locked = session.execute(opening).scalar()
    return None if locked is None else unlock_ticket(locked, code, key)


def _is_made(storage: Storage, key: str, code: str, ticket: Ticket, today: date) -> bool:
    """Whether the code stands for the ticket now: written anew, or renewed. False when it stands for another form."""
    hashed = code_hash(code, key)
    try:
        with storage.write() as session:
            row = session.get(ResumeCodeRow, hashed)
            if row is None:
                locked = lock_ticket(ticket, code, key)
                session.add(ResumeCodeRow(code_hash=hashed, ticket=locked, made_on=today, opened=0))
                return True
            if unlock_ticket(row.ticket, code, key) != ticket:
                return False
            row.made_on, row.opened = today, 0
            return True
    except IntegrityError:
        return _is_made(storage, key, code, ticket, today)  # the same form in a second tab was first
