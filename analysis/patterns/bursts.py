"""Hours in which a place sends many more answers than its own history explains (step 5).

A poster at a bus stop is busy at other hours than one in a clinic; each place is held against itself.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from analysis.multiplicity import adjusted_p_values
from analysis.patterns.evidence import Evidence, Pattern, PatternError, flag

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class _Cells:
    """Counts of answers per place and hour, shape (places, hours); `open` marks hours inside the place's own time."""

    counts: Vector
    open: NDArray[np.bool_]
    places: tuple[str, ...]
    hours: pd.DatetimeIndex
    place_of: NDArray[np.intp]
    hour_of: NDArray[np.intp]


def bursts(
    times: ArrayLike, places: ArrayLike, *, timezone: str = "Asia/Shanghai", alpha: float = 0.01, minimum: int = 5
) -> Pattern:
    """Place-hours with improbably many answers; times, shape (n,), are UTC instants, places, shape (n,), labels.

    Expected: the place's own rate over its other hours times the profile of the hour of day over all places, without
    the place itself. The count is negative binomial with variance mu + mu² (phi + 1/(S + 1/2)): phi is the
    overdispersion of all cells together (maximum likelihood, 0 for Poisson), 1/(S + 1/2) the uncertainty of a rate
    learnt from S answers (Gamma-Poisson predictive distribution). One-sided p-values are Holm-adjusted over all open
    place-hours; findings have p <= alpha and at least `minimum` answers. A place is open from its first to its last
    answer and at the hours of day at which at least one answer came from anywhere. Raises PatternError for fewer than
    48 hours of history.
    """
    cells = _cells(times, places, timezone)
    expected, history = _expected(cells)
    phi = _overdispersion(cells, expected)
    size = 1 / (phi + 1 / (history + 0.5))
    p = np.where(cells.open, stats.nbinom.sf(cells.counts - 1, size, size / (size + expected)), 1.0)
    adjusted = np.ones(p.shape)
    adjusted[cells.open] = adjusted_p_values(p[cells.open])
    evidence = [
        Evidence(
            subject=f"{cells.places[i]} {cells.hours[j]:%Y-%m-%d %H}:00",
            rows=tuple(np.flatnonzero((cells.place_of == i) & (cells.hour_of == j)).tolist()),
            observed=float(cells.counts[i, j]),
            expected=float(expected[i, j]),
            p_value=float(adjusted[i, j]),
        )
        for i, j in np.argwhere((adjusted <= alpha) & (cells.counts >= minimum))
    ]
    evidence.sort(key=lambda finding: finding.p_value or 0.0)
    rule = f"negative binomial tail (phi {phi:.3g}), Holm over {int(cells.open.sum())} place-hours, p <= {alpha:g}"
    return flag("bursts", "answers in the hour", rule, evidence, len(cells.place_of))


def _cells(times: ArrayLike, places: ArrayLike, timezone: str) -> _Cells:
    instants = pd.DatetimeIndex(pd.to_datetime(np.asarray(times), utc=True)).tz_convert(timezone).floor("h")
    names, place_of = np.unique(np.asarray(places).astype(str), return_inverse=True)
    if len(instants) != len(place_of) or instants.hasnans or not len(instants):
        raise PatternError("expected a time and a place for every answer")
    hours = pd.date_range(instants.min(), instants.max(), freq="h")
    if len(hours) < 48:
        raise PatternError(f"expected at least 48 hours of history, found {len(hours)}")
    hour_of = np.asarray(hours.get_indexer(instants), dtype=np.intp)
    counts = np.zeros((len(names), len(hours)))
    np.add.at(counts, (place_of, hour_of), 1)
    seen = counts > 0
    since, until = np.argmax(seen, axis=1), len(hours) - 1 - np.argmax(seen[:, ::-1], axis=1)
    position = np.arange(len(hours))
    busy = np.isin(np.asarray(hours.hour), np.unique(np.asarray(instants.hour)))
    inside = (position >= since[:, None]) & (position <= until[:, None]) & busy
    return _Cells(counts, inside, tuple(names.tolist()), hours, place_of, hour_of)


def _expected(cells: _Cells) -> tuple[Vector, Vector]:
    """Expected count of every cell without itself, and the number of answers S that the place's rate rests on."""
    clock = np.asarray(cells.hours.hour)
    exposure = np.zeros((len(cells.places), 24))
    seen = np.zeros_like(exposure)
    for hour in range(24):
        exposure[:, hour] = cells.open[:, clock == hour].sum(axis=1)
        seen[:, hour] = cells.counts[:, clock == hour].sum(axis=1)
    # One place must not teach the profile that it is tested against; with a single place it is its own teacher.
    others_seen, others_exposure = seen.sum(axis=0) - seen, exposure.sum(axis=0) - exposure
    if len(cells.places) == 1:
        others_seen, others_exposure = seen, exposure
    # Half an answer more per hour of day keeps an hour nobody used yet from making everything impossible.
    profile = (others_seen + 0.5) / (others_exposure + 1.0)
    weight = np.where(cells.open, profile[:, clock], 0.0)
    history = cells.counts.sum(axis=1, keepdims=True) - cells.counts
    base = weight.sum(axis=1, keepdims=True) - weight
    rate = (history + 0.5) / np.maximum(base, 1e-9)
    return np.asarray(rate * weight), np.asarray(history)


def _overdispersion(cells: _Cells, expected: Vector) -> float:
    """phi of the negative binomial counts of the open cells by maximum likelihood; 0 where Poisson fits as well.

    A burst is one cell among thousands and hardly moves it, whereas moments, or leaving out the cells that fit worst,
    would call honest uneven days remarkable.
    """
    x, mu = cells.counts[cells.open], np.maximum(expected[cells.open], 1e-9)

    def misfit(log_phi: float) -> float:
        size = np.exp(-log_phi)
        return -float(stats.nbinom.logpmf(x, size, size / (size + mu)).sum())

    best = optimize.minimize_scalar(misfit, bounds=(-9.0, 3.0), method="bounded", options={"xatol": 0.01})
    return float(np.exp(best.x)) if best.x > -8.5 else 0.0
