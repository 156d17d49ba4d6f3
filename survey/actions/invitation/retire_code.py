"""Retire an access code: from now on its address says that it is no longer in use. Answers given by it stay."""

from datetime import datetime

from survey.storage import Storage
from survey.storage import invitations as stored
from survey.storage.events import new_event, record_event


def retire_code(storage: Storage, wave_id: str, code: str, now: datetime, actor: str) -> bool:
    """True when the code was in use until now; False for an unknown one and for one that was retired before."""
    with storage.write() as session:
        if not stored.retire_code(session, wave_id, code, now):
            return False
        record_event(session, new_event(now, actor, "retire_code", wave_id, code))
    return True
