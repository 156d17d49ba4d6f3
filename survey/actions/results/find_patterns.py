"""Find what interviewers do to the answers of the drawn sample: effects, outliers and copies, with care for small n.

Every finding is a reason to look, not a verdict; where there are too few answers nothing is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.results.planned_values import measured_indicators
from survey.exchange.plan.planned_indicator import PersonValue
from survey.instrument.item import ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.text import Text
from survey.programme.wave import Wave
from survey.response.response import Response, Source
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.questionnaires import require_questionnaire
from survey.storage.responses import stream_responses
from survey.storage.waves import load_indicators, require_wave

LEAST_ANSWERS, LEAST_OF_ONE = 30, 10


@dataclass(frozen=True)
class EffectRow:
    """How much of an indicator's variation comes from who asked; `p_adjusted` by Holm over the indicators."""

    label: Text
    answers: int
    interviewers: int
    icc: float
    icc_lower: float
    icc_upper: float
    deff: float
    p_adjusted: float


@dataclass(frozen=True)
class Outlier:
    """An interviewer whose answers differ from those of the others in the same street more than chance has it."""

    label: Text
    interviewer: str
    n: int
    observed: float
    expected: float
    p_value: float


@dataclass(frozen=True)
class CopyRow:
    """One interviewer's answers that match another one more closely than this questionnaire makes likely."""

    interviewer: str
    n: int
    alike: int


@dataclass(frozen=True)
class FoundPatterns:
    """`answers` of `interviewers` were looked at; `enough` is False when nothing can be said yet."""

    wave: Wave
    answers: int
    interviewers: int
    enough: bool
    effects: tuple[EffectRow, ...]
    outliers: tuple[Outlier, ...]
    copies: tuple[CopyRow, ...]


def find_patterns(storage: Storage, wave_id: str, area: str) -> FoundPatterns:
    """Look at the interviewed answers of `area`. Raises `WaveError` for an unknown wave."""
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
        inside = codes_within(load_area_tree(session), area)
        responses = [
            response
            for response in stream_responses(session, wave_id, sources=(Source.PROB,), areas=inside)
            if response.interviewer
        ]
        indicators = measured_indicators(load_indicators(session, wave_id), questionnaire)
    interviewers = {response.interviewer for response in responses}
    if len(responses) < LEAST_ANSWERS or len(interviewers) < 2:
        return FoundPatterns(wave, len(responses), len(interviewers), False, (), (), ())
    measured = [(one.label, one.value) for one in indicators.values()]
    effects, outliers = _effects(responses, measured)
    copies = _copies(responses, questionnaire)
    return FoundPatterns(wave, len(responses), len(interviewers), True, effects, outliers, copies)


def _effects(
    responses: Sequence[Response], measured: Sequence[tuple[Text, PersonValue]]
) -> tuple[tuple[EffectRow, ...], tuple[Outlier, ...]]:
    import numpy as np

    from analysis.multiplicity import adjusted_p_values
    from analysis.patterns.evidence import PatternError
    from analysis.patterns.interviewer_effect import interviewer_effect, outlying_interviewers

    who = np.array([response.interviewer or "" for response in responses])
    where = np.array([response.stratum or "" for response in responses])
    found, outliers = [], []
    for label, value in measured:
        y = np.array([np.nan if (v := value(response)) is None else v for response in responses], dtype=np.float64)
        try:
            effect = interviewer_effect(y, who, areas=where)
            pattern = outlying_interviewers(y, who, areas=where, alpha=0.01 / max(len(measured), 1))
        except PatternError:
            continue  # everybody says the same, or nobody has two answers: nothing to tell
        found.append((label, effect))
        outliers += [
            Outlier(label, one.subject, len(one.rows), one.observed, one.expected or 0.0, one.p_value or 0.0)
            for one in pattern.evidence
            if len(one.rows) >= LEAST_OF_ONE
        ]
    adjusted = adjusted_p_values([effect.p_value for _, effect in found])
    rows = [
        EffectRow(
            label,
            effect.answers,
            effect.interviewers,
            effect.icc,
            effect.icc_lower,
            effect.icc_upper,
            effect.deff,
            float(p),
        )
        for (label, effect), p in zip(found, adjusted, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: -row.deff)), tuple(outliers)


def _copies(responses: Sequence[Response], questionnaire: Questionnaire) -> tuple[CopyRow, ...]:
    import numpy as np

    from analysis.patterns.evidence import PatternError
    from analysis.patterns.near_duplicates import find_near_duplicates

    items = [item for item in questionnaire.asked_items if item.type is ItemType.SELECT_ONE and item.scale]
    order = {item.name: {choice.code: place for place, choice in enumerate(item.choices)} for item in items}
    vectors = np.array(
        [[order[item.name].get(str(response.answers.get(item.name)), -1) for item in items] for response in responses],
        dtype=np.int16,
    ).reshape(len(responses), len(items))
    try:
        found = find_near_duplicates(
            vectors,
            not_substantive=(-1,),
            places=[response.interviewer or "" for response in responses],
            within_places=True,
        )
    except PatternError:
        return ()
    alike: dict[str, set[int]] = {}
    for first, second in found.links.tolist():
        alike.setdefault(responses[first].interviewer or "", set()).update((first, second))
    totals = [response.interviewer for response in responses]
    rows = [CopyRow(code, totals.count(code), len(rows)) for code, rows in alike.items()]
    return tuple(sorted(rows, key=lambda row: -row.alike))
