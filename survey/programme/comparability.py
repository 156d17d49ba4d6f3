"""Step 8: whether an indicator of two waves may be compared, and what changed between them if not."""

from collections.abc import Sequence
from enum import StrEnum

from survey.instrument.questionnaire import Questionnaire
from survey.programme.wave_indicator import WaveIndicator


class Break(StrEnum):
    """Why two figures of one indicator are not the same measure."""

    RULE = "rule"  # what counts, who is in the base, what becomes of don't-knows
    WORDING = "wording"  # the text of a question
    SCALE = "scale"  # the answers that a question offers
    POPULATION = "population"  # who counts as one of the population


def breaks_between(
    before: WaveIndicator, after: WaveIndicator, asked_before: Questionnaire, asked_after: Questionnaire
) -> tuple[Break, ...]:
    """Everything that changed from one wave to the next; empty when the two may stand in one line.

    A new version of the questionnaire that leaves the indicator's own questions alone is no break.
    """
    found = []
    one, other = before.indicator, after.indicator
    if _rule(before) != _rule(after):
        found.append(Break.RULE)
    names = [name for name in one.items if name in asked_before]
    if [asked_before.item(name).label.zh_hans for name in names] != [
        asked_after.item(name).label.zh_hans for name in other.items if name in asked_after
    ]:
        found.append(Break.WORDING)
    if [_choices(asked_before, name) for name in one.items] != [_choices(asked_after, name) for name in other.items]:
        found.append(Break.SCALE)
    if _population(asked_before) != _population(asked_after):
        found.append(Break.POPULATION)
    return tuple(found)


def comparable_from(breaks: Sequence[Sequence[Break]]) -> int:
    """The first wave of the last unbroken line; `breaks[k]` lie between wave k and wave k + 1.

    >>> comparable_from([(), (Break.SCALE,), ()])
    2
    """
    broken = [place for place, one in enumerate(breaks) if one]
    return broken[-1] + 1 if broken else 0


def _rule(frozen: WaveIndicator) -> tuple[object, ...]:
    one = frozen.indicator
    return (
        one.rule,
        one.items,
        one.counted_codes,
        one.excluded_codes,
        dict(one.coefficients),
        one.parts,
        one.dont_know,
    )


def _choices(questionnaire: Questionnaire, name: str) -> list[tuple[str, str]]:
    if name not in questionnaire:
        return []
    return [(choice.code, choice.label.zh_hans) for choice in questionnaire.item(name).choices]


def _population(questionnaire: Questionnaire) -> str | None:
    return questionnaire.in_population.source if questionnaire.in_population else None
