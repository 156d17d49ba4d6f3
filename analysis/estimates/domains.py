"""Domains: the subgroups that estimates are for. Rows outside stay in the design. Step 6."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Bools, Codes, Frame, cross, smallest_type
from analysis.plan import Subset


@dataclass(frozen=True)
class DomainSet:
    """Domains that do not overlap: `of_row` (n,) in 0..count-1, -1 for rows in none; `where` names each."""

    of_row: Codes
    where: tuple[Mapping[str, str], ...]

    @property
    def count(self) -> int:
        return len(self.where)

    def part(self, start: int, stop: int) -> DomainSet:
        """The domains start..stop-1 alone."""
        inside = (self.of_row >= start) & (self.of_row < stop)
        return replace(self, of_row=np.where(inside, self.of_row - start, -1), where=self.where[start:stop])

    def picked(self, places: Sequence[int]) -> DomainSet:
        """The domains at `places` alone, in their order."""
        new = np.full(self.count + 1, -1, dtype=np.int64)  # the last place is for rows in no domain
        new[list(places)] = np.arange(len(places))
        return DomainSet(new[self.of_row], tuple(self.where[place] for place in places))


def subset_rows(subset: Subset | None, frame: Frame) -> Bools:
    """Rows that the figures are about, shape (n,). Raises FaultsFound when there are none."""
    if subset is None:
        return np.ones(frame.n, dtype=np.bool_)
    column = frame.column(subset.column)
    wanted = subset.inside if subset.inside is not None else set(column.labels) - set(subset.outside or ())
    rows = column.flags(wanted)
    if not rows.any():
        raise FaultsFound([Fault(frame.file, f"subset, column {subset.column}", "at least one row", "none")])
    return rows


def crossed_domains(names: Sequence[str], frame: Frame, rows: Bools) -> DomainSet:
    """One domain for each combination of levels of `names` that occurs in `rows`; none named: everyone."""
    if not names:
        return one_domain(rows)
    columns = [frame.column(name) for name in names]
    codes, parts = cross([column.codes for column in columns], [len(column.labels) for column in columns])
    if not rows.all():
        present = np.flatnonzero(np.bincount(codes[rows].astype(np.int64) + 1, minlength=len(parts) + 1)[1:])
        place = np.full(len(parts) + 1, -1, dtype=smallest_type(len(parts)))
        place[present] = np.arange(present.shape[0])
        codes, parts = place[np.where(rows, codes, -1)], parts[present]
    where = [
        {name: column.labels[level] for name, column, level in zip(names, columns, part, strict=True)}
        for part in parts.tolist()
    ]
    return DomainSet(codes, tuple(where))


def one_domain(rows: Bools, where: Mapping[str, str] | None = None) -> DomainSet:
    """The domain of `rows` (n,); everyone, where nothing else is said."""
    return DomainSet(rows.astype(np.int8) - np.int8(1), (dict(where or {}),))


def chosen_domain(where: Mapping[str, str], frame: Frame, rows: Bools, key: str) -> DomainSet:
    """The one domain where every column has the given level. Raises FaultsFound for levels that do not occur."""
    inside = rows.copy()
    faults: list[Fault] = []
    for name, level in where.items():
        column = frame.column(name)
        if level not in column.labels:
            faults.append(Fault("plan", f"{key}, {name}", f"a level of {name}: {shortened(column.labels)}", level))
            continue
        inside &= column.codes == column.labels.index(level)
    if faults:
        raise FaultsFound(faults)
    return one_domain(inside, where)


def described(where: Mapping[str, str], everyone: str = "everyone") -> str:
    """A domain in words: `area = east, sex = F`."""
    return ", ".join(f"{name} = {level}" for name, level in where.items()) or everyone


def distinct(names: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Domain specifications in their order, each once."""
    return list(dict.fromkeys(tuple(spec) for spec in names))
