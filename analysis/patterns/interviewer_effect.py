"""How much of the variation in an item comes from who asked, and which interviewers stand out (step 5).

Sources: one-way random effects with unequal groups, Searle, Casella & McCulloch 1992, §3.6; interviewer design effect,
Kish 1962, JASA 57:92. Interviewers work in areas that differ anyway, so compare them within areas.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analysis.frame import Column
from analysis.multiplicity import adjusted_p_values
from analysis.patterns.evidence import Evidence, Pattern, PatternError, flag

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class InterviewerEffect:
    """Intraclass correlation of an item due to interviewers, its F test and what it does to the variance.

    `icc` may be a little below 0 when interviewers differ less than chance has it. `deff` = 1 + (m - 1) icc with
    m = sum n_i² / n is the factor by which interviewers multiply the variance of a mean (at least 1).
    """

    icc: float
    icc_lower: float
    icc_upper: float
    f: float
    df_between: int
    df_within: int
    p_value: float
    deff: float
    interviewers: int
    answers: int
    level: float


@dataclass(frozen=True)
class _Layout:
    """Answered rows with integer codes of interviewers (nested in areas) and of areas."""

    y: Vector
    interviewer: NDArray[np.intp]
    area: NDArray[np.intp]
    names: tuple[str, ...]
    rows: NDArray[np.intp]


def interviewer_effect(
    y: ArrayLike, interviewers: ArrayLike | Column, *, areas: ArrayLike | Column | None = None, level: float = 0.95
) -> InterviewerEffect:
    """ICC of y, shape (n,) of 0/1 or scores with NaN for no answer, by analysis of variance.

    Interviewers and areas, shape (n,), are labels, or a column of codes where the same ones are used many times.
    With areas, interviewers are compared within them; an interviewer in two areas counts as two. With n answers of g
    interviewers in a areas: MSB = sum n_i (ybar_i - ybar_area)²/(g - a), MSW = sum (y - ybar_i)²/(n - g),
    n0 = (n - sum over areas of sum n_i²/n_area)/(g - a), icc = (MSB - MSW)/(MSB + (n0 - 1) MSW), F = MSB/MSW.
    The interval turns the quantiles of F (exact for equal groups, near it otherwise). Raises PatternError without two
    interviewers in one area, without repeated answers, or without any variation inside interviewers.

    >>> found = interviewer_effect([1, 2, 3, 5, 6, 7], ["a"] * 3 + ["b"] * 3)
    >>> found.f, round(found.icc, 6)
    (24.0, 0.884615)
    """
    layout = _layout(y, interviewers, areas)
    n, g, a = len(layout.y), len(layout.names), int(layout.area.max()) + 1
    if g - a < 1 or n - g < 1:
        raise PatternError(f"expected two interviewers in an area and repeated answers, found {g} with {n} answers")
    size, mean, area_of = _groups(layout)
    area_size = np.bincount(layout.area)
    area_mean = np.bincount(layout.area, layout.y) / area_size
    between = float(np.sum(size * (mean - area_mean[area_of]) ** 2)) / (g - a)
    within = float(np.sum((layout.y - mean[layout.interviewer]) ** 2)) / (n - g)
    if within <= 0:
        raise PatternError("expected answers that differ inside an interviewer's work, found none")
    n0 = float(n - np.sum(np.bincount(area_of, size**2) / area_size)) / (g - a)
    f = between / within
    low, high = (f / stats.f.ppf(q, g - a, n - g) for q in ((1 + level) / 2, (1 - level) / 2))
    icc = (f - 1) / (f + n0 - 1)
    return InterviewerEffect(
        icc=icc,
        icc_lower=float((low - 1) / (low + n0 - 1)),
        icc_upper=float((high - 1) / (high + n0 - 1)),
        f=f,
        df_between=g - a,
        df_within=n - g,
        p_value=float(stats.f.sf(f, g - a, n - g)),
        deff=max(1.0, 1 + (float(np.sum(size**2)) / n - 1) * icc),
        interviewers=g,
        answers=n,
        level=level,
    )


def outlying_interviewers(
    y: ArrayLike, interviewers: ArrayLike | Column, *, areas: ArrayLike | Column | None = None, alpha: float = 0.01
) -> Pattern:
    """Interviewers whose mean differs from that of the others in their area: a funnel, not a league table.

    For 0/1 answers Fisher's exact test (the number of ones is hypergeometric when they fall on the answers of the area
    at random; twice the smaller tail), because few answers and shares near 1 are far from normal. For scores
    t = (ybar_i - ybar_others)/(s sqrt(1/n_i + 1/n_others)) with the pooled s² = MSW and its degrees of freedom. Both
    two-sided, Holm over the interviewers; findings have p <= alpha. `observed` is the interviewer's mean, `expected`
    that of the others. Raises PatternError as `interviewer_effect`.
    """
    effect = interviewer_effect(y, interviewers, areas=areas)
    layout = _layout(y, interviewers, areas)
    size, mean, area_of = _groups(layout)
    total = np.bincount(layout.area).astype(np.float64)[area_of]
    sums = np.bincount(layout.area, layout.y).astype(np.float64)[area_of]
    compared = np.flatnonzero(total > size)
    others = (sums - size * mean) / np.maximum(total - size, 1)
    if np.isin(layout.y, (0, 1)).all():
        raw = _exact(size * mean, size, sums, total)
    else:
        within = float(np.sum((layout.y - mean[layout.interviewer]) ** 2)) / effect.df_within
        error = np.sqrt(within * (1 / size + 1 / np.maximum(total - size, 1)))
        raw = 2 * stats.t.sf(np.abs(mean - others) / error, effect.df_within)
    p = adjusted_p_values(raw[compared])
    evidence = [
        Evidence(
            subject=layout.names[i],
            rows=tuple(layout.rows[layout.interviewer == i].tolist()),
            observed=float(mean[i]),
            expected=float(others[i]),
            p_value=float(value),
            details={"answers": float(size[i])},
        )
        for i, value in zip(compared, p, strict=True)
        if value <= alpha
    ]
    evidence.sort(key=lambda finding: finding.p_value or 0.0)
    rule = f"mean against the others of the area, Holm over {len(compared)} interviewers, p <= {alpha:g}"
    return flag("outlying_interviewers", "mean", rule, evidence, len(np.asarray(y)))


def _exact(ones: Vector, size: Vector, sums: Vector, total: Vector) -> Vector:
    """Twice the smaller tail of the hypergeometric distribution of the ones among `size` of `total` answers."""
    ones, sums = np.rint(ones), np.rint(sums)
    below = stats.hypergeom.cdf(ones, total, sums, size)
    above = stats.hypergeom.sf(ones - 1, total, sums, size)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(below, above)))


def _layout(y: ArrayLike, interviewers: ArrayLike | Column, areas: ArrayLike | Column | None) -> _Layout:
    values = np.asarray(y, dtype=np.float64)
    who = _as_column(interviewers)
    where = _as_column(np.full(len(values), "") if areas is None else areas)
    if values.ndim != 1 or who.codes.shape != values.shape or where.codes.shape != values.shape:
        raise PatternError(
            f"expected values, interviewers and areas of one length, found {values.shape}, {who.codes.shape}"
        )
    rows = np.flatnonzero(np.isfinite(values))
    if rows.size == 0:
        raise PatternError("expected at least some answers, found none")
    people = len(who.labels)
    there, area = np.unique(where.codes[rows].astype(np.int64), return_inverse=True)
    pairs, code = np.unique(area * people + who.codes[rows], return_inverse=True)
    names = ((who.labels[pair % people], where.labels[there[pair // people]]) for pair in pairs)
    return _Layout(values[rows], code, area, tuple(w if not a else f"{w} ({a})" for w, a in names), rows)


def _as_column(labels: ArrayLike | Column) -> Column:
    if isinstance(labels, Column):
        return labels
    names, codes = np.unique(np.asarray(labels).astype(str), return_inverse=True)
    return Column(codes.astype(np.int64), tuple(names.tolist()))


def _groups(layout: _Layout) -> tuple[Vector, Vector, NDArray[np.intp]]:
    """Size, mean and area of every interviewer."""
    size = np.bincount(layout.interviewer).astype(np.float64)
    mean = np.bincount(layout.interviewer, layout.y) / size
    area_of = np.zeros(len(size), dtype=np.intp)
    area_of[layout.interviewer] = layout.area
    return size, mean, area_of
