"""Score a cycle: each year from its waves' own analyses or from reported figures, and the weighted sum. Step 8.

Every number is the one that stands on the page of its wave; nothing is computed from answers here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from survey.actions.results.report_wave import report_source
from survey.exchange.report.report_source import ReportSource
from survey.programme.admin_figure import FigureState
from survey.programme.comparability import breaks_between
from survey.programme.cycle import Cycle, CycleScore, Gap, Part, ScoreSource, YearScore
from survey.programme.wave import OFFICE_TIME, Wave, WaveStatus
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Source
from survey.storage import Storage
from survey.storage.admin_figures import load_admin_figures, load_admin_indicators
from survey.storage.analyses import newest_run
from survey.storage.cycles import load_cycles
from survey.storage.waves import list_waves, load_indicators


@dataclass(frozen=True)
class ShownCycle:
    """A cycle as it stands, its score, and every edition, the newest first."""

    score: CycleScore
    editions: tuple[Cycle, ...]

    @property
    def cycle(self) -> Cycle:
        return self.editions[0]


def list_cycles(storage: Storage, now: datetime) -> list[ShownCycle]:
    """Every cycle with its score, by id."""
    with storage.read() as session:
        editions = load_cycles(session)
        ids = dict.fromkeys(cycle.id for cycle in editions)
        return [_shown(session, [one for one in editions if one.id == id_], now) for id_ in ids]


def show_cycle(storage: Storage, cycle_id: str, now: datetime) -> ShownCycle | None:
    with storage.read() as session:
        editions = load_cycles(session, cycle_id)
        return _shown(session, editions, now) if editions else None


def cycle_scores(session: Session, year: int, now: datetime) -> list[CycleScore]:
    """The cycles of surveys that a year belongs to, by id; reported figures stand in no report of a survey."""
    newest: dict[str, Cycle] = {}
    for cycle in load_cycles(session):
        newest.setdefault(cycle.id, cycle)
    surveyed = [one for one in newest.values() if one.source is ScoreSource.SURVEY and year in one.years]
    return [score_cycle(session, cycle, now) for cycle in surveyed]


def score_cycle(session: Session, cycle: Cycle, now: datetime) -> CycleScore:
    if cycle.source is ScoreSource.REPORTED:
        return _reported(session, cycle)
    return _surveyed(session, cycle, now.astimezone(OFFICE_TIME).date())


def _shown(session: Session, editions: list[Cycle], now: datetime) -> ShownCycle:
    return ShownCycle(score_cycle(session, editions[0], now), tuple(editions))


def _reported(session: Session, cycle: Cycle) -> CycleScore:
    indicator = load_admin_indicators(session)[cycle.indicator]
    figures = load_admin_figures(session, cycle.indicator)
    years = []
    for year, weight in cycle.weights:
        editions = [figure for figure in figures if figure.period == str(year)]
        checked = next((one for one in editions if one.state is FigureState.CHECKED), None)
        gap = None if checked else Gap.NOT_CHECKED if editions else Gap.NO_FIGURE
        parts = (Part(checked.period, float(checked.value)),) if checked else ()
        years.append(YearScore(year, weight, parts, (gap,) if gap else ()))
    return CycleScore(cycle, tuple(years), indicator.unit, indicator.name)


def _surveyed(session: Session, cycle: Cycle, today: date) -> CycleScore:
    waves = [wave for wave in reversed(list_waves(session)) if wave.population is cycle.population]
    measured: list[tuple[ReportSource, WaveIndicator]] = []
    years = []
    for year, weight in cycle.weights:
        of_year = [wave for wave in waves if _year_of(wave, today) == year]
        found = [_part(session, cycle, wave, measured) for wave in of_year]
        parts = tuple(part for part in found if part is not None)
        gaps = dict.fromkeys(part.gap for part in parts if part.gap is not None)
        if not parts:
            gaps[Gap.NOT_MEASURED if of_year else Gap.NO_WAVE] = None
        if today.year <= year:
            gaps[Gap.YEAR_NOT_OVER] = None
        years.append(YearScore(year, weight, parts, tuple(gaps)))
    return CycleScore(cycle, tuple(years), "", _label(cycle, measured), _one_rule(measured))


def _year_of(wave: Wave, today: date) -> int | None:
    """The year in which it was closed; of one that is open, this year; None for a draft."""
    if wave.opened_at is None or wave.status is WaveStatus.DRAFT:
        return None
    return today.year if wave.closed_at is None else wave.closed_at.astimezone(OFFICE_TIME).year


def _part(
    session: Session, cycle: Cycle, wave: Wave, measured: list[tuple[ReportSource, WaveIndicator]]
) -> Part | None:
    """What the newest analysis says of the drawn sample of the whole district; None: the wave does not ask for it."""
    if cycle.indicator not in dict(load_indicators(session, wave.id)):
        return None
    name, run = wave.name.zh_hans, newest_run(session, wave.id, "done")
    if run is None:
        return Part(name, gap=Gap.NOT_FINAL)
    source = report_source(session, wave.id, run)
    indicator = next(one for one in source.indicators if one.indicator.id == cycle.indicator)
    figure = source.figures(Source.PROB).get((cycle.indicator, source.district.code))
    if not indicator.is_score or figure is None:
        return Part(name, gap=Gap.NOT_MEASURED)
    measured.append((source, indicator))
    if not figure.publishable or figure.estimate is None:
        return Part(name, gap=Gap.HELD_BACK)
    return Part(name, figure.estimate, figure.se, None if source.is_final else Gap.NOT_FINAL)


def _label(cycle: Cycle, measured: list[tuple[ReportSource, WaveIndicator]]) -> str:
    return measured[-1][1].indicator.label.zh_hans if measured else cycle.indicator


def _one_rule(measured: list[tuple[ReportSource, WaveIndicator]]) -> bool:
    return not any(
        breaks_between(before, after, one.questionnaire, other.questionnaire)
        for (one, before), (other, after) in pairwise(measured)
    )
