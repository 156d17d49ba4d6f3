"""Drawing a two-stage sample: communities with probability proportional to size, then dwellings (step 2 of the flow).

Sources: systematic PPS, Madow 1949; Särndal, Swensson & Wretman 1992, §§3.6 and 4.3. The same frame, sizes and seed
give the same sample; the inclusion probabilities are returned because the base weights need them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.planner.sample_size import PlanningError

Method = Literal["pps", "equal"]


@dataclass(frozen=True)
class FirstStage:
    """The first stage of one stratum: chosen positions in the frame and inclusion probabilities of the whole frame."""

    chosen: NDArray[np.intp]
    probabilities: NDArray[np.float64]


def systematic_pps(sizes: ArrayLike, n: int, rng: np.random.Generator) -> FirstStage:
    """n of the units with probability proportional to `sizes`, shape (N,), by one random start.

    Units that would be taken more than once are taken with certainty and the rest is drawn without them, repeatedly.
    Then units are laid end to end in the given order and every (sum/n)-th point from a uniform start is taken:
    pi_i = n size_i / sum size. The order of the frame spreads the sample (implicit stratification); put it in
    geographical order beforehand. Raises PlanningError unless sizes are >= 0 and at least n of them are above 0.

    >>> systematic_pps([10, 20, 30, 40], 2, np.random.default_rng(1)).probabilities.tolist()
    [0.2, 0.4, 0.6, 0.8]
    """
    size = np.asarray(sizes, dtype=np.float64)
    if not (np.isfinite(size).all() and np.all(size >= 0)):
        raise PlanningError("sizes: expected finite numbers >= 0")
    if not 1 <= n <= np.count_nonzero(size):
        raise PlanningError(f"n: expected 1 to {np.count_nonzero(size)} units with a size above 0, found {n}")
    certain = _certainty(size, n)
    remaining = n - int(certain.sum())
    probabilities = np.where(certain, 1.0, 0.0)
    chosen = np.flatnonzero(certain)
    if remaining:
        rest = np.where(certain, 0.0, size)
        probabilities = np.where(certain, 1.0, remaining * rest / rest.sum())
        # The last cumulated value is set by hand, since a rounded sum could miss the last point.
        cumulated = np.cumsum(probabilities - certain)
        cumulated[np.flatnonzero(rest)[-1] :] = remaining
        points = rng.random() + np.arange(remaining)
        chosen = np.union1d(chosen, np.searchsorted(cumulated, points, side="right"))
    return FirstStage(chosen.astype(np.intp), probabilities)


def _certainty(size: NDArray[np.float64], n: int) -> NDArray[np.bool_]:
    certain = np.zeros(len(size), dtype=bool)
    while True:
        left = n - int(certain.sum())
        rest = size[~certain].sum()
        more = ~certain & (size > 0) & (size * left >= rest * (1 - 1e-12)) if left else np.zeros_like(certain)
        if not more.any():
            return certain
        certain |= more


def equal_probability(units: int, n: int, rng: np.random.Generator) -> FirstStage:
    """n of `units` without replacement, each subset equally likely: pi = n/units. Raises PlanningError."""
    if not 1 <= n <= units:
        raise PlanningError(f"n: expected 1 to {units} units, found {n}")
    return FirstStage(np.sort(rng.choice(units, size=n, replace=False)), np.full(units, n / units))


def draw_two_stage(
    dwellings: pd.DataFrame,
    psus: Mapping[str, int],
    per_psu: int,
    *,
    seed: int,
    method: Method = "pps",
) -> pd.DataFrame:
    """A sample of dwellings, drawn in two stages from a frame with columns `stratum`, `psu`, `dwelling`.

    In every stratum named in `psus` so many PSUs are drawn: "pps" by their number of dwellings in the frame (with
    `per_psu` dwellings each, every dwelling of a stratum then has the same probability), or "equal". In every drawn PSU
    `per_psu` dwellings are drawn with equal probability without replacement, all of them where there are fewer.
    Returns the sampled rows in frame order with `pi_psu`, `pi_dwelling` (within the PSU), `pi` (their product) and
    `pop_psus`, `pop_dwellings` (finite population counts for the design). Strata are drawn in sorted order by one
    numpy Generator (PCG64) with `seed`. Raises PlanningError: missing column, repeated dwelling, PSU in two strata,
    unknown stratum, more PSUs than there are.
    """
    _check_frame(dwellings, psus, per_psu)
    if seed < 0:
        raise PlanningError(f"seed: expected a whole number of 0 or more, found {seed}")
    rng = np.random.default_rng(seed)
    parts = []
    for name in sorted(psus):
        frame = dwellings[dwellings["stratum"].astype(str) == name]
        codes, labels = pd.factorize(frame["psu"])  # PSUs in the order of the frame
        stage = _first_stage(name, np.bincount(codes, minlength=len(labels)), psus[name], method, rng)
        parts += [_draw_dwellings(frame[codes == psu], per_psu, stage, psu, rng) for psu in stage.chosen]
    return pd.concat(parts).sort_index()


def _first_stage(stratum: str, sizes: NDArray[np.intp], n: int, method: Method, rng: np.random.Generator) -> FirstStage:
    try:
        return systematic_pps(sizes, n, rng) if method == "pps" else equal_probability(len(sizes), n, rng)
    except PlanningError as error:
        raise PlanningError(f"stratum {stratum}: {error}") from error


def _draw_dwellings(
    members: pd.DataFrame, per_psu: int, stage: FirstStage, psu: int, rng: np.random.Generator
) -> pd.DataFrame:
    take = min(per_psu, len(members))
    rows = np.sort(rng.choice(len(members), size=take, replace=False))
    first, second = float(stage.probabilities[psu]), take / len(members)
    return members.iloc[rows].assign(
        pi_psu=first,
        pi_dwelling=second,
        pi=first * second,
        pop_psus=len(stage.probabilities),
        pop_dwellings=len(members),
    )


def _check_frame(dwellings: pd.DataFrame, psus: Mapping[str, int], per_psu: int) -> None:
    missing = [c for c in ("stratum", "psu", "dwelling") if c not in dwellings.columns]
    if missing:
        raise PlanningError(f"frame: expected columns stratum, psu, dwelling; missing {', '.join(missing)}")
    if dwellings[["stratum", "psu", "dwelling"]].isna().any(axis=None):
        raise PlanningError("frame: expected a stratum, psu and dwelling on every row, found empty ones")
    repeated = dwellings.duplicated(["psu", "dwelling"])
    if repeated.any():
        raise PlanningError(f"frame: dwelling listed twice in its PSU at row {int(np.flatnonzero(repeated)[0]) + 1}")
    straddling = dwellings.groupby("psu")["stratum"].nunique()
    if (straddling > 1).any():
        raise PlanningError(f"frame: PSU {straddling.idxmax()} stands in two strata")
    unknown = set(psus) - set(dwellings["stratum"].astype(str))
    if unknown:
        raise PlanningError(f"psus: no stratum {', '.join(sorted(unknown))} in the frame")
    if not psus or per_psu < 1:
        raise PlanningError("expected at least one stratum to draw from and per_psu of 1 or more")
