"""What the special report of a wave is written from, and the fingerprint of its figures. Step 8."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from survey.fieldwork.response_rates import ResponseRates
from survey.instrument.questionnaire import Questionnaire
from survey.programme.against_rest import AgainstRest, read_against_rest
from survey.programme.area import Area, AreaLevel, AreaTree
from survey.programme.figure import Figure, read_figure, read_self_selected_figure
from survey.programme.release import Fieldwork
from survey.programme.unit import Unit
from survey.programme.wave import Wave, WaveStatus
from survey.programme.wave_indicator import WaveIndicator, dump_wave_indicator
from survey.response.integrity import NOT_CHECKED, IntegritySummary
from survey.response.response import Mode, Source


@dataclass(frozen=True)
class ReportSource:
    """What a report is written from; `result` is what `analyse_wave` kept, `computed_at` when its run began.

    `opinions`: by unit, how many opinions it has in hand, and how many of them are late. `modes`: answers of the drawn
    sample by the way in which they came. `response_rates`: None where no dwellings were drawn here.
    """

    wave: Wave
    questionnaire: Questionnaire
    indicators: tuple[WaveIndicator, ...]
    units: tuple[Unit, ...]
    areas: AreaTree
    fieldwork: Fieldwork
    result: Mapping[str, Any]
    computed_at: datetime
    integrity: IntegritySummary = NOT_CHECKED
    opinions: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    modes: Mapping[Mode, int] = field(default_factory=dict)
    response_rates: ResponseRates | None = None

    def __post_init__(self) -> None:
        if not self.areas.at(AreaLevel.DISTRICT):
            raise ValueError(f"wave {self.wave.id}: a report needs a district in the area tree, found none")

    @property
    def district(self) -> Area:
        return self.areas.at(AreaLevel.DISTRICT)[0]

    @property
    def is_final(self) -> bool:
        """Whether the figures cannot change any more: they were computed after the wave was closed."""
        wave = self.wave
        return wave.status is WaveStatus.CLOSED and wave.closed_at is not None and self.computed_at >= wave.closed_at

    @property
    def is_drawn(self) -> bool:
        """Whether there are figures of a drawn sample: only they speak for everybody and are judged."""
        return bool(self.result.get(Source.PROB.value))

    def figures(self, source: Source) -> dict[tuple[str, str], Figure]:
        """By indicator and area code; the whole sample is the district."""
        found = self.result.get(source.value)
        read = read_figure if source is Source.PROB else read_self_selected_figure
        return {
            (entry["indicator"], area): read(entry)
            for entry in (found["estimates"] if found else ())
            if entry["category"] is None and (area := self._area_of(entry["domain"])) is not None
        }

    @property
    def against_rest(self) -> tuple[AgainstRest, ...]:
        """How every area of the drawn sample differs from the rest; empty for a run that did not compare them."""
        entries = (self.result.get(Source.PROB.value) or {}).get("against_rest") or ()
        return tuple(gap for gap in map(read_against_rest, entries) if gap.area in self.areas.by_code)

    def _area_of(self, domain: Mapping[str, str]) -> str | None:
        if not domain:
            return self.district.code
        ((column, code), *others) = domain.items()
        return code if not others and column in list(AreaLevel) and code in self.areas.by_code else None


def fingerprint(source: ReportSource) -> str:
    """sha256 of every figure and rule of the report: the same figures have the same fingerprint."""
    kept: dict[str, Any] = {
        "wave": source.wave.id,
        "indicators": [dump_wave_indicator(one) for one in source.indicators],
        "estimates": {
            one.value: source.result[one.value]["estimates"] if source.result.get(one.value) else None for one in Source
        },
    }
    compared = (source.result.get(Source.PROB.value) or {}).get("two_samples")
    if compared:
        kept["two_samples"] = compared
    gaps = [[gap.indicator, gap.area, gap.difference, gap.p_adjusted] for gap in source.against_rest]
    if gaps:
        kept["against_rest"] = gaps
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
