"""Announce what no request announces: counts of open waves, opinions whose deadline comes. Once a day, by a timer."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.actions.webhooks.announce import announce
from survey.programme.wave import OFFICE_TIME, WaveStatus
from survey.programme.webhook import HookEvent
from survey.storage import Storage
from survey.storage.opinion_steps import open_deadlines
from survey.storage.response_counts import count_by_source
from survey.storage.waves import list_waves

AHEAD = timedelta(days=2)  # an opinion is announced when its deadline is as near


def announce_due(storage: Storage, now: datetime) -> int:
    """How many messages were made; the same day again makes none."""
    today = now.astimezone(OFFICE_TIME).date()
    told = 0
    with storage.write() as session:
        for wave in list_waves(session):
            if wave.status is WaveStatus.OPEN:
                data: dict[str, object] = {"wave": wave.id, "responses": _counts(session, wave.id)}
                told += announce(session, HookEvent.RESPONSES_COUNTED, data, now, once=f"{wave.id} {today}")
        for letter, unit, due_on in open_deadlines(session):
            if due_on <= today + AHEAD:
                data = {"letter": letter, "unit": unit, "due_on": due_on.isoformat(), "overdue": due_on < today}
                told += announce(session, HookEvent.OPINION_DUE, data, now, once=f"{letter} {due_on}")
    return told


def _counts(session: Session, wave_id: str) -> dict[str, int]:
    """Live responses by source and mode."""
    counts: Counter[str] = Counter()
    for one in count_by_source(session, wave_id):
        counts[f"{one.source.value} {one.mode.value}"] += one.n
    return dict(sorted(counts.items()))
