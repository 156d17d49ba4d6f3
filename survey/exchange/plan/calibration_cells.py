"""The cells that weights are calibrated to: street × sex and street × age band, from a wave's margins. Before step 5.

A cell with too few answers would get huge weights: it is joined with its neighbour in the same street, and every
joining is told. Source of the practice: Kalton & Flores-Cervantes (2003), Journal of Official Statistics 19:81.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from survey.programme.margin import AGE_BANDS, SEXES, Margin

FEWEST = 5  # answers in a cell of its own
_RANGE = re.compile(r"(\d{1,3})\s*(?:[–—~～-]|至|to)\s*(\d{1,3})")
_OPEN = re.compile(r"(\d{1,3})\s*(?:岁|周岁|歲)?\s*(?:及以上|以上|or older|and older|and over|\+)")


@dataclass(frozen=True)
class Person:
    """What calibration looks at; None where it is not known. `band` is one of AGE_BANDS."""

    street: str | None
    sex: str | None
    band: str | None
    psu: str | None = None


@dataclass(frozen=True)
class CellMargin:
    """One margin: labels of the cells by street and level, population totals and known answers by label."""

    name: str
    cells: Mapping[tuple[str, str], str]
    totals: Mapping[str, float]
    answers: Mapping[str, Mapping[str, int]]  # street, label

    def label(self, street: str | None, level: str | None, response_id: str) -> str:
        """The cell of a person; empty outside the streets that are calibrated.

        A person who did not tell the level gets a cell of the own street with the chances of those who told it. The
        draw follows from the response's id, so that it is the same in every run. Without it, the two margins would
        disagree about the people of a street (imputing raking variables: Battaglia et al. 2009, Survey Practice 2:5).
        """
        if street is None or street not in self.answers:
            return ""
        if level is not None:
            return self.cells[street, level]
        answers = self.answers[street]
        place = _chance(response_id, self.name) * sum(answers.values())
        reached = zip(answers, accumulate(answers.values()), strict=True)
        return next(label for label, limit in reached if place < limit)


@dataclass(frozen=True)
class CalibrationCells:
    """The two margins, and what had to be joined, left out or drawn."""

    sex: CellMargin
    age: CellMargin
    warnings: tuple[str, ...]


def _chance(response_id: str, salt: str) -> float:
    """A number from 0 to below 1 that follows from the id alone."""
    return int.from_bytes(hashlib.sha256(f"{salt}|{response_id}".encode()).digest()[:6]) / 2**48


def band_of_label(label: str) -> str | None:
    """The age band that an answer such as 18–29岁 lies in; None when it lies in none.

    >>> band_of_label("16–17岁"), band_of_label("65岁及以上"), band_of_label("25–34")
    ('16-29', '65+', None)
    """
    if match := _RANGE.search(label):
        lower, upper = int(match[1]), int(match[2])
    elif match := _OPEN.search(label):
        lower, upper = int(match[1]), 999
    else:
        return None
    for band in AGE_BANDS:
        first, _, last = band.removesuffix("+").partition("-")
        if int(first) <= lower and upper <= (int(last) if last else 999):
            return band
    return None


def make_cells(margins: Iterable[Margin], people: Mapping[Person, int]) -> CalibrationCells:
    """Cells in which the sample has answers; both margins have the same sum. `people`: how many of each there are."""
    population: dict[str, dict[tuple[str, str], float]] = {}
    for cell in margins:
        population.setdefault(cell.area, {})[cell.sex, cell.age_band] = cell.total
    streets: dict[str, list[tuple[Person, int]]] = {}
    for person, number in people.items():
        if person.street is not None:
            streets.setdefault(person.street, []).append((person, number))
    found = _Found()
    for street, totals in sorted(population.items()):
        if street not in streets:
            whole = sum(totals.values())
            found.warnings.append(f"street {street}: no answer; its {whole:g} people are not represented")
        else:
            found.add_street(street, totals, streets[street])
    for street in sorted(streets.keys() - population.keys()):
        number = sum(number for _, number in streets[street])
        found.warnings.append(f"street {street}: no margin; its {number} answers keep their share")
    return CalibrationCells(CellMargin("sex", *found.sex), CellMargin("age", *found.age), tuple(found.warnings))


@dataclass(frozen=True)
class Group:
    """Neighbouring levels of a margin that share a cell."""

    levels: tuple[str, ...]
    answers: int
    psus: frozenset[object]
    total: float

    @property
    def is_usable(self) -> bool:
        return self.answers > 0 and self.total > 0

    def stands_alone(self, psus: int) -> bool:
        """Enough answers, and from more than one PSU where the street has more: a replicate leaves one PSU out."""
        return self.is_usable and self.answers >= FEWEST and len(self.psus) >= min(psus, 2)

    def with_next(self, other: "Group") -> "Group":
        answers, total = self.answers + other.answers, self.total + other.total
        return Group(self.levels + other.levels, answers, self.psus | other.psus, total)


class _Found:
    """Cells, totals and known answers of both margins, as the streets are added."""

    def __init__(self) -> None:
        self.sex: tuple[dict[tuple[str, str], str], dict[str, float], dict[str, dict[str, int]]] = ({}, {}, {})
        self.age: tuple[dict[tuple[str, str], str], dict[str, float], dict[str, dict[str, int]]] = ({}, {}, {})
        self.warnings: list[str] = []

    def add_street(
        self, street: str, totals: Mapping[tuple[str, str], float], people: Sequence[tuple[Person, int]]
    ) -> None:
        psus = len({person.psu for person, _ in people})
        sexes = [_group(sex, [(p, n) for p, n in people if p.sex == sex], _sum(totals, 0, sex)) for sex in SEXES]
        bands = [
            _group(band, [(p, n) for p, n in people if p.band == band], _sum(totals, 1, band)) for band in AGE_BANDS
        ]
        sexes, bands = joined(sexes, psus), joined(bands, psus)
        if not all(group.is_usable for group in (*sexes, *bands)):
            self.warnings.append(f"street {street}: sex or age band is known of nobody; not calibrated")
            return
        unknown = sum(number for person, number in people if person.sex is None or person.band is None)
        if unknown:
            self.warnings.append(f"street {street}: {unknown} people did not tell sex or age; their cell was drawn")
        for groups, (cells, sums, answers) in ((sexes, self.sex), (bands, self.age)):
            answers[street] = {}
            for group in groups:
                label = f"{street} {'/'.join(group.levels)}"
                sums[label], answers[street][label] = group.total, group.answers
                cells.update({(street, level): label for level in group.levels})
                if len(group.levels) > 1:
                    self.warnings.append(f"margin cell {label}: joined, a part has too few answers of its own")


def _group(level: str, people: Sequence[tuple[Person, int]], total: float) -> Group:
    return Group((level,), sum(number for _, number in people), frozenset(person.psu for person, _ in people), total)


def joined(groups: list[Group], psus: int) -> list[Group]:
    """Join the weakest group with the weaker of its neighbours until every group stands alone, or one is left."""
    while len(groups) > 1:
        alone = [group.stands_alone(psus) for group in groups]
        if all(alone):
            break
        weakest = min(range(len(groups)), key=lambda k: (alone[k], groups[k].answers, groups[k].total))
        sides = [k for k in (weakest - 1, weakest + 1) if 0 <= k < len(groups)]
        other = min(sides, key=lambda k: groups[k].answers)
        first, second = sorted((weakest, other))
        groups = [*groups[:first], groups[first].with_next(groups[second]), *groups[second + 1 :]]
    return groups


def _sum(totals: Mapping[tuple[str, str], float], place: int, level: str) -> float:
    return sum(total for key, total in totals.items() if key[place] == level)
