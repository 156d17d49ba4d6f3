"""Show how the fieldwork goes in an area: cases by final code, attempts, AAPOR's outcome rates, appointments, silence.

Never an answer and never a rate of the survey. Rates are those of the drawn sample: replacements are counted apart,
because a response rate that lets them stand in for refusals would look better than the fieldwork was.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy.orm import Session

from survey.actions.fieldwork.list_my_cases import MyCase, with_history
from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.case import Appointment, CaseState, Phase, SampledCase
from survey.fieldwork.disposition import Disposition
from survey.programme.area import Area
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.fieldwork import list_cases
from survey.storage.response_counts import interview_minutes
from survey.storage.waves import list_waves, require_wave

SILENT_AFTER = timedelta(days=2)
LEAST_CASES = 10  # below that a worker's share is not compared with the others


@dataclass(frozen=True)
class FieldCounts:
    """What became of some cases of the drawn sample. `rates` are AAPOR's by name, None where nothing is known.

    `attempts` are visits and calls; `replacements` were released besides, `replaced_interviews` of them succeeded.
    """

    cases: int
    by_disposition: Mapping[Disposition, int]
    attempts: int
    unassigned: int
    held: int
    replacements: int
    replaced_interviews: int
    rates: Mapping[str, float | None]
    e: float | None

    @property
    def interviews(self) -> int:
        return sum(n for code, n in self.by_disposition.items() if code.interviewed)

    @property
    def refusals(self) -> int:
        return sum(n for code, n in self.by_disposition.items() if code.is_refusal)

    @property
    def not_eligible(self) -> int:
        return sum(n for code, n in self.by_disposition.items() if code.not_eligible)

    @property
    def to_visit(self) -> int:
        return sum(n for code, n in self.by_disposition.items() if code.needs_visit)

    @property
    def not_attempted(self) -> int:
        return self.by_disposition.get(Disposition.NOT_ATTEMPTED, 0)

    @property
    def worked(self) -> int:
        return self.cases - self.not_attempted


@dataclass(frozen=True)
class AreaField:
    area: Area
    counts: FieldCounts


@dataclass(frozen=True)
class WorkerField:
    """One interviewer's cases. `minutes` is the median length of the interviews, None when there are too few."""

    code: str
    counts: FieldCounts
    last_contact: datetime | None
    silent: bool
    minutes: float | None


@dataclass(frozen=True)
class DueAppointment:
    appointment: Appointment
    case: SampledCase
    overdue: bool


@dataclass(frozen=True)
class FunnelPoint:
    """One worker in the funnel: the share of visited cases that ended with an interview, and how many were visited."""

    label: str
    n: int
    share: float
    outside: bool


@dataclass(frozen=True)
class Funnel:
    """The overall share, its limits by number of cases (n, lower95, upper95, lower998, upper998), and the workers."""

    share: float
    limits: tuple[tuple[int, float, float, float, float], ...]
    points: tuple[FunnelPoint, ...]


@dataclass(frozen=True)
class FieldworkHealth:
    wave: Wave
    whole: FieldCounts
    weighted: Mapping[str, float | None]
    areas: tuple[AreaField, ...]
    workers: tuple[WorkerField, ...]
    due: tuple[DueAppointment, ...]
    funnel: Funnel | None


def list_field_waves(storage: Storage, area: str) -> list[tuple[Wave, int]]:
    """Every wave, the newest first, with its number of cases in `area`."""
    with storage.read() as session:
        inside = codes_within(load_area_tree(session), area)
        return [(wave, len(list_cases(session, wave.id, areas=inside))) for wave in list_waves(session)]


def show_fieldwork(storage: Storage, wave_id: str, area: str, now: datetime) -> FieldworkHealth:
    """The fieldwork of a wave in `area` and below. Raises `WaveError` for an unknown wave."""
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        tree = load_area_tree(session)
        inside = codes_within(tree, area)
        minutes = interview_minutes(session, wave_id, inside)
        cases = _released(session, wave_id, inside)
    by_area: dict[str, list[MyCase]] = defaultdict(list)
    by_worker: dict[str, list[MyCase]] = defaultdict(list)
    for one in cases:
        by_area[one.case.area].append(one)
        if one.case.interviewer is not None:
            by_worker[one.case.interviewer].append(one)
    workers = tuple(_worker(code, by_worker[code], minutes.get(code, []), now) for code in sorted(by_worker))
    return FieldworkHealth(
        wave,
        whole=count_field(cases),
        weighted=_rates([one.case for one in cases], weighted=True)[0],
        areas=tuple(AreaField(tree.by_code[code], count_field(by_area[code])) for code in sorted(by_area)),
        workers=workers,
        due=_due(cases, now),
        funnel=_funnel(workers),
    )


def count_field(cases: Sequence[MyCase]) -> FieldCounts:
    main = [one.case for one in cases if one.case.phase is Phase.MAIN]
    extra = [one.case for one in cases if one.case.phase is Phase.REPLACEMENT]
    rates, e = _rates(main, weighted=False)
    return FieldCounts(
        cases=len(main),
        by_disposition=Counter(case.disposition for case in main),
        attempts=sum(len(one.visits) for one in cases),
        unassigned=sum(one.case.interviewer is None and one.case.state is CaseState.OPEN for one in cases),
        held=sum(one.case.state is CaseState.HELD for one in cases),
        replacements=len(extra),
        replaced_interviews=sum(case.disposition.interviewed for case in extra),
        rates=rates,
        e=e,
    )


def _released(session: Session, wave_id: str, inside: frozenset[str]) -> tuple[MyCase, ...]:
    cases = [case for case in list_cases(session, wave_id, areas=inside) if case.state is not CaseState.RESERVE]
    return with_history(session, wave_id, cases)


def _rates(cases: Sequence[SampledCase], *, weighted: bool) -> tuple[Mapping[str, float | None], float | None]:
    from analysis.dispositions import disposition_class
    from analysis.outcome_rates import Case, count_cases, outcome_rates

    rows = [
        Case(disposition_class(case.disposition.value), weight=case.design.base_weight)
        for case in cases
        if case.phase is Phase.MAIN
    ]
    found = outcome_rates(count_cases(rows, weighted=weighted), weighted=weighted)
    return found.rates, found.e


def _worker(code: str, cases: Sequence[MyCase], minutes: Sequence[float], now: datetime) -> WorkerField:
    contacts = [visit.received_at or visit.at for one in cases for visit in one.visits]
    last = max(contacts, default=None)
    open_work = any(one.case.needs_visit for one in cases)
    silent = open_work and (last is None or now - last > SILENT_AFTER)
    return WorkerField(code, count_field(cases), last, silent, median(minutes) if len(minutes) >= 5 else None)


def _due(cases: Sequence[MyCase], now: datetime) -> tuple[DueAppointment, ...]:
    """Appointments not kept yet of cases that are worked on, the most urgent first."""
    found = [
        DueAppointment(one, each.case, overdue=one.due_at is not None and one.due_at < now)
        for each in cases
        if each.case.state is CaseState.OPEN
        for one in each.appointments
    ]
    return tuple(sorted(found, key=lambda due: due.appointment.due_at or due.appointment.made_at))


def _funnel(workers: Sequence[WorkerField]) -> Funnel | None:
    """None when fewer than three workers have enough cases: then there is nobody to compare with."""
    compared = [one for one in workers if one.counts.worked >= LEAST_CASES]
    if len(compared) < 3:
        return None
    import numpy as np

    from analysis.patterns.funnel_limits import funnel_limits

    worked = sum(one.counts.worked for one in compared)
    share = sum(one.counts.interviews for one in compared) / worked
    most = max(one.counts.worked for one in compared)
    sizes = np.unique(np.linspace(LEAST_CASES, max(most * 1.1, LEAST_CASES + 5), 40).astype(int))
    inner, outer = funnel_limits(share, sizes), funnel_limits(share, sizes, level=0.998)
    own = funnel_limits(share, [one.counts.worked for one in compared], level=0.998)
    points = []
    for place, one in enumerate(compared):
        rate = one.counts.interviews / one.counts.worked
        outside = not own.lower[place] <= rate <= own.upper[place]
        points.append(FunnelPoint(one.code, one.counts.worked, rate, outside))
    limits = zip(sizes.tolist(), inner.lower, inner.upper, outer.lower, outer.upper, strict=True)
    return Funnel(share, tuple((n, *map(float, edges)) for n, *edges in limits), tuple(points))
