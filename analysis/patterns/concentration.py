"""Whether marked answers pile up with one interviewer, place or device more than chance would have it (step 5)."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.multiplicity import adjusted_p_values
from analysis.patterns.evidence import Evidence, Pattern, PatternError, flag


def concentration(
    marked: ArrayLike, groups: ArrayLike, *, strata: ArrayLike | None = None, alpha: float = 0.01
) -> Pattern:
    """Groups with more marked answers than a random spread inside the strata explains; shape (n,) each.

    If the marks of a stratum fall on its answers at random, their number in a group is hypergeometric (Fisher's exact
    test). A group in several strata gets the sum, whose distribution is the convolution. One-sided p-values are Holm-
    adjusted over the groups; findings have p <= alpha. `observed` and `expected` are counts. Raises PatternError.
    """
    marks, names = np.asarray(marked, dtype=bool), np.asarray(groups).astype(str)
    layers = np.zeros(len(marks), dtype=int) if strata is None else np.unique(strata, return_inverse=True)[1]
    if not (marks.ndim == 1 and names.shape == marks.shape and layers.shape == marks.shape):
        raise PatternError(f"expected marks, groups and strata of one length, found {marks.shape}, {names.shape}")
    labels = np.unique(names)
    tested = [_tail(marks, names == label, layers) for label in labels]
    adjusted = adjusted_p_values([p for _, _, p in tested])
    evidence = [
        Evidence(
            str(label), tuple(np.flatnonzero((names == label) & marks).tolist()), observed, expected, float(p_adjusted)
        )
        for label, (observed, expected, _), p_adjusted in zip(labels, tested, adjusted, strict=True)
        if p_adjusted <= alpha and observed > 0
    ]
    evidence.sort(key=lambda finding: finding.p_value or 0.0)
    rule = f"Fisher's exact test within strata, Holm over {len(labels)} groups, p <= {alpha:g}"
    return flag("concentration", "marked answers", rule, evidence, len(marks))


def _tail(marks: np.ndarray, inside: np.ndarray, layers: np.ndarray) -> tuple[float, float, float]:
    """Marked answers in the group, their expected number, and the chance of so many or more."""
    distribution = np.ones(1)
    observed, expected = 0, 0.0
    for layer in np.unique(layers[inside]):
        here = layers == layer
        total, marked, size = int(here.sum()), int((here & marks).sum()), int((here & inside).sum())
        distribution = np.convolve(distribution, stats.hypergeom.pmf(np.arange(size + 1), total, marked, size))
        observed += int((here & inside & marks).sum())
        expected += size * marked / total
    return float(observed), expected, float(min(1.0, distribution[observed:].sum()))
