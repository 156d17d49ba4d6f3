"""Step 2: the rules of a wave, fixed before it opens: its indicators and the targets of its plan, as they were then.

Old results keep the rule they were computed with, because the wave keeps this and not a reference to the files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from survey.programme.indicator import Indicator
from survey.programme.target import TargetProfile


@dataclass(frozen=True)
class WaveRules:
    """What a wave measures and is judged by."""

    indicators: tuple[Indicator, ...]
    profile: TargetProfile

    def to_definition(self) -> dict[str, Any]:
        """JSON-able; `WaveRules.from_definition` makes the same rules of it again."""
        definition: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return definition

    @classmethod
    def from_definition(cls, definition: Mapping[str, Any]) -> "WaveRules":
        """ValueError if the mapping was not made by `to_definition`."""
        return _adapter().validate_python(definition)


def fix_rules(catalogue: Mapping[str, Indicator], profile: TargetProfile, questionnaire: str) -> WaveRules:
    """The rules of a wave that asks `questionnaire`: the indicators that it feeds, in the catalogue's order."""
    fed = (indicator for indicator in catalogue.values() if questionnaire in indicator.questionnaires)
    return WaveRules(tuple(fed), profile)


def _adapter() -> TypeAdapter[WaveRules]:
    return TypeAdapter(WaveRules)
