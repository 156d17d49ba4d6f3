"""Foresee the figures of a running wave at its planned end: their answers, intervals and whether they can be shown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from survey.actions.results.live_wave import PlaceProgress, Prospect
from survey.programme.figure import read_figure
from survey.programme.wave_indicator import WaveIndicator


def foresee_figures(
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
