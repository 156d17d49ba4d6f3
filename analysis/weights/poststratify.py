"""Post-stratification: weights of a cell are multiplied so that they sum to the cell's population. Step 5."""

from __future__ import annotations

import numpy as np

from analysis.frame import Floats
from analysis.weights.classes import Grouping


def poststratify(totals: Floats, cells: Grouping, population: Floats) -> Floats:
    """Factors for class totals, both (classes, k), to populations (cells, k) (Holt and Smith 1979).

    Cells without weight keep theirs.
    """
    held = cells.sums(totals)
    factor = np.divide(population, held, out=np.ones_like(held), where=held > 0)
    return factor[cells.level]
