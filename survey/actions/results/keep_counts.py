"""Keep the numbers of responses of hours that are over: pages of a large wave need not count every row again."""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from survey.storage import Storage
from survey.storage.hour_counts import begin_keeping, changes_so_far, hour_of, keep_hours, open_hours

WORTH_KEEPING = 20_000  # answers that every page would have to count otherwise
_OVER = timedelta(hours=2)  # an hour is closed for so long before it is kept: no answer is on its way any more


def keep_counts(storage: Storage, wave_id: str, now: datetime, at_least: int = WORTH_KEEPING) -> int:
    """Keep the hours that are over, if they hold `at_least` responses that are not kept yet. Returns how many.

    Counting goes on while answers come in. When one of a counted hour changes meanwhile, nothing is kept this time.
    """
    if not _begun(storage, wave_id):
        return 0
    with storage.read() as session:
        changes = changes_so_far(session, wave_id)
        counts = open_hours(session, wave_id, hour_of(now - _OVER))
    total = sum(counts.values())
    if not counts or total < at_least:
        return 0
    try:
        with storage.write() as session:
            if changes_so_far(session, wave_id, lock=True) != changes:
                return 0
            keep_hours(session, wave_id, counts)
    except IntegrityError:  # somebody else kept them at the same moment
        return 0
    return total


def _begun(storage: Storage, wave_id: str) -> bool:
    """Whether changes of the wave are counted; from the first call on, unless two make it at the same moment."""
    with storage.read() as session:
        if changes_so_far(session, wave_id) is not None:
            return True
    try:
        with storage.write() as session:
            begin_keeping(session, wave_id)
    except IntegrityError:
        return False
    return True
