"""Keep a cycle: a new one, or a new edition of its name, years, weights or score. Old editions stay."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.actions.instrument.checked_folder import checked_folder
from survey.instrument.text import Text
from survey.programme.cycle import Cycle, CycleError, ScoreSource
from survey.programme.indicator import Rule, Unit
from survey.programme.wave_indicator import read_wave_indicator
from survey.storage import Storage
from survey.storage.admin_figures import load_admin_indicators
from survey.storage.cycles import add_cycle, load_cycles
from survey.storage.events import new_event, record_event
from survey.storage.waves import list_waves, load_indicators


@dataclass(frozen=True)
class OfferedScore:
    """What a cycle's years may be scored by; rates are not, because a rate is never a score."""

    source: ScoreSource
    indicator: str
    label: Text
    unit: str = ""


def offered_scores(storage: Storage, questionnaires: Path) -> list[OfferedScore]:
    """Scores of the catalogue and of waves' own indicators, then the administrative indicators."""
    with storage.read() as session:
        return _offered(session, questionnaires)


def keep_cycle(storage: Storage, questionnaires: Path, cycle: Cycle, *, new: bool) -> Cycle:
    """Store `cycle` as the next edition after `cycle.edition` (0 for a new one), and return it.

    Raises `CycleError` for a taken or unknown id, an indicator that is not offered, an edition that somebody else made
    meanwhile, and a change without a reason. An edition that changes nothing is not stored.
    """
    try:
        with storage.write() as session:
            before = next(iter(load_cycles(session, cycle.id)), None)
            _check(session, questionnaires, cycle, before, new=new)
            if before is not None and _same(before, cycle):
                return before
            kept = replace(cycle, edition=cycle.edition + 1, reason=cycle.reason.strip())
            add_cycle(session, kept)
            weights = [(year, str(weight)) for year, weight in kept.weights]
            facts = {"edition": kept.edition, "weights": weights, "indicator": kept.indicator, "reason": kept.reason}
            detail = json.dumps(facts, ensure_ascii=False)
            record_event(session, new_event(kept.made_at, kept.made_by, "keep_cycle", kept.id, detail))
    except IntegrityError as error:
        raise CycleError(f"edition: expected to be the first, found another edition of {cycle.id}") from error
    return kept


def _check(session: Session, questionnaires: Path, cycle: Cycle, before: Cycle | None, *, new: bool) -> None:
    if new != (before is None):
        raise CycleError(f"id: expected one that is {'not taken' if new else 'there'}, found {cycle.id}")
    if before is not None and before.edition != cycle.edition:
        raise CycleError(f"edition: expected {before.edition}, which stands now, found {cycle.edition}")
    if before is not None and not cycle.reason.strip() and not _same(before, cycle):
        raise CycleError("reason: expected why the cycle is changed, found nothing")
    offered = {(one.source, one.indicator) for one in _offered(session, questionnaires)}
    if (cycle.source, cycle.indicator) not in offered:
        raise CycleError(f"indicator: expected a score or an administrative indicator, found {cycle.indicator!r}")


def _same(before: Cycle, after: Cycle) -> bool:
    compared = ("name", "source", "indicator", "population", "weights")
    return all(getattr(before, name) == getattr(after, name) for name in compared)


def _offered(session: Session, questionnaires: Path) -> list[OfferedScore]:
    scores = {one.id: one.label for one in checked_folder(questionnaires).catalogue.values() if one.unit is Unit.SCORE}
    for wave in list_waves(session):
        for code, definition in load_indicators(session, wave.id):
            if code not in scores and Rule.INDEX in definition:  # most are rates: not worth reading
                frozen = read_wave_indicator(definition)
                scores |= {code: frozen.indicator.label} if frozen.is_score else {}
    found = [OfferedScore(ScoreSource.SURVEY, code, label) for code, label in scores.items()]
    for code, one in load_admin_indicators(session).items():
        found.append(OfferedScore(ScoreSource.REPORTED, code, Text(one.name, one.name), one.unit))
    return found
