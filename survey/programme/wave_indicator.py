"""Step 2: an indicator and its target as they were fixed for one wave; the catalogue may change afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from survey.programme.indicator import Indicator, Unit
from survey.programme.target import Target, TargetProfile


@dataclass(frozen=True)
class WaveIndicator:
    """One row of a wave's report; without a target there is no verdict."""

    indicator: Indicator
    target: Target | None = None

    def __post_init__(self) -> None:
        if self.target is not None and self.target.unit is not self.indicator.unit:
            raise ValueError(
                f"indicator {self.indicator.id}: a {self.indicator.unit} needs a target of the same unit, "
                f"found a {self.target.unit}: the two are never compared"
            )

    @property
    def is_score(self) -> bool:
        return self.indicator.unit is Unit.SCORE


def freeze(catalogue: Mapping[str, Indicator], profile: TargetProfile, questionnaire: str) -> list[WaveIndicator]:
    """The indicators that `questionnaire` feeds, in the catalogue's order, each with the target of the plan."""
    fed = (indicator for indicator in catalogue.values() if questionnaire in indicator.questionnaires)
    return [WaveIndicator(indicator, profile.target(indicator.id)) for indicator in fed]


_ADAPTER = TypeAdapter(WaveIndicator)


def dump_wave_indicator(frozen: WaveIndicator) -> str:
    """The JSON that the wave keeps; `read_wave_indicator` gives the same object back."""
    return _ADAPTER.dump_json(frozen).decode()


def read_wave_indicator(definition: str) -> WaveIndicator:
    """Raises `ValueError` naming every key that does not fit."""
    return _ADAPTER.validate_json(definition)
