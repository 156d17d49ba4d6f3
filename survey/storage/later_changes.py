"""Counts what happened to the answers of a wave after a moment, from responses, ledger and the log of reviews."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from survey.response.later_changes import LaterChanges
from survey.response.response import Purpose
from survey.response.review import ReviewDecision
from survey.storage.events import events_on
from survey.storage.responses import LedgerRow, ResponseRow
from survey.storage.reviews import ReviewRow, not_rejected

# Changes and withdrawals move the time of the row, so that the index of arrivals finds them; the ledger knows what was.
_KNOWN_BEFORE = exists().where(LedgerRow.wave == ResponseRow.wave, LedgerRow.response_id == ResponseRow.response_id)
_COUNTS = not_rejected(ResponseRow.__table__.c.wave, ResponseRow.__table__.c.response_id)
_COUNTED = (Purpose.LIVE.value, Purpose.WITHDRAWN.value)


def changes_since(
    session: Session, wave_id: str, since: datetime, areas: Collection[str] | None = None
) -> LaterChanges:
    """What an analysis that began at `since` does not know of; with `areas`, only of answers that lie in them."""
    known = _KNOWN_BEFORE.where(LedgerRow.received_at <= since).label("known")
    later = (
        select(ResponseRow.purpose, known, ResponseRow.area)
        .where(ResponseRow.wave == wave_id, ResponseRow.received_at > since, ResponseRow.purpose.in_(_COUNTED), _COUNTS)
        .subquery()
    )
    columns = (later.c.purpose, later.c.known, later.c.area)
    query = select(*columns, func.count()).group_by(*columns)
    found = {(Purpose.LIVE.value, False): 0, (Purpose.LIVE.value, True): 0, (Purpose.WITHDRAWN.value, True): 0}
    for purpose, was_known, area, n in session.execute(query):
        if (purpose, bool(was_known)) in found and (areas is None or area in areas):
            found[purpose, bool(was_known)] += n
    received, changed, withdrawn = found.values()
    return LaterChanges(received, changed, withdrawn, _reviewed_since(session, wave_id, since, areas))


def _reviewed_since(session: Session, wave_id: str, since: datetime, areas: Collection[str] | None) -> int:
    """How many answers of before were rejected since, or count again."""
    reviewed = (ReviewRow.wave == wave_id, ReviewRow.decided_at > since)
    decided = session.execute(select(ReviewRow.response_id, ReviewRow.decision).where(*reviewed))
    decisions = {row.response_id: row.decision for row in decided}
    # By key, for the few that were reviewed: a join, or asking for the time, would let SQLite go through the responses.
    query = select(ResponseRow.response_id, ResponseRow.area, ResponseRow.received_at).where(
        ResponseRow.wave == wave_id,
        ResponseRow.response_id.in_(select(ReviewRow.response_id).where(*reviewed)),
        ResponseRow.purpose == Purpose.LIVE.value,
    )
    found = [one for one, area, at in session.execute(query) if at <= since and (areas is None or area in areas)]
    before = _rejected_before(session, wave_id, since) if found else frozenset()
    return sum((decisions[one] == ReviewDecision.REJECTED.value) != (one in before) for one in found)


def _rejected_before(session: Session, wave_id: str, since: datetime) -> frozenset[str]:
    """The answers that a review had rejected at that moment; the log knows, the table has only the newest decision."""
    decisions: dict[str, str] = {}
    for event in events_on(session, "review_answer", wave_id):
        if event.at <= since:
            response, decision, _ = event.detail.split(": ", 2)
            decisions[response] = decision
    return frozenset(one for one, decision in decisions.items() if decision == ReviewDecision.REJECTED.value)
