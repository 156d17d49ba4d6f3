"""Step 8: which cells of a cross-table may be shown, so that no hidden one can be had by subtraction."""

from collections.abc import Mapping

CellKey = tuple[str, str]  # row category, column


def shown_cells(counts: Mapping[CellKey, float], publishable: Mapping[CellKey, bool], total: str) -> frozenset[CellKey]:
    """The cells that may be shown. `counts`: answers in each cell; `total`: the column of everybody.

    The shares of a column make 100 %, and the columns make the total: where one cell alone is hidden in a column, or in
    a row beside a shown total, the smallest other one is hidden with it, until nothing stands alone (complementary
    suppression; Willenborg and de Waal 2001, ch. 1).

    >>> counts = {("a", "x"): 3, ("b", "x"): 40, ("c", "x"): 60}
    >>> sorted(shown_cells(counts, {key: n >= 30 for key, n in counts.items()}, "*"))
    [('c', 'x')]
    """
    shown = {key for key, fine in publishable.items() if fine}
    while alone := _recoverable(counts, shown, total):
        shown -= alone
    return frozenset(shown)


def _recoverable(counts: Mapping[CellKey, float], shown: set[CellKey], total: str) -> set[CellKey]:
    """The smallest shown cell of a line in which exactly one cell is hidden; empty when there is no such line."""
    for line in _lines(counts, total):
        hidden = [key for key in line if key not in shown]
        others = [key for key in line if key in shown]
        if len(hidden) == 1 and others:
            return {min(others, key=lambda key: (counts[key], key))}
    return set()


def _lines(counts: Mapping[CellKey, float], total: str) -> list[list[CellKey]]:
    """Every column, and every row without its total."""
    rows, columns = {row for row, _ in counts}, {column for _, column in counts}
    by_column = [[key for key in counts if key[1] == column] for column in sorted(columns)]
    by_row = [[key for key in counts if key[0] == row and key[1] != total] for row in sorted(rows)]
    return by_column + by_row
