"""Answers that were kept but not counted: both versions side by side, which of them stands, and that taken back.

Nothing is deleted. A second version that stands is a later edition in the ledger; one that is kept apart becomes an
answer of its own, under an id made of both; taken back, it is rejected in the review.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from survey.actions.fieldwork.assign_cases import Decision
from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.response.change_response import change_response
from survey.actions.response.receive_response import receive_response
from survey.instrument.questionnaire import Questionnaire
from survey.invitation.invitation import SelectionDesign
from survey.programme.wave import Wave
from survey.response.receipt import Outcome
from survey.response.response import Mode, Purpose, Source, Submission
from survey.response.review import Review, ReviewDecision
from survey.storage import Storage
from survey.storage import conflicts as stored
from survey.storage.areas import load_area_tree
from survey.storage.conflicts import StoredConflict
from survey.storage.events import new_event, record_event
from survey.storage.questionnaires import require_questionnaire
from survey.storage.responses import ResponseRow
from survey.storage.reviews import save_review
from survey.storage.waves import require_wave

LONGEST = 150  # signs of a reason
_APART = uuid.UUID("5d3f3b8e-3c52-4d0b-9a57-6f3e1f0f2b77")  # makes the id of a version that is kept apart


class ConflictError(ValueError):
    """A decision about a kept answer that cannot be made; the message says why."""


class Choice(StrEnum):
    FIRST = "first"  # what counts goes on counting
    SECOND = "second"  # the kept version takes its place
    APART = "apart"  # both count: they are two persons
    NOTED = "noted"  # there is no second version to choose: what was done is noted


@dataclass(frozen=True)
class ConflictView:
    """`first`: the answers that count now, None when none do; `second`: the kept ones, None where they are no answers.

    `text`: what came, where it is no form that could be read. `chosen` None while nobody has decided.
    """

    wave: Wave
    questionnaire: Questionnaire
    conflict: StoredConflict
    first: Mapping[str, Any] | None
    second: Mapping[str, Any] | None
    text: str
    reasons: tuple[str, ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be decided."""
        if self.conflict.reason is Outcome.CONFLICT and self.first is not None and self.second is not None:
            return (Choice.FIRST, Choice.SECOND, Choice.APART)
        return (Choice.NOTED,)

    @property
    def chosen(self) -> Choice | None:
        found = (self.conflict.decision or "").partition(":")[0]
        return Choice(found) if found in set(Choice) else None

    @property
    def differing(self) -> tuple[str, ...]:
        """The items on which both versions differ, in the order of the questionnaire."""
        first, second = self.first or {}, self.second or {}
        names = [item.name for item in self.questionnaire.asked_items]
        return tuple(name for name in names if first.get(name, ...) != second.get(name, ...))


ListedConflict: TypeAlias = StoredConflict


@dataclass(frozen=True)
class ConflictList:
    wave: Wave
    conflicts: tuple[StoredConflict, ...]


def list_conflicts(storage: Storage, wave_id: str, area: str) -> ConflictList:
    """Those of `area`; those of no known area are for who sees the whole tree. Raises `WaveError`."""
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        found = [one for one in stored.list_conflicts(session, wave_id) if _is_inside(session, one, area)]
    return ConflictList(wave, tuple(found))


def show_conflict(storage: Storage, wave_id: str, response_id: str, sha256: str, area: str) -> ConflictView:
    """Raises `ConflictError` when there is none in `area`, `WaveError`."""
    with storage.read() as session:
        return _view(session, wave_id, response_id, sha256, area)


def settle_conflict(
    storage: Storage, key: str, wave_id: str, response_id: str, sha256: str, choice: Choice, decision: Decision
) -> None:
    """Decide once, with a reason; logged, and taken back by `reopen_conflict`. `key` signs the receipts.

    Raises `ConflictError`: no reason, decided before, or not to be chosen here.
    """
    _require_reason(decision)
    view = show_conflict(storage, wave_id, response_id, sha256, decision.area)
    if view.conflict.decided_at is not None:
        raise ConflictError(f"conflict {sha256[:12]}: expected one that waits, found it decided")
    if choice not in view.choices:
        raise ConflictError(f"conflict {sha256[:12]}: expected one of {', '.join(view.choices)}, found {choice}")
    if choice is Choice.SECOND:
        _put(storage, key, view, view.conflict.content)
    if choice is Choice.APART:
        _keep_apart(storage, key, view, decision)
    _note(storage, view, decision, choice, f"{choice.value}: {decision.reason.strip()}")


def reopen_conflict(
    storage: Storage, key: str, wave_id: str, response_id: str, sha256: str, decision: Decision
) -> None:
    """Take the decision back, with a reason: what counted before counts again.

    Raises `ConflictError`: no reason, not decided, or the person has changed the answer since.
    """
    _require_reason(decision)
    view = show_conflict(storage, wave_id, response_id, sha256, decision.area)
    if view.chosen is None:
        raise ConflictError(f"conflict {sha256[:12]}: expected one that was decided, found it open")
    if view.chosen is Choice.SECOND:
        _put_back(storage, key, view)
    if view.chosen is Choice.APART:
        rejected = Review(wave_id, _apart_id(view), ReviewDecision.REJECTED, decision.reason, decision.by, decision.at)
        with storage.write() as session:
            save_review(session, rejected)
    _note(storage, view, decision, None, None)


def _view(session: Session, wave_id: str, response_id: str, sha256: str, area: str) -> ConflictView:
    wave = require_wave(session, wave_id)
    conflict = stored.load_conflict(session, wave_id, response_id, sha256)
    if conflict is None or not _is_inside(session, conflict, area):
        raise ConflictError(f"conflict {sha256[:12]}: expected one of wave {wave_id} in {area}, found none")
    row = stored.load_response_row(session, wave_id, response_id)
    content = conflict.content
    version = content.get("version", wave.version)
    return ConflictView(
        wave,
        require_questionnaire(session, wave.questionnaire, version),
        conflict,
        first=json.loads(row.answers) if row is not None and row.purpose == Purpose.LIVE.value else None,
        second=content.get("answers"),
        text=str(content.get("record", "")),
        reasons=tuple(content.get("reasons", ())),
    )


def _is_inside(session: Session, conflict: StoredConflict, area: str) -> bool:
    tree = load_area_tree(session)
    inside = codes_within(tree, area)
    return conflict.area in inside if conflict.area else len(inside) == len(tree.areas)


def _require_reason(decision: Decision) -> None:
    if not 0 < len(decision.reason.strip()) <= LONGEST:
        raise ConflictError(f"reason: expected 1 to {LONGEST} signs, found {len(decision.reason.strip())}")


def _put(storage: Storage, key: str, view: ConflictView, content: Mapping[str, Any]) -> None:
    """Let other answers stand under the id, as its next edition; done before, nothing happens."""
    conflict = view.conflict
    if view.first == content["answers"]:
        return
    with storage.read() as session:
        row = _row(session, view)
        edition = stored.latest_edition(session, conflict.wave, conflict.response_id) + 1
    sent = _submission(row, content, conflict.response_id, edition)
    received = change_response(storage, key, sent, conflict.noticed_at)
    if received.outcome not in {Outcome.CHANGED, Outcome.ALREADY_RECEIVED}:
        raise ConflictError(f"response {conflict.response_id}: changed by somebody else at this moment; try again")


def _put_back(storage: Storage, key: str, view: ConflictView) -> None:
    conflict = view.conflict
    if view.first != view.second:
        raise ConflictError(f"response {conflict.response_id}: changed by the person since; it cannot be taken back")
    with storage.read() as session:
        edition = stored.latest_edition(session, conflict.wave, conflict.response_id)
        before = stored.content_before(session, conflict.wave, conflict.response_id, edition)
    if before is None or "answers" not in before:
        raise ConflictError(f"response {conflict.response_id}: nothing stood before")
    _put(storage, key, view, before)


def _keep_apart(storage: Storage, key: str, view: ConflictView, decision: Decision) -> None:
    with storage.read() as session:
        row = _row(session, view)
    sent = _submission(row, view.conflict.content, _apart_id(view), 1)
    received = receive_response(storage, key, sent, view.conflict.noticed_at)
    if received.outcome is Outcome.ALREADY_RECEIVED:  # kept apart before, and taken back: it counts again
        again = Review(sent.wave, sent.response_id, ReviewDecision.OPEN, decision.reason, decision.by, decision.at)
        with storage.write() as session:
            save_review(session, again)


def _apart_id(view: ConflictView) -> str:
    return str(uuid.uuid5(_APART, f"{view.conflict.response_id} {view.conflict.sha256}"))


def _row(session: Session, view: ConflictView) -> ResponseRow:
    row = stored.load_response_row(session, view.conflict.wave, view.conflict.response_id)
    if row is None:
        raise ConflictError(f"response {view.conflict.response_id}: expected one that counts, found none")
    return row


def _submission(row: ResponseRow, content: Mapping[str, Any], response_id: str, edition: int) -> Submission:
    """The version with all that is known of how the person came into the sample."""
    drawn = row.stratum is not None and row.psu is not None and row.base_weight is not None
    design = SelectionDesign(str(row.stratum), str(row.psu), float(row.base_weight or 0)) if drawn else None
    return Submission(
        wave=row.wave,
        response_id=response_id,
        questionnaire=content["questionnaire"],
        version=content["version"],
        answers=content["answers"],
        source=Source(row.source),
        mode=Mode(row.mode),
        purpose=Purpose.LIVE,
        language=row.language,
        area=row.area,
        started_at=row.started_at,
        code=row.poster,
        design=design,
        interviewer=row.interviewer,
        edition=edition,
        order_seed=row.order_seed,
    )


def _note(storage: Storage, view: ConflictView, decision: Decision, choice: Choice | None, written: str | None) -> None:
    conflict = view.conflict
    with storage.write() as session:
        stored.decide_conflict(session, conflict, written, decision.at if choice else None)
        what = "settle_conflict" if choice else "reopen_conflict"
        detail = f"{conflict.response_id} {conflict.sha256[:12]}: {choice or view.chosen}: {decision.reason.strip()}"
        record_event(session, new_event(decision.at, decision.by, what, conflict.wave, detail))
