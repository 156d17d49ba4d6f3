"""The rules of a check, one function each: from the responses of a wave to findings, and to the limits really used.

The statistics are those of `analysis.patterns`; what each means and how often it errs stands in docs/integrity.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.patterns.answer_clusters import answer_clusters
from analysis.patterns.bursts import bursts
from analysis.patterns.concentration import concentration
from analysis.patterns.evidence import PatternError
from analysis.patterns.interviewer_effect import outlying_interviewers
from analysis.patterns.near_duplicates import NearDuplicates, find_near_duplicates
from analysis.patterns.speeders import speeders
from analysis.patterns.straight_lining import same_code_throughout
from survey.exchange.plan.planned_indicator import PersonValue
from survey.instrument.answers import missing_kind
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.response.integrity import Finding, FindingKind
from survey.response.response import PRESENT_ITEM, Mode, Response, Source, officials_present

Limits = dict[str, Any]
Found = tuple[list[Finding], Limits]
LONGEST_MINUTES = 180.0  # beyond that the form lay open or the device had no network
_LEAST_ANSWERS, _LEAST_OF_ONE, _LEAST_ITEMS = 30, 10, 8
_MANY_ANSWERS = 10_000
_NOTHING, _NOT_SUBSTANTIVE = -1, -2


@dataclass(frozen=True)
class CheckedWave:
    """What the rules look at. `values`: every indicator's id with the value of a person."""

    responses: Sequence[Response]
    questionnaire: Questionnaire
    values: Mapping[str, PersonValue]


def place_of(response: Response) -> str:
    """Who or what an answer came through: the interviewer, else the poster, else the area."""
    return response.interviewer or response.poster or response.area or ""


def minutes_of(response: Response) -> float | None:
    """How long the answering took; None where nobody knows (paper: the time of typing in)."""
    if response.mode is Mode.PAPER:
        return None
    length = (response.received_at - response.started_at).total_seconds() / 60
    return length if 0 < length <= LONGEST_MINUTES else None


def compared_items(questionnaire: Questionnaire) -> list[Item]:
    """The questions on scales: those whose answers are compared between people."""
    return [item for item in questionnaire.asked_items if item.type is ItemType.SELECT_ONE and item.scale]


def alike(wave: CheckedWave) -> Found:
    """Agreement with another answer, among everybody and inside the place; and groups of such answers."""
    vectors, places = _vectors(wave), [place_of(one) for one in wave.responses]
    replicates = 39 if len(vectors) <= _MANY_ANSWERS else 20
    options: dict[str, Any] = {"not_substantive": (_NOTHING, _NOT_SUBSTANTIVE), "replicates": replicates}
    everybody = find_near_duplicates(vectors, **options)
    inside = find_near_duplicates(vectors, places=places, within_places=True, **options)
    findings = []
    for row in sorted({*np.unique(everybody.links).tolist(), *np.unique(inside.links).tolist()}):
        found = inside if row in inside.links else everybody
        findings.append(Finding(wave.responses[row].response_id, FindingKind.ALIKE, _match(wave, vectors, found, row)))
    clusters = answer_clusters(everybody, places=places)
    for group in clusters.evidence:
        members = [wave.responses[row].response_id for row in group.rows]
        evidence: Limits = {"size": len(members), "places": int(group.details["places"]), "p": group.p_value}
        evidence |= {"members": members[:20], "usual": round(group.expected or 0.0, 1)}
        findings += [Finding(member, FindingKind.CLUSTER, evidence) for member in members]
    limits = {
        "items": everybody.items,
        "most_different": everybody.searched,
        "limit": round(everybody.expectation.limit, 2),
        "limit_in_place": round(inside.expectation.limit, 2),
        "detectable": round(everybody.expectation.detectable, 3),
        "detectable_in_place": round(inside.expectation.detectable, 3),
        "accepted_share": 0.002,
        "redrawn": replicates,
    }
    return findings, limits


def _vectors(wave: CheckedWave) -> NDArray[np.int16]:
    items = compared_items(wave.questionnaire)
    codes = {item.name: {choice.code: place for place, choice in enumerate(item.choices)} for item in items}

    def code(item: Item, response: Response) -> int:
        value = response.answers.get(item.name)
        if value is None:
            return _NOTHING
        return _NOT_SUBSTANTIVE if missing_kind(item, value) else codes[item.name].get(str(value), _NOTHING)

    rows = [[code(item, response) for item in items] for response in wave.responses]
    return np.array(rows, dtype=np.int16).reshape(len(wave.responses), len(items))


def _match(wave: CheckedWave, vectors: NDArray[np.int16], found: NearDuplicates, row: int) -> dict[str, Any]:
    """The evidence about one answer; `same` of the `of` questions that both answered."""
    linked = found.links[(found.links == row).any(axis=1)]
    others = [int(other) for other in np.unique(linked) if other != row]
    partner = int(found.partner[row])
    answered = (vectors[row] != _NOTHING) & (vectors[partner] != _NOTHING)
    ordered = sorted(others, key=lambda other: (other != partner, other))[:5]
    return {
        "partners": [wave.responses[other].response_id for other in ordered],
        "others": len(others),
        "same_place": [place_of(wave.responses[other]) == place_of(wave.responses[row]) for other in ordered],
        "same": int(np.count_nonzero(answered & (vectors[row] == vectors[partner]))),
        "of": int(answered.sum()),
        "weight": round(float(found.weight[row]), 2),
        "limit": round(found.expectation.limit, 2),
        "p": found.expectation.p_value(float(found.weight[row])),
    }


def fast(wave: CheckedWave) -> Found:
    """Each way of answering by its own times: an interview takes longer than a form."""
    findings, limits = [], Limits()
    signs = {item.name: _signs(item) for item in wave.questionnaire.asked_items}
    for mode in Mode:
        timed = [(one, minutes) for one in wave.responses if one.mode is mode and (minutes := minutes_of(one))]
        if len(timed) < _LEAST_ANSWERS:
            continue
        lengths = [sum(signs.get(name, 0) for name in one.answers) for one, _ in timed]
        seconds = np.array([minutes * 60 for _, minutes in timed])
        pattern = speeders(seconds, characters=lengths)
        median = float(np.median(seconds))
        limits[mode.value] = {"answers": len(timed), "median_seconds": round(median), "rule": pattern.rule}
        for found in pattern.evidence:
            evidence = {"seconds": round(found.observed), "limit": round(found.expected or 0), "median": round(median)}
            findings.append(Finding(timed[found.rows[0]][0].response_id, FindingKind.FAST, evidence))
    if not limits:
        raise PatternError(f"fewer than {_LEAST_ANSWERS} answers with a known length in any mode")
    return findings, limits


def _signs(item: Item) -> int:
    return len(item.label.zh_hans) + sum(len(choice.label.zh_hans) for choice in item.choices)


def one_code(wave: CheckedWave) -> Found:
    """The same code throughout is a possible opinion; it is told only where one place has it far more often."""
    vectors = _vectors(wave)
    if vectors.shape[1] < _LEAST_ITEMS:
        raise PatternError(f"fewer than {_LEAST_ITEMS} questions on scales")
    marked = same_code_throughout(vectors, missing=(_NOTHING, _NOT_SUBSTANTIVE), minimum=_LEAST_ITEMS)
    sources = [one.source.value for one in wave.responses]
    pattern = concentration(marked, [place_of(one) for one in wave.responses], strata=sources)
    findings = []
    for group in pattern.evidence:
        evidence = {"place": group.subject, "observed": int(group.observed), "p": group.p_value}
        evidence["expected"] = round(group.expected or 0.0, 1)
        findings += [Finding(wave.responses[row].response_id, FindingKind.ONE_CODE, evidence) for row in group.rows]
    return findings, {"items": vectors.shape[1], "with_one_code": int(marked.sum()), "rule": pattern.rule}


def burst(wave: CheckedWave) -> Found:
    """Self-selected answers by poster and hour."""
    scanned = [one for one in wave.responses if one.source is Source.QR and one.poster]
    if len(scanned) < _LEAST_ANSWERS:
        raise PatternError(f"fewer than {_LEAST_ANSWERS} answers through posters")
    pattern = bursts(np.array([one.received_at for one in scanned]), [one.poster or "" for one in scanned])
    findings = []
    for found in pattern.evidence:
        place, hour = found.subject.split(" ", 1)
        evidence = {"place": place, "hour": hour, "observed": int(found.observed), "p": found.p_value}
        evidence["expected"] = round(found.expected or 0.0, 2)
        findings += [Finding(scanned[row].response_id, FindingKind.BURST, evidence) for row in found.rows]
    return findings, {"answers": len(scanned), "rule": pattern.rule}


def interviewer(wave: CheckedWave) -> Found:
    """Interviewers whose result on an indicator differs from that of the others in the street; 1 % over everything."""
    asked = [one for one in wave.responses if one.source is Source.PROB and one.interviewer]
    who, where = [one.interviewer or "" for one in asked], [one.stratum or "" for one in asked]
    if len(asked) < _LEAST_ANSWERS or len(set(who)) < 2:
        raise PatternError(f"fewer than {_LEAST_ANSWERS} interviews, or fewer than two interviewers")
    told: dict[str, list[dict[str, Any]]] = {}
    for name, value in wave.values.items():
        y = np.array([np.nan if (v := value(one)) is None else v for one in asked], dtype=np.float64)
        try:
            pattern = outlying_interviewers(y, who, areas=where, alpha=0.01 / len(wave.values))
        except PatternError:
            continue  # everybody says the same, or nobody has two answers: nothing to tell
        for found in pattern.evidence:
            if len(found.rows) < _LEAST_OF_ONE:
                continue
            facts = {"indicator": name, "own": round(found.observed, 4), "others": round(found.expected or 0.0, 4)}
            facts |= {"n": len(found.rows), "p": found.p_value}
            for row in found.rows:
                told.setdefault(asked[row].response_id, []).append(facts)
    findings = [
        Finding(response, FindingKind.INTERVIEWER, {"indicators": indicators}) for response, indicators in told.items()
    ]
    return findings, {"answers": len(asked), "interviewers": len(set(who)), "indicators": len(wave.values)}


def device(wave: CheckedWave) -> Found:
    """Signs of a second answer by one person, where they ask for a look."""
    findings = [
        Finding(
            one.response_id,
            FindingKind.DEVICE,
            {"signs": one.suspicion.to_text().split(), "score": one.suspicion.score},
        )
        for one in wave.responses
        if one.suspicion.for_review
    ]
    return findings, {"marked": sum(bool(one.suspicion.signs) for one in wave.responses)}


def watched(wave: CheckedWave) -> Found:
    """Somebody from the authorities was present at the interview."""
    findings = [
        Finding(one.response_id, FindingKind.WATCHED, {"present": sorted(officials_present(one))})
        for one in wave.responses
        if officials_present(one)
    ]
    return findings, {"asked": sum(PRESENT_ITEM in one.answers for one in wave.responses)}


RULES: Mapping[FindingKind, Callable[[CheckedWave], Found]] = {
    FindingKind.ALIKE: alike,  # and clusters
    FindingKind.DEVICE: device,
    FindingKind.FAST: fast,
    FindingKind.ONE_CODE: one_code,
    FindingKind.BURST: burst,
    FindingKind.INTERVIEWER: interviewer,
    FindingKind.WATCHED: watched,
}
