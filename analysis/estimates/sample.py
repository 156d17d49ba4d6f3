"""The weighted sample that all estimates are taken from: rows, design, final weights, class tables. Step 6."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from analysis.design import Design
from analysis.frame import Bools, Floats, Ints
from analysis.weights.steps import Weighting


@dataclass(frozen=True)
class Sample:
    """`inside` (n,): the rows of the plan's subset, a domain of every estimate."""

    design: Design
    weighting: Weighting
    inside: Bools

    @cached_property
    def weight(self) -> Floats:
        """Final weights, shape (n,)."""
        return self.weighting.weight

    @cached_property
    def live(self) -> Bools:
        """Rows with a weight, shape (n,)."""
        return np.asarray(self.weight != 0)

    @property
    def unit_of_row(self) -> Ints:
        """The finest unit that the variance needs: second-stage unit or PSU, shape (n,)."""
        second = self.design.second
        return self.design.psu_of_row if second is None else second.unit_of_row

    @property
    def units(self) -> int:
        second = self.design.second
        return self.design.psus if second is None else int(second.psu_of_unit.shape[0])

    @cached_property
    def class_weight(self) -> Floats:
        """Final weights summed over the calibration classes, shape (classes,)."""
        return self.weighting.classes.base * self.weighting.factor

    @cached_property
    def unit_class_weight(self) -> Any:
        """Final weights by unit and class, a sparse matrix (units, classes)."""
        from scipy.sparse import coo_array

        classes = self.weighting.classes
        table = coo_array((self.weight, (self.unit_of_row, classes.of_row)), shape=(self.units, classes.count))
        return table.tocsr()
