"""Everything about a wave that its analysis follows from, apart from the responses. Step 5."""

from dataclasses import dataclass

from survey.instrument.questionnaire import Questionnaire
from survey.programme.area import AreaTree
from survey.programme.margin import Margin
from survey.programme.wave import Wave
from survey.programme.wave_indicator import WaveIndicator


@dataclass(frozen=True)
class WaveDefinition:
    """Everything about a wave that its analysis follows from, apart from the responses; `cases`: dwellings drawn.

    `flagged`: ids of the responses that the newest check doubts and nobody decided to keep.
    """

    wave: Wave
    questionnaire: Questionnaire
    indicators: tuple[WaveIndicator, ...]
    margins: tuple[Margin, ...]
    areas: AreaTree
    cases: int = 0
    flagged: frozenset[str] = frozenset()
