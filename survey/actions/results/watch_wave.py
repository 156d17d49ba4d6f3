"""Watch a wave while it runs: what arrived when and where, what is planned, and what the intervals will be at the end.

Numbers of answers come from counters and kept hours, figures from the newest analysis: nothing is estimated here.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from survey.actions.invitation.show_funnel import funnels_of
from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.results.foresee_figures import foresee_figures
from survey.actions.results.keep_counts import keep_counts
from survey.actions.results.live_wave import Arrivals, LiveWave, PlaceProgress, SampleProgress
from survey.actions.results.show_results import SHOWN_LEVELS, in_order, read_evidence, read_run
from survey.exchange.plan.analysis_plan import PLANNED_ANSWERS
from survey.fieldwork.disposition import Disposition
from survey.invitation.funnel import Funnel
from survey.invitation.invitation import InvitationKind
from survey.programme.area import Area, AreaLevel, AreaTree
from survey.programme.wave import OFFICE_TIME
from survey.programme.wave_indicator import read_wave_indicator
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
        prospects=tuple(foresee_figures(prob or {}, indicators, places)),
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
