"""The cells that weights are calibrated to: street × sex and street × age band, from a wave's margins. Before step 5.

A cell with too few answers would get huge weights: it is joined with its neighbour in the same street, and every
joining is told. Source of the practice: Kalton & Flores-Cervantes (2003), Journal of Official Statistics 19:81.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True)
class CalibrationCells:
    """Labels of the cells by (street, sex) and (street, band), their totals, and what had to be joined or left out."""

    sex: Mapping[tuple[str, str], str]
    age: Mapping[tuple[str, str], str]
    sex_totals: Mapping[str, float]
    age_totals: Mapping[str, float]
    warnings: tuple[str, ...]

    def sex_of(self, person: Person) -> str:
        """The label of the person's cell; empty when it is not known."""
        return self.sex.get((person.street or "", person.sex or ""), "")

    def age_of(self, person: Person) -> str:
        return self.age.get((person.street or "", person.band or ""), "")


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
    by_sex, by_band, present = Counter[object](), Counter[object](), Counter[object]()
    for person, number in people.items():
        by_sex[person.street, person.sex] += number
        by_band[person.street, person.band] += number
        present[person.street] += number
    found = _Cells({}, {}, {}, {}, [])
    for street, totals in sorted(population.items()):
        whole = sum(totals.values())
        if not present[street]:
            found.warnings.append(f"street {street}: no answer; its {whole:g} people are not represented")
            continue
        sexes = _joined([_Group((sex,), by_sex[street, sex], _sum(totals, 0, sex)) for sex in SEXES])
        bands = _joined([_Group((band,), by_band[street, band], _sum(totals, 1, band)) for band in AGE_BANDS])
        if not all(group.is_usable for group in (*sexes, *bands)):
            found.warnings.append(f"street {street}: sex or age band is known of nobody; not calibrated")
            continue
        found.add(street, sexes, found.sex, found.sex_totals)
        found.add(street, bands, found.age, found.age_totals)
    for street in sorted({person.street for person in people if person.street} - population.keys()):
        found.warnings.append(f"street {street}: no margin; its {present[street]} answers keep their share")
    return CalibrationCells(found.sex, found.age, found.sex_totals, found.age_totals, tuple(found.warnings))


@dataclass(frozen=True)
class _Group:
    """Neighbouring levels of a margin that share a cell."""

    levels: tuple[str, ...]
    answers: int
    total: float

    @property
    def is_usable(self) -> bool:
        return self.answers > 0 and self.total > 0

    @property
    def stands_alone(self) -> bool:
        return self.answers >= FEWEST and self.total > 0

    def with_next(self, other: "_Group") -> "_Group":
        return _Group(self.levels + other.levels, self.answers + other.answers, self.total + other.total)


@dataclass
class _Cells:
    sex: dict[tuple[str, str], str]
    age: dict[tuple[str, str], str]
    sex_totals: dict[str, float]
    age_totals: dict[str, float]
    warnings: list[str]

    def add(
        self, street: str, groups: list[_Group], cells: dict[tuple[str, str], str], totals: dict[str, float]
    ) -> None:
        for group in groups:
            label = f"{street} {'/'.join(group.levels)}"
            totals[label] = group.total
            cells.update({(street, level): label for level in group.levels})
            if len(group.levels) > 1:
                self.warnings.append(f"margin cell {label}: joined, one of them has fewer than {FEWEST} answers")


def _joined(groups: list[_Group]) -> list[_Group]:
    """Join the weakest group with the weaker of its neighbours until every group stands alone, or one is left."""
    while len(groups) > 1:
        weakest = min(range(len(groups)), key=lambda k: (groups[k].stands_alone, groups[k].answers, groups[k].total))
        if groups[weakest].stands_alone:
            break
        sides = [k for k in (weakest - 1, weakest + 1) if 0 <= k < len(groups)]
        other = min(sides, key=lambda k: groups[k].answers)
        first, second = sorted((weakest, other))
        groups = [*groups[:first], groups[first].with_next(groups[second]), *groups[second + 1 :]]
    return groups


def _sum(totals: Mapping[tuple[str, str], float], place: int, level: str) -> float:
    return sum(total for key, total in totals.items() if key[place] == level)
