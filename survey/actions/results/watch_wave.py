"""Watch a wave while it runs: what arrived when and where, what is planned, and what the intervals will be at the end.

Numbers of answers come from counters and kept hours, figures from the newest analysis: nothing is estimated here.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from survey.actions.invitation.show_funnel import funnels_of
from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.results.keep_counts import keep_counts
from survey.actions.results.show_results import SHOWN_LEVELS, Evidence, Run, in_order, read_evidence, read_run
from survey.exchange.plan.analysis_plan import PLANNED_ANSWERS
from survey.fieldwork.disposition import Disposition
from survey.invitation.funnel import Funnel
from survey.invitation.invitation import InvitationKind
from survey.programme.area import Area, AreaLevel, AreaTree
from survey.programme.figure import Figure, read_figure
from survey.programme.quota import FilledQuota
from survey.programme.wave import OFFICE_TIME, Wave
from survey.programme.wave_indicator import WaveIndicator, read_wave_indicator
from survey.response.response import Mode, Source
from survey.storage import Storage
from survey.storage.analyses import newest_run
from survey.storage.areas import load_area_tree
from survey.storage.fieldwork import count_dispositions
from survey.storage.hour_counts import HourCount, count_by_hour
from survey.storage.invitations import list_invitations
from survey.storage.quotas import load_quotas
from survey.storage.response_counts import summed
from survey.storage.waves import load_indicators, load_wave

LEAST_WORKED = 10  # below so many visited dwellings, an area is taken to go on as the whole does
_HOURS_SHOWN = 48


@dataclass(frozen=True)
class Arrivals:
    """Answers of one day or hour (`begins`, office time), of the drawn sample and of the posters."""

    begins: datetime
    drawn: int
    self_selected: int

    @property
    def day(self) -> date:
        return self.begins.date()


@dataclass(frozen=True)
class SampleProgress:
    """Drawn dwellings of an area: how many there are, were visited, were interviewed, still have to be visited."""

    cases: int = 0
    worked: int = 0
    interviews: int = 0
    to_visit: int = 0


@dataclass(frozen=True)
class PlaceProgress:
    """One area: answers so far by source, those of today, its sample, and the answers expected at the planned end."""

    area: Area
    drawn: int
    self_selected: int
    today: int
    sample: SampleProgress
    expected: int


@dataclass(frozen=True)
class Prospect:
    """One indicator in one area: the figure of the newest analysis, and what it will be at the planned end.

    `width` of the 90 % interval (0..1); `expected_n` answers; `reason` of the publication rules, "" when they are kept.
    """

    indicator: WaveIndicator
    area: Area
    figure: Figure
    expected_n: int
    width: float | None
    reason: str


@dataclass(frozen=True)
class LiveWave:
    """Everything that the page of a running wave shows, for the areas of an account."""

    wave: Wave
    as_of: datetime
    by_kind: Mapping[tuple[Source, Mode], int]
    days: tuple[Arrivals, ...]
    hours: tuple[Arrivals, ...]
    places: tuple[PlaceProgress, ...]
    quotas: tuple[FilledQuota, ...]
    funnels: tuple[tuple[Area, Funnel], ...]
    shown: Run | None
    evidence: Evidence | None
    looking_level: float | None
    prospects: tuple[Prospect, ...]

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())

    @property
    def thin(self) -> tuple[str, ...]:
        """Cells of the calibration on few answers, each once."""
        steps = self.evidence.weights["steps"] if self.evidence else ()
        return tuple(dict.fromkeys(level for step in steps for level in step.get("thin_levels", ())))

    @property
    def missing(self) -> list[Prospect]:
        """Figures that will not be publishable at the planned end."""
        return [one for one in self.prospects if one.reason]


def watch_wave(storage: Storage, wave_id: str, area: str, now: datetime) -> LiveWave | None:
    """The wave as it stands at `now`, in `area` and below; None when there is no such wave."""
    with storage.read() as session:
        wave = load_wave(session, wave_id)
    if wave is None:
        return None
    keep_counts(storage, wave_id, now)
    with storage.read() as session:
        tree = load_area_tree(session)
        inside = codes_within(tree, area)
        every = count_by_hour(session, wave_id)
        sample = count_dispositions(session, wave_id)
        quotas = load_quotas(session, wave_id)
        posters = list_invitations(session, wave_id, InvitationKind.POSTER)
        sent = Counter({one.poster: one.n for one in summed(every) if one.poster})
        funnels = funnels_of(session, wave_id, sent)
        done = newest_run(session, wave_id, "done")
        indicators = [read_wave_indicator(text) for _, text in load_indicators(session, wave_id)]
    here = [one for one in every if one.area in inside]
    areas = [one for one in in_order(tree) if one.code in inside and one.level in SHOWN_LEVELS]
    places = _places(tree, areas, here, sample, now)
    prob = (json.loads(done.result) if done else {}).get("prob")
    whole_district = any(one.parent is None for one in areas)
    return LiveWave(
        wave=wave,
        as_of=now,
        by_kind=_by_kind(here),
        days=_by_day(here),
        hours=_last_hours(here, now),
        places=places,
        quotas=tuple(quotas) if whole_district else (),
        funnels=_funnels(tree, areas, [(one.code, one.area) for one in posters], funnels),
        shown=read_run(done),
        evidence=read_evidence(prob) if prob else None,
        looking_level=_looking_level(prob or {}),
        prospects=tuple(_prospects(prob or {}, indicators, places)),
    )


def _by_kind(counts: Iterable[HourCount]) -> dict[tuple[Source, Mode], int]:
    totals: Counter[tuple[Source, Mode]] = Counter()
    for one in counts:
        totals[one.source, one.mode] += one.n
    return dict(sorted(totals.items()))


def _by_day(counts: Iterable[HourCount]) -> tuple[Arrivals, ...]:
    """Every day from the first to the last with an answer, also those without."""
    totals = _totals(counts, lambda at: at.replace(hour=0))
    if not totals:
        return ()
    day, last = min(key[0] for key in totals), max(key[0] for key in totals)
    days = []
    while day <= last:
        days.append(Arrivals(day, totals[day, Source.PROB], totals[day, Source.QR]))
        day += timedelta(days=1)
    return tuple(days)


def _last_hours(counts: Iterable[HourCount], now: datetime) -> tuple[Arrivals, ...]:
    """The last two days by the hour. Interviews at the door keep their day only and are not among them."""
    first = now.astimezone(OFFICE_TIME).replace(minute=0, second=0, microsecond=0) - timedelta(hours=_HOURS_SHOWN - 1)
    timed = (one for one in counts if one.hour >= first and one.mode is not Mode.INTERVIEWER)
    totals = _totals(timed, lambda at: at)
    hours = (first + timedelta(hours=k) for k in range(_HOURS_SHOWN))
    return tuple(Arrivals(hour, totals[hour, Source.PROB], totals[hour, Source.QR]) for hour in hours)


def _totals(counts: Iterable[HourCount], begins: Any) -> Counter[tuple[datetime, Source]]:
    totals: Counter[tuple[datetime, Source]] = Counter()
    for one in counts:
        totals[begins(one.hour.astimezone(OFFICE_TIME)), one.source] += one.n
    return totals


def _places(
    tree: AreaTree,
    areas: Sequence[Area],
    counts: Sequence[HourCount],
    sample: Mapping[str, Mapping[Disposition, int]],
    now: datetime,
) -> tuple[PlaceProgress, ...]:
    today = now.astimezone(OFFICE_TIME).date()
    codes = {area.code: {one.code for one in tree.within(area.code)} for area in areas}
    whole, every = _progress(sample, set(sample)), sum(one.n for one in counts if one.source is Source.PROB)
    rows = []
    for area in areas:
        here = [one for one in counts if one.area in codes[area.code]]
        drawn = sum(one.n for one in here if one.source is Source.PROB)
        progress = _progress(sample, codes[area.code])
        rows.append(
            PlaceProgress(
                area,
                drawn,
                sum(one.n for one in here if one.source is Source.QR),
                sum(one.n for one in here if one.hour.astimezone(OFFICE_TIME).date() == today),
                progress,
                drawn + _still_to_come(progress, whole, drawn, every),
            )
        )
    return tuple(rows)


def _progress(sample: Mapping[str, Mapping[Disposition, int]], codes: Iterable[str]) -> SampleProgress:
    here = [(code, n) for area in codes for code, n in sample.get(area, {}).items()]
    cases = sum(n for _, n in here)
    return SampleProgress(
        cases=cases,
        worked=cases - sum(n for code, n in here if code is Disposition.NOT_ATTEMPTED),
        interviews=sum(n for code, n in here if code.interviewed),
        to_visit=sum(n for code, n in here if code.needs_visit),
    )


def _still_to_come(area: SampleProgress, whole: SampleProgress, drawn: int, drawn_in_all: int) -> int:
    """Answers that the dwellings still to be visited will give, at the share that visits gave so far.

    Without a sample of dwellings: the area's part of what is missing to the number that a wave is taken to aim at.
    """
    if not whole.cases:
        missing = max(PLANNED_ANSWERS - drawn_in_all, 0)
        return round(missing * drawn / drawn_in_all) if drawn_in_all else 0
    known = area if area.worked >= LEAST_WORKED else whole
    return round(area.to_visit * known.interviews / known.worked) if known.worked else 0


def _funnels(
    tree: AreaTree, areas: Sequence[Area], posters: Sequence[tuple[str, str]], funnels: Mapping[str, Funnel]
) -> tuple[tuple[Area, Funnel], ...]:
    """The posters of each street together, and of everything."""
    found = []
    for area in areas:
        if area.level is AreaLevel.COMMUNITY:
            continue
        inside = {one.code for one in tree.within(area.code)}
        parts = [funnels[code] for code, place in posters if place in inside and code in funnels]
        if parts:
            names = ("scanned", "opened", "started", "sent", "flagged")
            found.append((area, Funnel(*(sum(getattr(one, name) for one in parts) for name in names))))
    return tuple(found)


def _looking_level(prob: Mapping[str, Any]) -> float | None:
    decisions = prob.get("decisions", {})
    return 1 - 2 * float(decisions["nominal_alpha"]) if decisions.get("looks") else None


def _prospects(
    prob: Mapping[str, Any], indicators: Sequence[WaveIndicator], places: Sequence[PlaceProgress]
) -> Iterable[Prospect]:
    """Every share in every area that has answers; scores have no publication rule and are left out.

    An area with few answers is taken to have the rate and the design effect of the whole: its own are too noisy.
    """
    entries = {
        (entry["indicator"], _area_of(entry["domain"])): entry
        for entry in prob.get("estimates", ())
        if entry["category"] is None and set(entry["domain"]) <= {"street", "community"}
    }
    for indicator in indicators:
        whole = entries.get((indicator.indicator.id, ""))
        if indicator.is_score or whole is None or not whole["n_base"] or whole["estimate"] is None:
            continue
        for place in places:
            code = "" if place.area.parent is None else place.area.code
            entry = entries.get((indicator.indicator.id, code))
            if entry is not None:
                yield _prospect(indicator, place, entry, whole)


def _area_of(domain: Mapping[str, str]) -> str:
    return next((str(code) for code in domain.values()), "")


def _prospect(
    indicator: WaveIndicator, place: PlaceProgress, entry: Mapping[str, Any], whole: Mapping[str, Any]
) -> Prospect:
    from analysis.planner.outlook import outlook

    growth = place.expected / place.drawn if place.drawn else 1.0
    expected = max(round(entry["n_base"] * growth), entry["n_base"])
    own = entry if entry["publishable"] and entry["se"] else whole
    p, deff = own["estimate"], own["n_base"] * (own["se"] or 0.0) ** 2
    deff = deff / (p * (1 - p)) if 0 < p < 1 and deff else 1.0
    found = outlook(p, deff, max(entry["decision_df"], 1), expected)
    width = None if found.width != found.width else found.width
    return Prospect(indicator, place.area, read_figure(entry), expected, width, "" if found.shown else found.reason)
