"""Show everyone the released results of a wave: only the run that was released, only figures that may be shown.

What is hidden is left out altogether, so that no page, chart or download made from this can show it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.results.show_results import (
    SHOWN_LEVELS,
    Pair,
    WaveResults,
    figures_of,
    in_order,
    read_evidence,
    read_run,
)
from survey.programme.area import AreaLevel, AreaTree
from survey.programme.disclosure import disclosable
from survey.programme.release import Release
from survey.programme.wave import Wave
from survey.programme.wave_indicator import WaveIndicator, read_wave_indicator
from survey.response.later_changes import LaterChanges
from survey.response.response import Source
from survey.storage import Storage
from survey.storage.analyses import AnalysisRunRow, load_run
from survey.storage.areas import load_area_tree
from survey.storage.releases import newest_release, newest_releases
from survey.storage.waves import load_indicators, load_wave

Figures = Mapping[tuple[str, str], Pair]


@dataclass(frozen=True)
class ReleasedWave:
    """A wave and the newest edition of its results; the edition may be withdrawn."""

    wave: Wave
    release: Release


@dataclass(frozen=True)
class PublicResults:
    """A public edition. `results` has the areas of which a figure is shown, the whole first."""

    release: Release
    results: WaveResults


def list_released(storage: Storage) -> list[ReleasedWave]:
    """Every wave whose results are public, the last released first."""
    with storage.read() as session:
        public = [release for release in newest_releases(session) if release.public]
        waves = [load_wave(session, release.wave) for release in public]
    return [ReleasedWave(wave, release) for wave, release in zip(waves, public, strict=True) if wave is not None]


def find_release(storage: Storage, wave_id: str) -> ReleasedWave | None:
    """The wave with its newest edition, withdrawn or not; None when it was never released."""
    with storage.read() as session:
        wave, release = load_wave(session, wave_id), newest_release(session, wave_id)
    return None if wave is None or release is None else ReleasedWave(wave, release)


def show_release(storage: Storage, found: ReleasedWave) -> PublicResults:
    """The figures of a public edition. Raises `ValueError` for a withdrawn one."""
    if not found.release.public:
        raise ValueError(f"wave {found.wave.id}: edition {found.release.edition} is withdrawn, nothing may be shown")
    with storage.read() as session:
        run = load_run(session, found.wave.id, found.release.run)
        if run is None:
            raise ValueError(f"wave {found.wave.id}: run {found.release.run} of the release is gone")
        tree = load_area_tree(session)
        indicators = tuple(read_wave_indicator(text) for _, text in load_indicators(session, found.wave.id))
    return PublicResults(found.release, _public(found.wave, run, tree, indicators))


def preview_release(session: Session, wave: Wave, run: AnalysisRunRow, tree: AreaTree) -> WaveResults:
    """What would be public if this run were released."""
    indicators = tuple(read_wave_indicator(text) for _, text in load_indicators(session, wave.id))
    return _public(wave, run, tree, indicators)


def _public(wave: Wave, run: AnalysisRunRow, tree: AreaTree, indicators: tuple[WaveIndicator, ...]) -> WaveResults:
    result = json.loads(run.result)
    top = tree.at(AreaLevel.DISTRICT)[0].code
    shown = _shown(figures_of(result, tree, codes_within(tree, top)), tree, top)
    places = {area for _, area in shown}
    return WaveResults(
        wave=wave,
        areas=tuple(area for area in in_order(tree) if area.code in places and area.level in SHOWN_LEVELS),
        indicators=indicators,
        figures=shown,
        responses={},
        later=LaterChanges(),
        newest=None,
        shown=read_run(run),
        evidence={source: read_evidence(result[source.value]) for source in Source if result.get(source.value)},
    )


def _shown(figures: Figures, tree: AreaTree, top: str) -> dict[tuple[str, str], Pair]:
    """The small-cell rules, for each indicator and each source on its own."""
    shown: dict[tuple[str, str], Pair] = {}
    for indicator in {key[0] for key in figures}:
        prob = {area: pair.prob for (i, area), pair in figures.items() if i == indicator and pair.prob is not None}
        qr = {area: pair.qr for (i, area), pair in figures.items() if i == indicator and pair.qr is not None}
        prob_shown, qr_shown = disclosable(tree, top, prob), disclosable(tree, top, qr)
        for area in prob_shown | qr_shown:
            pair = figures[indicator, area]
            shown[indicator, area] = Pair(
                pair.prob if area in prob_shown else None, pair.qr if area in qr_shown else None
            )
    return shown
