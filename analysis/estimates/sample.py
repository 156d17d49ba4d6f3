"""The weighted sample that all estimates are taken from: rows, design, final weights, class tables. Step 6."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from analysis.design import Design
from analysis.estimates.domains import DomainSet
from analysis.frame import Bools, Floats, Ints
from analysis.weights.steps import Weighting

T = TypeVar("T")
DENSE = 10  # cells a row: up to here a full table is faster than a sparse one


@dataclass(frozen=True)
class Sample:
    """`inside` (n,): the rows of the plan's subset, a domain of every estimate.

    `_kept` holds what items and indicators of one run share, with the objects that it was made from.
    """

    design: Design
    weighting: Weighting
    inside: Bools
    _kept: dict[tuple[int, int, str], tuple[object, object, Any]] = field(default_factory=dict, repr=False)

    def shared(self, first: object, second: object, name: str, make: Callable[[], T]) -> T:
        """What `make` returns, made once for these two objects."""
        key = (id(first), id(second), name)
        if key not in self._kept:
            self._kept[key] = (first, second, make())
        found: T = self._kept[key][2]
        return found

    @cached_property
    def weight(self) -> Floats:
        """Final weights, shape (n,)."""
        return self.weighting.weight

    @cached_property
    def live(self) -> Bools:
        """Rows with a weight, shape (n,)."""
        return np.asarray(self.weight != 0)

    @cached_property
    def all_positive(self) -> bool:
        """Whether every weight is above 0, so that weighted counts show where rows are."""
        return bool((self.weight > 0).all())

    @property
    def unit_of_row(self) -> Ints:
        """The finest unit that the variance needs: second-stage unit or PSU, shape (n,)."""
        second = self.design.second
        return self.design.psu_of_row if second is None else second.unit_of_row

    @property
    def units(self) -> int:
        second = self.design.second
        return self.design.psus if second is None else int(second.psu_of_unit.shape[0])

    def crossed(self, domains: DomainSet, of_row: Ints, wide: int = 1) -> Ints:
        """Key of (`of_row`, domain + 1, 0 of `wide` codes) for every row, shape (n,); computed once for each pair."""

        def make() -> Ints:
            key = of_row * (domains.count + 1)
            key += domains.of_row
            key += 1
            key *= wide
            return key

        return self.shared(domains, of_row, f"crossed with {wide}", make)

    @cached_property
    def class_weight(self) -> Floats:
        """Final weights summed over the calibration classes, shape (classes,)."""
        return self.weighting.classes.base * self.weighting.factor

    @cached_property
    def unit_controls(self) -> Floats:
        """Weighted sums over each unit of what the weighting steps fit the influence on, shape (units, k)."""
        from scipy.sparse import coo_array

        classes = self.weighting.classes
        shape = (self.units, classes.count)
        cells = self.units * classes.count
        if cells <= DENSE * self.design.n:
            key = self.unit_of_row * classes.count + classes.of_row
            joint: Any = np.bincount(key, weights=self.weight, minlength=cells).reshape(shape)
        else:
            joint = coo_array((self.weight, (self.unit_of_row, classes.of_row)), shape=shape).tocsr()
        sums = joint @ self.weighting.fitted_on
        return np.asarray(sums if isinstance(sums, np.ndarray) else sums.toarray())
