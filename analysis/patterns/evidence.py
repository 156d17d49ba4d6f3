"""What every pattern returns: rows of evidence, flagged answers, and their effect on a weighted share (step 5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray


class PatternError(ValueError):
    """Data from which a pattern cannot be told; the message says what would be needed."""


@dataclass(frozen=True)
class Evidence:
    """One finding: whom or what it is about, the answers concerned (positions), what was seen and what was expected.

    `p_value` is None where a fixed rule and no chance model stands behind the finding. `details` holds further figures.
    """

    subject: str
    rows: tuple[int, ...]
    observed: float
    expected: float | None = None
    p_value: float | None = None
    details: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Pattern:
    """All findings of one pattern over n answers. `flagged`, shape (n,), marks the answers inside any of them.

    `measure` names the figure in `observed`; `rule` says in words when a finding is made, with the limits really used.
    """

    name: str
    measure: str
    rule: str
    evidence: tuple[Evidence, ...]
    flagged: NDArray[np.bool_]

    def __post_init__(self) -> None:
        inside = np.zeros(len(self.flagged), dtype=bool)
        for finding in self.evidence:
            inside[list(finding.rows)] = True
        if not np.array_equal(inside, self.flagged):
            raise PatternError(f"{self.name}: flagged answers and evidence differ")


@dataclass(frozen=True)
class Effect:
    """A weighted share with all answers and without the flagged ones; shares are 0..1, None when nobody is left."""

    share_all: float | None
    share_without: float | None
    difference: float | None
    flagged: int
    flagged_weight_share: float


def flag(name: str, measure: str, rule: str, evidence: list[Evidence], n: int) -> Pattern:
    """A Pattern over n answers whose flags are the rows of its evidence, strongest finding first as given."""
    flagged = np.zeros(n, dtype=bool)
    for finding in evidence:
        flagged[list(finding.rows)] = True
    return Pattern(name, measure, rule, tuple(evidence), flagged)


def effect_of_leaving_out(pattern: Pattern, y: ArrayLike, weights: ArrayLike | None = None) -> Effect:
    """The weighted share of y, shape (n,) of 0/1 with NaN for no answer, with and without the flagged answers.

    The weights are not calibrated again, so the figure is a first look and not a second result. Raises PatternError.

    >>> found = flag("x", "m", "r", [Evidence("answer 3", (2,), 1.0)], 4)
    >>> effect_of_leaving_out(found, [1, 0, 1, 0]).share_without
    0.3333333333333333
    """
    values = np.asarray(y, dtype=np.float64)
    w = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    if values.shape != pattern.flagged.shape or w.shape != values.shape:
        raise PatternError(f"expected {len(pattern.flagged)} values and weights, found {values.shape} and {w.shape}")
    answered = np.isfinite(values)
    everyone = _share(values, w, answered)
    without = _share(values, w, answered & ~pattern.flagged)
    return Effect(
        share_all=everyone,
        share_without=without,
        difference=None if everyone is None or without is None else without - everyone,
        flagged=int(pattern.flagged.sum()),
        flagged_weight_share=float(w[pattern.flagged].sum() / w.sum()),
    )


def _share(y: NDArray[np.float64], w: NDArray[np.float64], rows: NDArray[np.bool_]) -> float | None:
    total = float(w[rows].sum())
    return float((w[rows] * y[rows]).sum()) / total if total > 0 else None
