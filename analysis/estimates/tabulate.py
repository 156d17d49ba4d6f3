"""One pass over the rows: tables of measures in domains, by codes where an item has few, otherwise by rows. Step 6."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.estimates.code_tables import cells_of, from_codes
from analysis.estimates.domains import DomainSet
from analysis.estimates.measure import Measure
from analysis.estimates.row_tables import from_rows
from analysis.estimates.sample import Sample
from analysis.estimates.tables import Tables, side_by_side

MOST_CELLS = 30_000_000
BATCH_CELLS = 1_000_000


def tabulate(sample: Sample, measures: Sequence[Measure], domains: DomainSet) -> Tables:
    """The tables of measures side by side, by codes where an item has few, otherwise by rows."""
    found = []
    height = max(sample.units, sample.weighting.classes.count)
    for measure in measures:
        coding = measure.coding
        few = coding is not None and cells_of(height, domains, coding) <= MOST_CELLS
        found.append((from_codes if few else from_rows)(sample, measure, domains))
    return found[0] if len(found) == 1 else side_by_side(found)


def batches(
    sample: Sample, measures: Sequence[Measure], domains: DomainSet
) -> Iterator[tuple[Sequence[Measure], DomainSet]]:
    """Measures and domains whose (units, q) tables fit in memory, in the order of measures, then of domains."""
    height = max(sample.units, sample.weighting.classes.count)
    width = max(1, MOST_CELLS // height)
    if domains.count > width:
        for measure in measures:
            for start in range(0, domains.count, width):
                yield [measure], domains.part(start, min(start + width, domains.count))
        return
    together = max(1, BATCH_CELLS // (height * max(1, domains.count)))
    for start in range(0, len(measures), together):
        yield measures[start : start + together], domains
