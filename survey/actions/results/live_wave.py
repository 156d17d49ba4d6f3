"""A wave while it runs, as its page shows it: arrivals, progress of the sample, and what the figures will become."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from survey.actions.results.show_results import Evidence, Run
from survey.invitation.funnel import Funnel
from survey.programme.area import Area
from survey.programme.figure import Figure
from survey.programme.quota import FilledQuota
from survey.programme.wave import Wave
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Mode, Source


@dataclass(frozen=True)
class Arrivals:
    """Answers of one day or hour (`begins`, office time), of the drawn sample and of the posters."""

    begins: datetime
    drawn: int
    self_selected: int

    @property
    def day(self) -> date:
        return self.begins.date()


@dataclass(frozen=True)
class SampleProgress:
    """Drawn dwellings of an area: how many there are, were visited, were interviewed, still have to be visited."""

    cases: int = 0
    worked: int = 0
    interviews: int = 0
    to_visit: int = 0


@dataclass(frozen=True)
class PlaceProgress:
    """One area: answers so far by source, those of today, its sample, and the answers expected at the planned end."""

    area: Area
    drawn: int
    self_selected: int
    today: int
    sample: SampleProgress
    expected: int


@dataclass(frozen=True)
class Prospect:
    """One indicator in one area: the figure of the newest analysis, and what it will be at the planned end.

    `width` of the 90 % interval (0..1); `expected_n` answers; `reason` of the publication rules, "" when they are kept.
    """

    indicator: WaveIndicator
    area: Area
    figure: Figure
    expected_n: int
    width: float | None
    reason: str


@dataclass(frozen=True)
class LiveWave:
    """Everything that the page of a running wave shows, for the areas of an account."""

    wave: Wave
    as_of: datetime
    by_kind: Mapping[tuple[Source, Mode], int]
    days: tuple[Arrivals, ...]
    hours: tuple[Arrivals, ...]
    places: tuple[PlaceProgress, ...]
    quotas: tuple[FilledQuota, ...]
    funnels: tuple[tuple[Area, Funnel], ...]
    shown: Run | None
    evidence: Evidence | None
    looking_level: float | None
    prospects: tuple[Prospect, ...]

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())

    @property
    def thin(self) -> tuple[str, ...]:
        """Cells of the calibration on few answers, each once."""
        steps = self.evidence.weights["steps"] if self.evidence else ()
        return tuple(dict.fromkeys(level for step in steps for level in step.get("thin_levels", ())))

    @property
    def missing(self) -> list[Prospect]:
        """Figures that will not be publishable at the planned end."""
        return [one for one in self.prospects if one.reason]
