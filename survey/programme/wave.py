"""A wave: one round of asking one population with one questionnaire version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from survey.instrument.population import Population
from survey.instrument.text import Text
from survey.programme.arrangement import NOT_ARRANGED, Arrangement
from survey.programme.protection import NO_PROTECTION, Protection
from survey.programme.quota import OverQuota
from survey.programme.recording_plan import NO_RECORDING, RecordingPlan

OFFICE_TIME = ZoneInfo("Asia/Shanghai")  # the day on which an approval expires is the office's day
GRACE = timedelta(hours=24)  # for forms that were opened before the wave was closed


class WaveStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class WaveError(ValueError):
    """A wave cannot do what was asked of it now; the message says why and what to do."""


class WaveNotOpenError(WaveError):
    """The wave takes no answers now; `wave` tells whether it has not begun, is over, or its approval has expired."""

    def __init__(self, wave: "Wave") -> None:
        super().__init__(f"wave {wave.id}: {wave.status}, approved until {wave.header.valid_until}; no answers now")
        self.wave = wave


class NotArrangedError(WaveError):
    """The wave is not arranged so: it does not ask in this way, or not in this area."""


class WaveNotReadyError(WaveError):
    """A wave cannot open yet; `gaps` says everything that is missing."""

    def __init__(self, wave_id: str, gaps: Sequence[str]) -> None:
        super().__init__("\n".join([f"wave {wave_id} cannot open:", *(f"- {gap}" for gap in gaps)]))
        self.gaps = tuple(gaps)


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
    """One round of asking. `questionnaire` and `version` never change once it is open.

    `analysis` holds sections of an analysis plan (YAML: design, calibration, domains, interval) that replace the ones
    which the application derives from the wave's margins; empty for the derived plan. `protection`: the layers of one
    person, one voice. `recording`: what may be recorded beside a visit, with consent. `over_quota`: what the
    estimates do with answers that came when their quota was full. `arrangement`: days, areas, ways of asking.
    """

    id: str
    name: Text
    population: Population
    questionnaire: str
    version: int
    target_profile: str
    header: StatisticsHeader
    organiser: Organiser
    status: WaveStatus
    analysis: str = ""
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    protection: Protection = NO_PROTECTION
    recording: RecordingPlan = NO_RECORDING
    over_quota: OverQuota = OverQuota.COUNT
    arrangement: Arrangement = NOT_ARRANGED

    def accepts_on(self, day: date) -> bool:
        """Whether answers may be given on `day`: open, and the approval has not expired."""
        return self.status is WaveStatus.OPEN and day <= self.header.valid_until

    def accepts_sent(self, started_at: datetime, now: datetime) -> bool:
        """Whether a form that was opened at `started_at` may still be sent at `now`."""
        if self.accepts_on(now.astimezone(OFFICE_TIME).date()):
            return True
        closed = self.closed_at
        return closed is not None and started_at <= closed and now <= closed + GRACE
