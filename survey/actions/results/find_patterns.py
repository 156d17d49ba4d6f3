"""Find what interviewers do to the answers of the drawn sample: effects, outliers and copies, with care for small n.

Every finding is a reason to look, not a verdict; where there are too few answers nothing is said. A job does it for a
large wave (search_patterns.py): answers are read as columns of small numbers, compared in parts of whole interviewers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.progress import OnProgress, tell_nobody
from survey.actions.results.planned_values import MeasuredIndicator, measured_indicators
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.text import Text
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.questionnaires import require_questionnaire
from survey.storage.responses import stream_interviews
from survey.storage.waves import load_indicators, require_wave

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from survey.actions.results.interview_columns import InterviewColumns

LEAST_ANSWERS, LEAST_OF_ONE = 30, 10
COMPARED_AT_ONCE = 10_000  # answers whose likeness is judged together; more are judged in parts of whole interviewers
_REDRAWN, _REDRAWN_IN_PARTS = 39, 10  # surveys by chance: ten of 10,000 answers show the limit as well as 39 of 2,500


@dataclass(frozen=True)
class EffectRow:
    """How much of an indicator's variation comes from who asked; `p_adjusted` by Holm over the indicators."""

    indicator: str
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

    indicator: str
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
    """`answers` of `interviewers` were looked at; `enough` is False when nothing can be said yet.

    `parts`: in how many parts answers were compared with each other.
    """

    wave: Wave
    answers: int
    interviewers: int
    enough: bool
    effects: tuple[EffectRow, ...]
    outliers: tuple[Outlier, ...]
    copies: tuple[CopyRow, ...]
    parts: int = 1


def find_patterns(
    storage: Storage, wave_id: str, area: str, on_progress: OnProgress = tell_nobody, at_once: int = COMPARED_AT_ONCE
) -> FoundPatterns:
    """Look at the interviewed answers of `area`. Raises `WaveError` for an unknown wave."""
    from survey.actions.results.interview_columns import read_columns

    with storage.read() as session:
        wave = require_wave(session, wave_id)
        questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
        measured = measured_indicators(load_indicators(session, wave_id), questionnaire)
        interviews = stream_interviews(session, wave_id, codes_within(load_area_tree(session), area))
        values = [one.value for one in measured.values()]
        columns = read_columns(interviews, values, _compared(questionnaire), on_progress)
    answers, interviewers = len(columns), len(columns.interviewers.labels)
    if answers < LEAST_ANSWERS or interviewers < 2:
        return FoundPatterns(wave, answers, interviewers, False, (), (), ())
    effects, outliers = _effects(columns, measured, on_progress)
    copies, parts = _copies(columns, at_once, on_progress)
    return FoundPatterns(wave, answers, interviewers, True, effects, outliers, copies, parts)


def _compared(questionnaire: Questionnaire) -> list[Item]:
    """The questions on scales."""
    return [item for item in questionnaire.asked_items if item.type is ItemType.SELECT_ONE and item.scale]


def _effects(
    columns: InterviewColumns, measured: Mapping[str, MeasuredIndicator], on_progress: OnProgress
) -> tuple[tuple[EffectRow, ...], tuple[Outlier, ...]]:
    from analysis.multiplicity import adjusted_p_values
    from analysis.patterns.evidence import PatternError
    from analysis.patterns.interviewer_effect import interviewer_effect, outlying_interviewers

    who, where = columns.interviewers, columns.strata
    found, outliers = [], []
    for name, y in zip(measured, columns.values, strict=True):
        on_progress(len(columns), 0)
        try:
            effect = interviewer_effect(y, who, areas=where)
            pattern = outlying_interviewers(y, who, areas=where, alpha=0.01 / max(len(measured), 1))
        except PatternError:
            continue  # everybody says the same, or nobody has two answers: nothing to tell
        found.append((name, effect))
        outliers += [
            Outlier(
                name,
                measured[name].label,
                one.subject,
                len(one.rows),
                one.observed,
                one.expected or 0.0,
                one.p_value or 0.0,
            )
            for one in pattern.evidence
            if len(one.rows) >= LEAST_OF_ONE
        ]
    adjusted = adjusted_p_values([effect.p_value for _, effect in found])
    rows = [
        EffectRow(
            name,
            measured[name].label,
            effect.answers,
            effect.interviewers,
            effect.icc,
            effect.icc_lower,
            effect.icc_upper,
            effect.deff,
            float(p),
        )
        for (name, effect), p in zip(found, adjusted, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: -row.deff)), tuple(outliers)


def _copies(columns: InterviewColumns, at_once: int, on_progress: OnProgress) -> tuple[tuple[CopyRow, ...], int]:
    """Interviewers with answers that are too much alike, and in how many parts they were looked for."""
    import numpy as np

    from analysis.patterns.evidence import PatternError
    from analysis.patterns.near_duplicates import find_near_duplicates
    from analysis.patterns.parts import parts_of_places

    who = columns.interviewers
    parts = parts_of_places(_by_stratum(columns), at_once)
    alike = np.zeros(len(columns), dtype=bool)
    for number, rows in enumerate(parts):
        on_progress(number, len(parts))
        try:
            found = find_near_duplicates(
                columns.vectors[rows],
                not_substantive=(-1,),
                places=np.array(who.labels)[who.codes[rows]],
                within_places=True,
                replicates=_REDRAWN if len(parts) == 1 else _REDRAWN_IN_PARTS,
            )
        except PatternError:
            continue  # too few answers, or too few questions on scales
        alike[rows[np.unique(found.links)]] = True
    totals, counts = (np.bincount(who.codes[rows], minlength=len(who.labels)) for rows in (slice(None), alike))
    told = [CopyRow(who.labels[k], int(totals[k]), int(counts[k])) for k in np.flatnonzero(counts)]
    return tuple(sorted(told, key=lambda row: (-row.alike, row.interviewer))), len(parts)


def _by_stratum(columns: InterviewColumns) -> NDArray[np.int64]:
    """Numbers of interviewers, shape (n,), in the order of the stratum of their first answer."""
    import numpy as np

    _, first = np.unique(columns.interviewers.codes, return_index=True)
    order = np.lexsort((np.arange(len(first)), columns.strata.codes[first]))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    return np.asarray(number[columns.interviewers.codes])
