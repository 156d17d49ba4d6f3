"""Record a batch of letters that was printed: reminders, or chosen codes printed again. The codes are not kept."""

from datetime import datetime

from survey.actions.invitation.print_posters import Sheets
from survey.storage import Storage
from survey.storage.events import count_events, new_event, record_event

REMINDER, REPRINT = "print_reminders", "reprint_codes"


def record_printing(storage: Storage, sheets: Sheets, now: datetime, actor: str) -> int:
    """The number of the batch among its kind in this wave, from 1."""
    action = REMINDER if sheets.reminder else REPRINT
    with storage.write() as session:
        record_event(session, new_event(now, actor, action, sheets.wave.id, str(len(sheets.pages))))
        return count_events(session, action, sheets.wave.id)
