"""Groups of nearly identical answers that are larger than surveys redrawn by chance ever make (step 5).

One source that sends the same opinion many times leaves a cluster, however the single answers are varied a little.
"""

import numpy as np
from numpy.typing import ArrayLike

from analysis.patterns.evidence import Evidence, Pattern, PatternError, flag
from analysis.patterns.near_duplicates import NearDuplicates


def answer_clusters(
    found: NearDuplicates, *, places: ArrayLike | None = None, minimum: int = 3, alpha: float = 0.05
) -> Pattern:
    """Connected groups of remarkable pairs, of `minimum` or more answers, that chance does not explain.

    p = (1 + replicates whose largest group is as large)/(1 + replicates), over the redrawn surveys of
    `find_near_duplicates`: a Monte Carlo test of the largest group, so that all groups together err with alpha. With 39
    replicates the smallest p is 1/40. `observed` is the number of answers, `expected` the mean of the largest groups
    by chance; `details` has the number of places (shape (n,), if given) the answers came from. Raises PatternError.
    """
    null = np.array(found.expectation.largest_clusters)
    if 1 / (1 + len(null)) > alpha:
        raise PatternError(
            f"alpha {alpha:g}: expected at least {int(np.ceil(1 / alpha)) - 1} replicates, found {len(null)}"
        )
    where = None if places is None else np.asarray(places).astype(str)
    if where is not None and where.shape != found.cluster.shape:
        raise PatternError(f"expected a place for each of {len(found.cluster)} answers, found {where.shape}")
    evidence = []
    for number in range(int(found.cluster.max(initial=-1)) + 1):
        rows = np.flatnonzero(found.cluster == number)
        p = float((1 + np.count_nonzero(null >= len(rows))) / (1 + len(null)))
        if len(rows) >= minimum and p <= alpha:
            details = {} if where is None else {"places": float(len(np.unique(where[rows])))}
            subject = f"cluster of answer {rows[0] + 1}"
            evidence.append(Evidence(subject, tuple(rows.tolist()), float(len(rows)), float(null.mean()), p, details))
    evidence.sort(key=lambda finding: -finding.observed)
    rule = f"larger than the largest group of {len(null)} redrawn surveys, p <= {alpha:g}, {minimum} answers or more"
    return flag("answer_clusters", "answers alike", rule, evidence, len(found.cluster))
