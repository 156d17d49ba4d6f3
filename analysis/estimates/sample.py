"""The weighted sample that all estimates are taken from: rows, design, final weights, class tables. Step 6."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from analysis.design import Design
from analysis.estimates.domains import DomainSet
from analysis.frame import Bools, Codes, Floats, Ints, paired
from analysis.weights.residuals import scaled
from analysis.weights.weighting import Weighting

T = TypeVar("T")
DENSE = 10  # cells a row: up to here a full table is faster than a sparse one
MOST_KEPT = 8


@dataclass(frozen=True)
class Sample:
    """`inside` (n,): the rows of the plan's subset, a domain of every estimate.

    `_kept` holds what items and indicators of one run share, with the objects that it was made from; the
    least lately used goes first, because each may be as long as the sample.
    """

    design: Design
    weighting: Weighting
    inside: Bools
    _kept: dict[tuple[int, int, str], tuple[object, object, Any]] = field(default_factory=dict, repr=False)

    def shared(self, first: object, second: object, name: str, make: Callable[[], T]) -> T:
        """What `make` returns, made once for these two objects as long as it is in use."""
        key = (id(first), id(second), name)
        kept = self._kept.pop(key, None)
        made: T = make() if kept is None else kept[2]
        self._kept[key] = (first, second, made)
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return made

    @property
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
        return bool(self.weight.min() > 0)

    @cached_property
    def place(self) -> Ints:
        """Room for a number of every row, shape (n,), for whoever counts: new memory costs more than the counting."""
        return np.empty(self.design.n, dtype=np.int64)

    @property
    def unit_of_row(self) -> Codes:
        """The finest unit that the variance needs: second-stage unit or PSU, shape (n,)."""
        second = self.design.second
        return self.design.psu_of_row if second is None else second.unit_of_row

    @property
    def units(self) -> int:
        second = self.design.second
        return self.design.psus if second is None else int(second.psu_of_unit.shape[0])

    def crossed(self, domains: DomainSet, of_row: Codes, levels: int = 0) -> Ints:
        """Key of (`of_row`, domain + 1) for every row, shape (n,); with `levels` also code 0 of so many, after -1."""

        def make() -> Ints:
            key = paired(of_row, domains.of_row, domains.count + 1)
            key += 1
            if levels:
                key *= levels + 1
                key += 1
            return key

        return self.shared(domains, of_row, f"crossed with {levels}", make)

    @property
    def entries(self) -> int:
        """How many controls all rows are looked at by."""
        fit = self.weighting.fit
        return sum(self.design.n * look.nnz // look.shape[1] for look in (fit.plain, fit.weighted) if look is not None)

    @cached_property
    def looks(self) -> Any:
        """What the weighting steps look at in each row, a sparse matrix (n, k)."""
        fit, of_row = self.weighting.fit, self.weighting.classes.of_row
        plain = None if fit.plain is None else fit.plain.T.tocsr()[of_row]
        weighted = None if fit.weighted is None else scaled(fit.weighted.T.tocsr()[of_row], self.weight)
        return weighted if plain is None else plain if weighted is None else plain + weighted

    @cached_property
    def unit_fit(self) -> Floats:
        """What the weighting steps take from the influence of each unit, by what they look at, shape (units, k + g)."""
        taken = self._weight_by_unit_and_control() @ self.weighting.fit.solution
        if not self.weighting.adjusts_for_nonresponse:
            return np.asarray(taken)
        given = self._given_by_nonrespondents()
        step, fit, classes = self.weighting.of_nonrespondents()[0], self.weighting.fit, self.weighting.classes
        fitted = (step.grouping.members @ scaled(fit.on, classes.base * self.weighting.factor)) @ fit.solution
        return np.hstack([taken + given @ fitted, -given])

    def _weight_by_unit_and_control(self) -> Floats:
        """Weighted sums over each unit of what the steps fit on, shape (units, k)."""
        from scipy.sparse import coo_array

        classes, fit = self.weighting.classes, self.weighting.fit
        shape = (classes.count, self.units)
        cells = classes.count * self.units
        if cells <= DENSE * self.design.n:
            key = paired(classes.of_row, self.unit_of_row, self.units)
            joint: Any = np.bincount(key, weights=self.weight, minlength=cells).reshape(shape)
        else:
            joint = coo_array((self.weight, (classes.of_row, self.unit_of_row)), shape=shape).tocsr()
        sums = fit.on.T @ joint
        return np.asarray((sums if isinstance(sums, np.ndarray) else sums.toarray()).T)

    def _given_by_nonrespondents(self) -> Floats:
        """What the adjustment for nonresponse adds to the influence of units, per sum of w e, shape (units, g).

        Every sampled case of an adjustment class moves its total by the mean of e among the respondents; see
        ResponseStep.influence for how much.
        """
        step, per_weight, answering = self.weighting.of_nonrespondents()
        classes, groups = self.weighting.classes, step.grouping.levels
        key = paired(self.unit_of_row, step.grouping.level[classes.of_row], groups)
        moved = self.weighting.base * per_weight[classes.of_row]
        table = np.bincount(key, weights=moved, minlength=self.units * groups).reshape(self.units, groups)
        return np.asarray(table / np.where(answering > 0, answering, 1.0))
