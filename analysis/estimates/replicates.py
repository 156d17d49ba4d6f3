"""Replicate weights: jackknife, bootstrap, balanced half-samples, or columns of the file. Step 6."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.design import Design
from analysis.estimates.hadamard import hadamard
from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Codes, Floats, Frame, Ints
from analysis.plan_design import Replicates

MOST_CELLS = 200_000_000


@dataclass(frozen=True)
class Block:
    """Replicates (`columns`) that only change units start..stop-1; all others are multiplied by `elsewhere`.

    `left_out`: where a replicate only leaves out one unit, that unit, and `others` multiplies the rest of the block.
    """

    start: int
    stop: int
    columns: Ints
    elsewhere: float
    left_out: Ints | None = None
    others: float = 1.0


@dataclass(frozen=True)
class ReplicateDesign:
    """Multipliers of base weights, shape (units, replicates): V = scale * sum r_scale (θ_r - centre)².

    `unit_of_row` (n,): PSUs, or rows for given weights; `base` (n,): what is multiplied; `around_estimate`:
    centre is the full estimate (mse) instead of the mean of the replicates. `blocks` says where the
    multipliers of each replicate are not all the same, which is what makes a jackknife by strata cheap.
    """

    name: str
    unit_of_row: Codes
    base: Floats
    multiplier: Floats
    scale: float
    r_scale: Floats
    around_estimate: bool
    blocks: tuple[Block, ...]


def build_replicates(plan: Replicates, design: Design, frame: Frame, columns: list[str]) -> ReplicateDesign:
    """Makes or reads the replicate weights of a plan. Raises FaultsFound where the design does not allow them."""
    if plan.type == "given":
        return _given(plan, design, frame, columns)
    if design.psus > 20_000:
        found = f"{design.psus} PSUs"
        raise FaultsFound(
            [Fault("plan", "design.replicates.type", "at most 20,000 PSUs, or none (linearisation)", found)]
        )
    makers = {"jk1": _jk1, "jkn": _jkn, "bootstrap": _bootstrap, "brr": _brr}
    multiplier, scale, r_scale = makers[plan.type](plan, design)
    jackknife = plan.type in {"jk1", "jkn"}
    blocks = _stratum_blocks(design, multiplier) if jackknife else _one_block(multiplier)
    return ReplicateDesign(plan.type, design.psu_of_row, design.weight, multiplier, scale, r_scale, plan.mse, blocks)


def _one_block(multiplier: Floats) -> tuple[Block, ...]:
    return (Block(0, multiplier.shape[0], np.arange(multiplier.shape[1]), 0.0),)


def _stratum_blocks(design: Design, multiplier: Floats) -> tuple[Block, ...]:
    """Replicates of the jackknife by the stratum that they change; those of lonely PSUs change all strata."""
    ends = np.append(design.starts[1:], design.psus)
    blocks, placed = [], np.zeros(multiplier.shape[1], dtype=np.bool_)
    for start, stop in zip(design.starts, ends, strict=True):
        inside = (multiplier[start:stop] == 0).any(axis=0)
        columns = np.flatnonzero(inside & (np.delete(multiplier, slice(start, stop), axis=0) == 1).all(axis=0))
        placed[columns] = True
        if columns.size:
            blocks.append(_leaving_one_out(int(start), int(stop), columns, 1.0, multiplier))
    rest = np.flatnonzero(~placed)
    return (*blocks, _leaving_one_out(0, design.psus, rest, 0.0, multiplier)) if rest.size else tuple(blocks)


def _leaving_one_out(start: int, stop: int, columns: Ints, elsewhere: float, multiplier: Floats) -> Block:
    """The block, with the unit that each replicate leaves out if that is all it does."""
    inside = multiplier[start:stop, columns]
    others = float(inside.max())
    if ((inside == 0).sum(axis=0) != 1).any() or not ((inside == 0) | (inside == others)).all():
        return Block(start, stop, columns, elsewhere)
    return Block(start, stop, columns, elsewhere, start + inside.argmin(axis=0), others)


Made = tuple[Floats, float, Floats]


def _jk1(plan: Replicates, design: Design) -> Made:
    """Leaves out one PSU at a time, without strata: scale (1-f)(n-1)/n."""
    if len(design.strata) > 1:
        raise FaultsFound([Fault("plan", "design.replicates.type", "jkn for a design with strata", "jk1")])
    n = design.psus
    multiplier = np.full((n, n), n / (n - 1))
    np.fill_diagonal(multiplier, 0.0)
    return multiplier, float((1 - design.fraction[0]) * (n - 1) / n), np.ones(n)


def _jkn(plan: Replicates, design: Design) -> Made:
    """Leaves out one PSU of one stratum at a time: r-scale (1-f_h)(n_h-1)/n_h; lonely PSUs by the plan's policy."""
    if design.lonely.any() and design.lonely_psu == "fail":
        expected = "two PSUs or more in every stratum (or design.lonely_psu: adjust)"
        found = f"one in stratum {shortened(design.lonely_strata)}"
        raise FaultsFound([Fault("plan", "design.lonely_psu: fail", expected, found)])
    columns: list[Floats] = []
    r_scale: list[float] = []
    strata = len(design.strata)
    for h in range(strata):
        members = np.flatnonzero(design.stratum_of_psu == h)
        n, rest = members.shape[0], 1 - float(design.fraction[h])
        if rest < 1e-7:
            continue
        if n == 1:
            if design.lonely_psu == "adjust" and strata > 1:
                column = np.where(design.stratum_of_psu == h, 0.0, strata / (strata - 1))
                columns.append(column)
                r_scale.append((strata - 1) / strata)
            continue
        for member in members:
            column = np.ones(design.psus)
            column[members] = n / (n - 1)
            column[member] = 0.0
            columns.append(column)
            r_scale.append(rest * (n - 1) / n)
    if not columns:
        raise FaultsFound([Fault("plan", "design.fpc", "a stratum that was not taken whole", "none")])
    average = design.lonely_psu == "average" and bool(design.lonely.any())
    scale = design.psus / len(columns) if average else 1.0
    return np.column_stack(columns), float(scale), np.array(r_scale)


def _bootstrap(plan: Replicates, design: Design) -> Made:
    """Rao and Wu 1988: n_h - 1 PSUs of each stratum drawn with replacement, times n_h/(n_h - 1); scale 1/(R-1)."""
    random = np.random.default_rng(plan.seed)
    multiplier = np.ones((design.psus, plan.number))
    for h in range(len(design.strata)):
        members = np.flatnonzero(design.stratum_of_psu == h)
        n = members.shape[0]
        if n > 1:
            drawn = random.multinomial(n - 1, np.full(n, 1 / n), size=plan.number).T
            shrink = np.sqrt(1 - design.fraction[h])
            multiplier[members] = 1 + shrink * (drawn * n / (n - 1) - 1)
    return multiplier, 1 / (plan.number - 1), np.ones(plan.number)


def _brr(plan: Replicates, design: Design) -> Made:
    """Balanced half-samples of two PSUs a stratum (McCarthy 1969); `rho` shrinks them (Fay: 2 - rho and rho).

    The same as R's as.svrepdesign: its Hadamard matrix, PSUs of a stratum in the order of the rows, strata in that of
    their names, those with four, six … PSUs first and cut into pairs.
    """
    odd = design.drawn % 2 == 1
    if odd.any():
        wrong = [design.strata[h] for h in np.flatnonzero(odd)]
        expected = "an even number of PSUs in every stratum"
        raise FaultsFound([Fault("plan", "design.replicates.type: brr", expected, f"not in {shortened(wrong)}")])
    pairs = _pairs_of_psus(design)
    matrix = hadamard(pairs.shape[0])
    sign = np.empty((design.psus, matrix.shape[0]))
    sign[pairs[:, 0]] = 2.0 * matrix[1 : pairs.shape[0] + 1] - 1
    sign[pairs[:, 1]] = -sign[pairs[:, 0]]
    count = matrix.shape[0]
    return 1 + sign * (1 - plan.rho), 1 / (count * (1 - plan.rho) ** 2), np.ones(count)


def _pairs_of_psus(design: Design) -> Ints:
    """PSU numbers of each half-sampled pair, shape (pairs, 2), in R's order."""
    _, first_row = np.unique(design.psu_of_row, return_index=True)
    names = [name.replace(" × ", ".") for name in design.strata]  # R's interaction()
    ordered = sorted(range(len(names)), key=lambda h: (design.drawn[h] == 2, names[h]))
    members = [np.flatnonzero(design.stratum_of_psu == h) for h in ordered]
    return np.concatenate([each[np.argsort(first_row[each])] for each in members]).reshape(-1, 2)


def _given(plan: Replicates, design: Design, frame: Frame, columns: list[str]) -> ReplicateDesign:
    """Replicate weights from the file; `combined` ones hold the base weight already."""
    if design.n * len(columns) > MOST_CELLS:
        found = f"{design.n} rows × {len(columns)} replicates"
        raise FaultsFound([Fault(frame.file, "design.replicates.columns", f"at most {MOST_CELLS:,} cells", found)])
    weights = np.column_stack([frame.numbers(name) for name in columns])
    if np.isnan(weights).any() or (weights < 0).any():
        wrong = [columns[k] for k in np.flatnonzero((np.isnan(weights) | (weights < 0)).any(axis=0))]
        raise FaultsFound([Fault(frame.file, f"column {shortened(wrong)}", "replicate weights of 0 or more", "others")])
    count = len(columns)
    given = plan.rscales if plan.rscales is not None else 1.0
    r_scale = np.full(count, given) if isinstance(given, float) else np.array(given)
    if r_scale.shape[0] != count:
        found = f"{r_scale.shape[0]} for {count} replicates"
        raise FaultsFound([Fault("plan", "design.replicates.rscales", "one number or one for each replicate", found)])
    scale = 1.0 if plan.scale is None else plan.scale
    base = np.ones(design.n) if plan.combined else design.weight
    blocks = _one_block(weights)
    return ReplicateDesign("given", np.arange(design.n), base, weights, scale, r_scale, plan.mse, blocks)
