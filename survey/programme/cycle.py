"""A cycle: the years of an office's work with their weights, and the score that they make together (steps 2 and 8).

The score is the weighted sum that plans publish: 15 % of the first year, 25 % of the second, 60 % of the third. No plan
says what a year's score is made of: a cycle names either a score that its waves measure, or one that a body reports.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from survey.instrument.population import Population

_ID = re.compile(r"[a-z][a-z0-9-]{1,39}")
_WHOLE = Decimal(100)
_NORMAL_95 = 1.959963984540054  # the 0.975 quantile of the normal distribution
MOST_YEARS = 10


class CycleError(ValueError):
    """A cycle cannot be kept so; the message begins with the field and says what was expected and found."""


class ScoreSource(StrEnum):
    SURVEY = "survey"  # an indicator with the unit of a score, measured by the waves of the year
    REPORTED = "reported"  # an administrative figure of the year, checked by a second person


class Gap(StrEnum):
    """Why a year has no score yet that counts."""

    NO_WAVE = "no_wave"  # no wave of the population ended in the year or is open in it
    NOT_FINAL = "not_final"  # a wave is open, or its figures were not computed after it was closed
    NOT_MEASURED = "not_measured"  # a wave does not have the indicator, or has it from open posters only
    HELD_BACK = "held_back"  # too few answers by the publication rules
    NO_FIGURE = "no_figure"  # nothing was reported for the year
    NOT_CHECKED = "not_checked"  # reported, and no second person has checked it
    YEAR_NOT_OVER = "year_not_over"  # another wave may still change it


@dataclass(frozen=True)
class Cycle:
    """One edition of a cycle. `weights`: years in order with their percentages, which sum to 100.

    `indicator`: of the catalogue, with `population`, or an administrative one. `reason`: why this edition was made.
    """

    id: str
    name: str
    source: ScoreSource
    indicator: str
    population: Population
    weights: tuple[tuple[int, Decimal], ...]
    edition: int
    made_by: str
    made_at: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise CycleError(f"id: expected small letters, digits and hyphens, found {self.id!r}")
        if not self.name.strip():
            raise CycleError("name: expected a name, found none")
        if not self.indicator:
            raise CycleError("indicator: expected the indicator that is the score, found none")
        _check_weights(self.weights)

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(year for year, _ in self.weights)


def _check_weights(weights: Sequence[tuple[int, Decimal]]) -> None:
    years = [year for year, _ in weights]
    if not 1 <= len(years) <= MOST_YEARS:
        raise CycleError(f"weights: expected 1 to {MOST_YEARS} years, found {len(years)}")
    if years != list(range(years[0], years[0] + len(years))) or not 2000 <= years[0] <= 2100:
        raise CycleError(f"years: expected one year after the other, found {', '.join(map(str, years))}")
    if any(weight <= 0 for _, weight in weights):
        raise CycleError("weights: expected percentages above 0, found one that is not")
    whole = sum((weight for _, weight in weights), Decimal())
    if whole != _WHOLE:
        raise CycleError(f"sum: expected percentages that sum to 100, found {whole}")


def read_weights(first: str, text: str) -> tuple[tuple[int, Decimal], ...]:
    """The years from `first` on with the percentages of `text`, as plans write them. Raises `CycleError`.

    >>> read_weights("2018", "15/25/60")
    ((2018, Decimal('15')), (2019, Decimal('25')), (2020, Decimal('60')))
    """
    if not re.fullmatch(r"20[0-9]{2}", first.strip()):
        raise CycleError(f"years: expected a year such as 2026, found {first[:20]!r}")
    try:
        weights = [Decimal(part.strip().removesuffix("%")) for part in re.split(r"[/／、,，\s]+", text.strip())]
    except InvalidOperation:
        raise CycleError(f"weights: expected percentages such as 15/25/60, found {text[:60]!r}") from None
    if not all(weight.is_finite() for weight in weights):
        raise CycleError(f"weights: expected percentages such as 15/25/60, found {text[:60]!r}")
    return tuple((int(first) + place, weight) for place, weight in enumerate(weights))


@dataclass(frozen=True)
class Part:
    """What one wave, or one reported figure, gives to its year. `label`: the wave's name, or the figure's period."""

    label: str
    score: float | None = None
    se: float | None = None
    gap: Gap | None = None


@dataclass(frozen=True)
class YearScore:
    """A year of a cycle: the plain mean of its waves, each counting alike, because waves are never pooled."""

    year: int
    weight: Decimal
    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...]

    @property
    def score(self) -> float | None:
        """The mean of the parts that have one; it counts when there is no gap, and is for the moment otherwise."""
        scores = [part.score for part in self.parts if part.score is not None]
        return sum(scores) / len(scores) if scores else None

    @property
    def se(self) -> float | None:
        """Of the mean of independent waves; None where a part has none."""
        errors = [part.se for part in self.parts if part.se is not None]
        whole = bool(errors) and len(errors) == len(self.parts)
        return math.sqrt(sum(error**2 for error in errors)) / len(errors) if whole else None

    @property
    def counts(self) -> bool:
        return self.score is not None and not self.gaps

    @property
    def points(self) -> float | None:
        """What the year adds to the cycle's score; None until it counts."""
        return float(self.weight) / 100 * self.score if self.counts and self.score is not None else None


@dataclass(frozen=True)
class CycleScore:
    """A cycle with what its years have given so far. `one_rule`: all waves scored by the same rule and answers."""

    cycle: Cycle
    years: tuple[YearScore, ...]
    unit: str = ""
    label: str = ""
    one_rule: bool = True

    @property
    def missing(self) -> tuple[YearScore, ...]:
        return tuple(year for year in self.years if not year.counts)

    @property
    def so_far(self) -> float:
        """Points of the years that count, out of `reachable`."""
        return sum(year.points or 0.0 for year in self.years)

    @property
    def reachable(self) -> Decimal:
        """The percentages of the years that count: what `so_far` could be at most."""
        return sum((year.weight for year in self.years if year.counts), Decimal())

    @property
    def total(self) -> float | None:
        """The cycle's score; None while a year is missing: years that are there never stand for those that are not."""
        return None if self.missing else self.so_far

    @property
    def limits(self) -> tuple[float, float] | None:
        """95 % limits of the total, years and waves taken as independent samples (normal approximation)."""
        errors = [year.se for year in self.years]
        if self.total is None or any(error is None for error in errors):
            return None
        parts = [float(year.weight) / 100 * (year.se or 0.0) for year in self.years]
        half = _NORMAL_95 * math.sqrt(sum(part**2 for part in parts))
        return self.total - half, self.total + half
