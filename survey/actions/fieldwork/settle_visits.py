"""Visits that were kept for review: look at them, take them as attempts after all, or put them aside with a reason."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.actions.fieldwork.assign_cases import Decision, require_reason
from survey.actions.fieldwork.record_visit import apply_visit
from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.case import FieldworkError, SampledCase
from survey.fieldwork.visit import Visit, VisitOutcome, read_visit
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import load_case
from survey.storage.visits import KeptVisitRecord, find_visit, list_kept_visits, settle_kept_visit
from survey.storage.waves import require_wave

# Of two contents under one id the first stands; a visit to a case that is not there has nothing to belong to.
TAKEABLE = frozenset({VisitOutcome.NOT_ASSIGNED, VisitOutcome.NOT_OPEN})


@dataclass(frozen=True)
class KeptVisit:
    """`case` is None when there is no such case; `can_be_taken` when it may become an attempt."""

    visit: Visit
    sha256: str
    reason: VisitOutcome
    received_at: datetime
    case: SampledCase | None

    @property
    def can_be_taken(self) -> bool:
        return self.reason in TAKEABLE and self.case is not None


@dataclass(frozen=True)
class KeptVisits:
    wave: Wave
    visits: tuple[KeptVisit, ...]


def show_kept_visits(storage: Storage, wave_id: str, area: str) -> KeptVisits:
    """Those not decided yet to cases of `area`, and those to no case at all. Raises `WaveError`."""
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        inside = codes_within(load_area_tree(session), area)
        kept = [_kept(session, record) for record in list_kept_visits(session, wave_id)]
    return KeptVisits(wave, tuple(one for one in kept if one.case is None or one.case.area in inside))


def settle_visit(storage: Storage, wave_id: str, visit_id: str, sha256: str, *, take: bool, decision: Decision) -> None:
    """Take the visit as an attempt, or put it aside; the content stays stored either way, and both are logged.

    Raises `FieldworkError`: no reason, not waiting any more, outside the area, or not to be taken.
    """
    require_reason(decision)
    with storage.write() as session:
        records = {(one.visit_id, one.sha256): one for one in list_kept_visits(session, wave_id)}
        record = records.get((visit_id, sha256))
        if record is None:
            raise FieldworkError(f"visit {visit_id}: expected one that waits for a decision, found none")
        kept = _kept(session, record)
        if kept.case is not None and kept.case.area not in codes_within(load_area_tree(session), decision.area):
            raise FieldworkError(f"visit {visit_id}: expected one in {decision.area}, found one elsewhere")
        if take and (kept.case is None or not kept.can_be_taken or find_visit(session, wave_id, visit_id)):
            raise FieldworkError(f"visit {visit_id}: cannot be taken: {kept.reason}")
        if take and kept.case is not None:
            apply_visit(session, kept.case, kept.visit, kept.received_at)
        settle_kept_visit(session, record, ("taken: " if take else "put aside: ") + decision.reason, decision.at)
        detail = f"{visit_id}: {'taken' if take else 'put aside'}: {decision.reason}"
        record_event(session, new_event(decision.at, decision.by, "settle_visit", wave_id, detail))


def _kept(session: Session, record: KeptVisitRecord) -> KeptVisit:
    visit = read_visit(json.loads(record.content))
    case = load_case(session, visit.wave, visit.case)
    return KeptVisit(visit, record.sha256, record.reason, record.received_at, case)
