"""A wave: one round of asking one population with one questionnaire version."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from survey.instrument.text import Text


class WaveStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Population(StrEnum):
    RESIDENTS = "residents"
    MERCHANTS = "merchants"
    STAFF = "staff"
    STUDENTS = "students"


class WaveError(ValueError):
    """A wave cannot do what was asked of it now; the message says why and what to do."""


@dataclass(frozen=True)
class StatisticsHeader:
    """What the statistics law wants on every form and poster: 表号、制定机关、批准机关、批准文号、有效期."""

    form_number: str
    authority: str
    approved_by: str
    approval_number: str
    valid_until: date


@dataclass(frozen=True)
class Organiser:
    """Who asks, and whom to call to check that the survey is real."""

    name: Text
    phone: str


@dataclass(frozen=True)
class Wave:
    """One round of asking. `questionnaire` and `version` never change once it is open."""

    id: str
    name: Text
    population: Population
    questionnaire: str
    version: int
    target_profile: str
    header: StatisticsHeader
    organiser: Organiser
    status: WaveStatus
    opened_at: datetime | None = None
    closed_at: datetime | None = None

    def accepts_on(self, day: date) -> bool:
        """Whether answers may be given on `day`: open, and the approval has not expired."""
        return self.status is WaveStatus.OPEN and day <= self.header.valid_until
