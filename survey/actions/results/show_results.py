"""Show the results of a wave: the figures of the newest finished run, for the areas that an account may see.

The two sources stand side by side and are never added: a drawn sample (PROB) and self-selected answers (QR).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from survey.actions.programme.list_waves_in_area import codes_within
from survey.programme.area import Area, AreaLevel, AreaTree
from survey.programme.figure import Figure, read_figure, read_self_selected_figure
from survey.programme.two_samples import TwoSamples, read_two_samples
from survey.programme.wave import Wave
from survey.programme.wave_indicator import WaveIndicator, read_wave_indicator
from survey.response.later_changes import LaterChanges
from survey.response.response import Mode, Source
from survey.storage import Storage
from survey.storage.analyses import AnalysisRunRow, newest_run
from survey.storage.areas import load_area_tree
from survey.storage.later_changes import changes_since
from survey.storage.response_counts import ResponseCount, count_by_source
from survey.storage.waves import load_indicators, load_wave

LOOKED_AT = ("for_review", "flagged", "watched")  # marks without which every figure is shown too
SHOWN_LEVELS = (AreaLevel.DISTRICT, AreaLevel.STREET, AreaLevel.COMMUNITY)


@dataclass(frozen=True)
class Pair:
    """The two figures of one indicator in one area; None where a source has no estimate there."""

    prob: Figure | None = None
    qr: Figure | None = None


@dataclass(frozen=True)
class Run:
    """One computation: running, done or failed."""

    id: str
    status: str
    started_at: datetime
    finished_at: datetime | None
    message: str


@dataclass(frozen=True)
class Evidence:
    """What an inspector needs to recompute the figures of one source, and what weighting did."""

    rows: int
    plan_sha256: str | None
    data_sha256: str | None
    software: str
    variance: str
    warnings: tuple[str, ...]
    weights: Mapping[str, Any]


@dataclass(frozen=True)
class WaveResults:
    """Everything that the pages of a wave's results show. `areas` are those of the account, the highest first.

    `looking_level`: the level of the interval that verdicts were reached by while fieldwork went on, so that looking
    often does not make them wrong more often; None when it had ended. `without`: by mark and indicator, the figures of
    the whole without the answers that have the mark. `two_samples`: rates of the whole in both samples and combined.
    """

    wave: Wave
    areas: tuple[Area, ...]
    indicators: tuple[WaveIndicator, ...]
    figures: Mapping[tuple[str, str], Pair]
    responses: Mapping[tuple[Source, Mode], int]
    later: LaterChanges
    newest: Run | None
    shown: Run | None
    evidence: Mapping[Source, Evidence]
    without: Mapping[str, Mapping[str, Pair]] = field(default_factory=dict)
    looking_level: float | None = None
    two_samples: TwoSamples | None = None

    @property
    def sources_without(self) -> list[str]:
        """The sources that have figures without marked answers, as attributes of a pair."""
        pairs = [pair for found in self.without.values() for pair in found.values()]
        return [name for name in ("prob", "qr") if any(getattr(pair, name) for pair in pairs)]

    def figures_without(self, source: str, indicator: str) -> list[Figure | None]:
        """One figure for each mark of `without`; None where nobody of this source has the mark."""
        return [getattr(found.get(indicator, Pair()), source) for found in self.without.values()]

    def pair(self, indicator: str, area: str) -> Pair:
        return self.figures.get((indicator, area), Pair())


def show_results(storage: Storage, wave_id: str, area: str) -> WaveResults | None:
    """The results of a wave for `area` and what lies below it; None when there is no such wave."""
    with storage.read() as session:
        wave = load_wave(session, wave_id)
        if wave is None:
            return None
        tree = load_area_tree(session)
        newest, done = newest_run(session, wave_id), newest_run(session, wave_id, "done")
        counts = count_by_source(session, wave_id)
        inside = codes_within(tree, area)
        later = changes_since(session, wave_id, done.started_at, inside) if done else LaterChanges()
        indicators = tuple(read_wave_indicator(text) for _, text in load_indicators(session, wave_id))
    result = json.loads(done.result) if done else {}
    return WaveResults(
        wave=wave,
        areas=tuple(found for found in in_order(tree) if found.code in inside and found.level in SHOWN_LEVELS),
        indicators=indicators,
        figures=figures_of(result, tree, inside),
        responses=_by_source(counts, inside),
        later=later,
        newest=read_run(newest),
        shown=read_run(done),
        without={mark: found for mark in LOOKED_AT if (found := _without(result, mark))},
        evidence={source: read_evidence(result[source.value]) for source in Source if result.get(source.value)},
        looking_level=_looking_level(result.get("prob") or {}),
        two_samples=read_two_samples((result.get("prob") or {}).get("two_samples")),
    )


def _looking_level(estimates: Mapping[str, Any]) -> float | None:
    decisions = estimates.get("decisions", {})  # runs that were kept before looks were known have none
    return 1 - 2 * float(decisions["nominal_alpha"]) if decisions.get("looks") else None


def in_order(tree: AreaTree) -> list[Area]:
    """Each area before those that lie in it, which the order of statistical codes gives."""
    return sorted(tree.areas, key=lambda area: area.code)


def figures_of(result: Mapping[str, Any], tree: AreaTree, inside: frozenset[str]) -> dict[tuple[str, str], Pair]:
    """The figures of a kept result by indicator and area, for the areas `inside`."""
    prob = _read(result.get("prob"), tree, read_figure)
    qr = _read(result.get("qr"), tree, read_self_selected_figure)
    return {key: Pair(prob.get(key), qr.get(key)) for key in {*prob, *qr} if key[1] in inside}


def _read(estimates: Mapping[str, Any] | None, tree: AreaTree, read: Any) -> dict[tuple[str, str], Figure]:
    entries: Iterable[Mapping[str, Any]] = estimates["estimates"] if estimates else ()
    return {
        (entry["indicator"], area): read(entry)
        for entry in entries
        if entry["category"] is None and (area := _area_of(entry["domain"], tree)) is not None
    }


def _without(result: Mapping[str, Any], mark: str) -> dict[str, Pair]:
    """By indicator: the figures of everybody but those with the mark; empty when nobody has it."""
    prob = _unmarked(result.get("prob"), mark, read_figure)
    qr = _unmarked(result.get("qr"), mark, read_self_selected_figure)
    return {indicator: Pair(prob.get(indicator), qr.get(indicator)) for indicator in {*prob, *qr}}


def _unmarked(estimates: Mapping[str, Any] | None, mark: str, read: Any) -> dict[str, Figure]:
    entries: Iterable[Mapping[str, Any]] = estimates["estimates"] if estimates else ()
    return {
        entry["indicator"]: read(entry)
        for entry in entries
        if entry["category"] is None and {name: str(value) for name, value in entry["domain"].items()} == {mark: "0"}
    }


def _area_of(domain: Mapping[str, str], tree: AreaTree) -> str | None:
    """The area that a domain of the plan is: everyone, one street or one community; None for any other subgroup."""
    if not domain:
        return next((area.code for area in tree.at(AreaLevel.DISTRICT)), None)
    if set(domain) == {"street"}:
        return str(domain["street"])
    return str(domain["community"]) if set(domain) == {"community"} else None


def _by_source(counts: Iterable[ResponseCount], inside: frozenset[str]) -> dict[tuple[Source, Mode], int]:
    totals: dict[tuple[Source, Mode], int] = {}
    for count in counts:
        if count.area in inside:
            key = (count.source, count.mode)
            totals[key] = totals.get(key, 0) + count.n
    return dict(sorted(totals.items()))


def read_run(row: AnalysisRunRow | None) -> Run | None:
    return None if row is None else Run(row.run_id, row.status, row.started_at, row.finished_at, row.message)


def read_evidence(estimates: Mapping[str, Any]) -> Evidence:
    return Evidence(
        rows=estimates["rows"],
        plan_sha256=estimates["plan_sha256"],
        data_sha256=estimates["data_sha256"],
        software=estimates["software"],
        variance=estimates["variance"],
        warnings=tuple(estimates["warnings"]),
        weights=estimates["weights"],
    )
