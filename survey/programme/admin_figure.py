"""Administrative figures: numbers that offices report (volunteers, lamps, green space). Never rates of a survey.

They are compared with a target plainly, without an interval, and count only when a second person has checked them.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from survey.programme.period import PeriodError, read_period

INDICATOR = re.compile(r"[A-Z][A-Z0-9_]{1,39}")


class Comparison(StrEnum):
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="
    EQUAL = "="


class FigureState(StrEnum):
    ENTERED = "entered"
    CHECKED = "checked"
    REJECTED = "rejected"


class AdminFigureError(ValueError):
    """A figure cannot be entered or checked; the message names what was expected and found."""


@dataclass(frozen=True)
class AdminIndicator:
    """What is counted. `unit`: %, 个, ㎡ …; a target may be missing: then nothing is met or missed.

    `responsible`: the body that reports it, in words; `source`: the plan that sets the target.
    """

    id: str
    name: str
    unit: str
    comparison: Comparison | None = None
    target: Decimal | None = None
    responsible: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not INDICATOR.fullmatch(self.id):
            raise AdminFigureError(
                f"indicator: expected capitals, digits and _, such as ADM_VOL_REG, found {self.id!r}"
            )
        if (self.comparison is None) != (self.target is None):
            raise AdminFigureError(f"indicator {self.id}: expected an operator and a target, or neither")

    def met_by(self, value: Decimal) -> bool | None:
        """The plain comparison; None without a target.

        >>> AdminIndicator("ADM_A", "a", "%", Comparison.ABOVE, Decimal("36")).met_by(Decimal("36.0"))
        False
        """
        if self.comparison is None or self.target is None:
            return None
        return {
            Comparison.ABOVE: value > self.target,
            Comparison.AT_LEAST: value >= self.target,
            Comparison.BELOW: value < self.target,
            Comparison.AT_MOST: value <= self.target,
            Comparison.EQUAL: value == self.target,
        }[self.comparison]


@dataclass(frozen=True)
class AdminFigure:
    """One edition of the figure of one indicator and period; a correction is a new edition."""

    indicator: str
    period: str
    edition: int
    value: Decimal
    note: str
    entered_by: str
    entered_at: datetime
    state: FigureState = FigureState.ENTERED
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""


def check_period(text: str) -> str:
    """A year, half-year, quarter or month as it is written. Raises `AdminFigureError`."""
    try:
        return read_period(text).written
    except PeriodError as error:
        raise AdminFigureError(str(error)) from None


def read_value(text: str) -> Decimal:
    """A number as it is written, exact. Raises `AdminFigureError`."""
    try:
        value = Decimal(text.replace(",", "").replace("，", "").removesuffix("%").strip())
    except InvalidOperation:
        raise AdminFigureError(f"value: expected a number such as 15.2, found {text!r}") from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15:
        raise AdminFigureError(f"value: expected a number of at most 15 digits, found {text!r}")
    return value
