"""Step 2, before a wave opens: everything that is still missing, all at once, in words that say what to do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from survey.instrument.population import Population
from survey.instrument.questionnaire import Questionnaire
from survey.programme.area import AreaLevel, AreaTree
from survey.programme.margin import AGE_BANDS, SEXES, Margin
from survey.programme.wave import Wave, WaveStatus
from survey.programme.wave_indicator import WaveIndicator

CONSENT_AGE = 14
_HEADER = {
    "form_number": "表号",
    "authority": "制定机关",
    "approved_by": "批准机关",
    "approval_number": "批准文号",
}


@dataclass(frozen=True)
class Preparation:
    """What has been prepared for a wave. `drawn_areas`: where letters and sampled cases are."""

    wave: Wave
    questionnaire: Questionnaire
    indicators: Sequence[WaveIndicator]
    areas: AreaTree
    drawn_areas: frozenset[str]
    margins: Sequence[Margin]
    calibrates_by_itself: bool  # the wave brings calibration totals of its own with its analysis

    def gaps(self, today: date) -> list[str]:
        """Every reason why the wave cannot open on `today`; none when it can."""
        return [
            *self._gaps_of_status(),
            *self._gaps_of_header(today),
            *self._gaps_of_dates(today),
            *self._gaps_of_questionnaire(),
            *self._gaps_of_consent(),
            *self._gaps_of_indicators(),
            *self._gaps_of_margins(),
        ]

    def _gaps_of_status(self) -> Iterator[str]:
        if self.wave.status is not WaveStatus.DRAFT:
            yield f"status: only a draft can be opened, this wave is {self.wave.status}"

    def _gaps_of_header(self, today: date) -> Iterator[str]:
        header = self.wave.header
        for field, name in _HEADER.items():
            if not getattr(header, field).strip():
                yield f"{field} ({name}): expected what the approval says, found nothing"
        if header.valid_until < today:
            yield f"valid_until (有效期): expected {today} or later, found {header.valid_until}, expired"
        if not self.wave.organiser.name.zh_hans.strip():
            yield "organiser: expected the name of who asks, found nothing"
        if not self.wave.organiser.phone.strip():
            yield "phone: expected a number to check with, found nothing"

    def _gaps_of_dates(self, today: date) -> Iterator[str]:
        ends_on, valid_until = self.wave.arrangement.ends_on, self.wave.header.valid_until
        if ends_on and ends_on < today:
            yield f"dates: expected an end on {today} or later, found {ends_on}"
        if ends_on and ends_on > valid_until:
            yield f"dates: expected an end while the approval is valid (until {valid_until}), found {ends_on}"

    def _gaps_of_questionnaire(self) -> Iterator[str]:
        if self.questionnaire.population is not self.wave.population:
            expected = f"{self.questionnaire.population}, whom {self.questionnaire.name} is for"
            yield f"population: expected {expected}, found {self.wave.population}"

    def _gaps_of_consent(self) -> Iterator[str]:
        """Personal information law, article 31: below 14 only with a guardian's consent, so a form must ask or stop."""
        ages = [item.minimum_age.years for item in self.questionnaire.items if item.minimum_age]
        if self.wave.population is Population.STUDENTS and max(ages, default=0) < CONSENT_AGE:
            yield (
                f"questionnaire: expected an item that stops those below {CONSENT_AGE} without a guardian's consent, "
                f"found none in {self.questionnaire.name} v{self.questionnaire.version}"
            )

    def _gaps_of_indicators(self) -> Iterator[str]:
        if not self.indicators:
            yield "indicators: expected at least one with its rule, found none"
        ids = {frozen.indicator.id for frozen in self.indicators}
        for frozen in self.indicators:
            indicator = frozen.indicator
            for part, _ in indicator.parts:
                if part not in ids:
                    yield f"indicator {indicator.id}: its part {part} is not an indicator of this wave"
            for name in indicator.items:
                if name not in self.questionnaire:
                    yield f"indicator {indicator.id}: {self.questionnaire.name} has no item {name}"

    def _gaps_of_margins(self) -> Iterator[str]:
        if self.calibrates_by_itself:
            return
        cells = {(cell.area, cell.sex, cell.age_band) for cell in self.margins}
        expected = {(sex, band) for sex in SEXES for band in AGE_BANDS}
        for street in self._drawn_streets(self.drawn_areas):
            found = sum((street, sex, band) in cells for sex, band in expected)
            if found < len(expected):
                yield f"margins of {street}: expected {len(expected)} cells (sex × age band), found {found}"

    def _drawn_streets(self, codes: Iterable[str]) -> list[str]:
        streets = (self.areas.above(code, AreaLevel.STREET) for code in codes)
        return sorted({street.code for street in streets if street is not None})
