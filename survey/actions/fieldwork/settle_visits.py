"""Visits that were kept for review: look at them, take them as attempts after all, or put them aside with a reason."""

import json
import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from survey.actions.fieldwork.assign_cases import Decision, require_reason
from survey.actions.fieldwork.record_visit import apply_visit, derive_disposition
from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.case import FieldworkError, SampledCase
from survey.fieldwork.visit import Visit, VisitOutcome, read_visit
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import load_case
from survey.storage.visits import KeptVisitRecord, find_visit, list_kept_visits, remove_visit, settle_kept_visit
from survey.storage.waves import require_wave

# A visit to a case that is not there has nothing to belong to. Of two contents under one id the first stands; the
# second may be taken beside it, under an id made of both, when they were two attempts.
TAKEABLE = frozenset({VisitOutcome.NOT_ASSIGNED, VisitOutcome.NOT_OPEN, VisitOutcome.CONFLICT})
_APART = uuid.UUID("0c9d2a54-8a53-4c5e-9f3e-2f4c7d6b1a10")
_TAKEN, _ASIDE = "taken: ", "put aside: "


@dataclass(frozen=True)
class KeptVisit:
    """`case` is None when there is no such case; `can_be_taken` when it may become an attempt.

    `beside`: the attempt that stands under the same id. `decision`: what was decided, None while it waits.
    """

    visit: Visit
    sha256: str
    reason: VisitOutcome
    received_at: datetime
    case: SampledCase | None
    beside: Visit | None = None
    decision: str | None = None

    @property
    def can_be_taken(self) -> bool:
        return self.reason in TAKEABLE and self.case is not None


@dataclass(frozen=True)
class KeptVisits:
    """Those that wait, and those that were decided, the latest first."""

    wave: Wave
    visits: tuple[KeptVisit, ...]
    decided: tuple[KeptVisit, ...] = ()


def show_kept_visits(storage: Storage, wave_id: str, area: str) -> KeptVisits:
    """Those to cases of `area`, and those to no case at all. Raises `WaveError`."""
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        inside = codes_within(load_area_tree(session), area)
        waiting, decided = (
            [_kept(session, record) for record in list_kept_visits(session, wave_id, decided=decided)]
            for decided in (False, True)
        )
    seen = [tuple(one for one in some if one.case is None or one.case.area in inside) for some in (waiting, decided)]
    return KeptVisits(wave, seen[0], seen[1][::-1])


def settle_visit(storage: Storage, wave_id: str, visit_id: str, sha256: str, *, take: bool, decision: Decision) -> None:
    """Take the visit as an attempt, or put it aside; the content stays stored either way, and both are logged.

    Raises `FieldworkError`: no reason, not waiting any more, outside the area, or not to be taken.
    """
    require_reason(decision)
    with storage.write() as session:
        record, kept = _find(session, wave_id, visit_id, sha256, decision, decided=False)
        taken = replace(kept.visit, id=_own_id(kept))
        if take and (kept.case is None or not kept.can_be_taken or find_visit(session, wave_id, taken.id)):
            raise FieldworkError(f"visit {visit_id}: cannot be taken: {kept.reason}")
        if take and kept.case is not None:
            apply_visit(session, kept.case, taken, kept.received_at)
        settle_kept_visit(session, record, (_TAKEN if take else _ASIDE) + decision.reason, decision.at)
        detail = f"{visit_id}: {'taken' if take else 'put aside'}: {decision.reason}"
        record_event(session, new_event(decision.at, decision.by, "settle_visit", wave_id, detail))


def reopen_visit(storage: Storage, wave_id: str, visit_id: str, sha256: str, decision: Decision) -> None:
    """Take back what was decided: an attempt that was taken is one no more, and the record waits again; logged.

    Raises `FieldworkError`: no reason, not decided, or outside the area.
    """
    require_reason(decision)
    with storage.write() as session:
        record, kept = _find(session, wave_id, visit_id, sha256, decision, decided=True)
        if (kept.decision or "").startswith(_TAKEN) and kept.case is not None:
            remove_visit(session, wave_id, _own_id(kept))
            derive_disposition(session, kept.case)
        settle_kept_visit(session, record, None, None)
        detail = f"{visit_id}: waits again: {decision.reason}"
        record_event(session, new_event(decision.at, decision.by, "reopen_visit", wave_id, detail))


def _find(
    session: Session, wave_id: str, visit_id: str, sha256: str, decision: Decision, *, decided: bool
) -> tuple[KeptVisitRecord, KeptVisit]:
    records = {(one.visit_id, one.sha256): one for one in list_kept_visits(session, wave_id, decided=decided)}
    record = records.get((visit_id, sha256))
    if record is None:
        raise FieldworkError(f"visit {visit_id}: expected one that waits for a decision, found none")
    kept = _kept(session, record)
    if kept.case is not None and kept.case.area not in codes_within(load_area_tree(session), decision.area):
        raise FieldworkError(f"visit {visit_id}: expected one in {decision.area}, found one elsewhere")
    return record, kept


def _own_id(kept: KeptVisit) -> str:
    """The id under which it becomes an attempt: its own, or one of its own beside the first under the same id."""
    if kept.reason is not VisitOutcome.CONFLICT:
        return kept.visit.id
    return str(uuid.uuid5(_APART, f"{kept.visit.id} {kept.sha256}"))


def _kept(session: Session, record: KeptVisitRecord) -> KeptVisit:
    visit = read_visit(json.loads(record.content))
    case = load_case(session, visit.wave, visit.case)
    beside = find_visit(session, visit.wave, visit.id) if record.reason is VisitOutcome.CONFLICT else None
    return KeptVisit(visit, record.sha256, record.reason, record.received_at, case, beside, record.decision)
