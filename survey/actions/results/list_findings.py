"""Answers that a check found something about, for a person to decide: the list, one answer, the effect of leaving out.

Shown are community, day, way of answering and evidence; never an address, and of the answers only which questions
agree, not what was chosen.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.results.planned_values import MeasuredIndicator, measured_indicators
from survey.actions.results.weigh_findings import Effect, effects_of
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.programme.area import Area, AreaTree
from survey.programme.wave import OFFICE_TIME, Wave
from survey.response.integrity import SUSPICIOUS, Finding, FindingKind, IntegrityCheck, SecondLook
from survey.response.response import Mode, Response, Source
from survey.response.review import Review, ReviewDecision
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import events_on
from survey.storage.integrity import list_findings, list_second_looks, newest_check
from survey.storage.questionnaires import require_questionnaire
from survey.storage.responses import load_named_responses, stream_responses
from survey.storage.reviews import list_reviews
from survey.storage.waves import load_indicators, require_wave


@dataclass(frozen=True)
class FoundAnswer:
    """One answer with what was found. `look`: the second look at the decision that stands, None before one."""

    response: str
    area: Area | None
    source: Source
    mode: Mode
    place: str
    received_at: datetime
    kinds: tuple[FindingKind, ...]
    review: Review | None
    look: SecondLook | None

    @property
    def day(self) -> date:
        return self.received_at.astimezone(OFFICE_TIME).date()

    @property
    def short(self) -> str:
        """The beginning of the id, enough to speak about an answer."""
        return self.response[:8]

    @property
    def decision(self) -> ReviewDecision:
        return self.review.decision if self.review else ReviewDecision.OPEN

    @property
    def suspicious(self) -> bool:
        return not SUSPICIOUS.isdisjoint(self.kinds)


@dataclass(frozen=True)
class FoundAnswers:
    """`check` is None before the first one. `counts`: answers by kind of finding."""

    wave: Wave
    check: IntegrityCheck | None
    answers: tuple[FoundAnswer, ...]
    counts: Mapping[FindingKind, int]


@dataclass(frozen=True)
class Partner:
    """An answer that this one agrees with; `questions` are those on which both agree, of `of` compared ones."""

    response: str
    area: Area | None
    day: date | None
    same_place: bool
    same: int
    of: int
    questions: tuple[Item, ...]


@dataclass(frozen=True)
class ShownFinding:
    kind: FindingKind
    evidence: Mapping[str, Any]
    partners: tuple[Partner, ...] = ()


@dataclass(frozen=True)
class Step:
    """One line of the history of an answer: a decision, or a second look that `agrees` or not; with its reason."""

    at: datetime
    by: str
    decision: ReviewDecision | None
    agrees: bool
    text: str


@dataclass(frozen=True)
class AnswerEvidence:
    wave: Wave
    check: IntegrityCheck
    answer: FoundAnswer
    findings: tuple[ShownFinding, ...]
    history: tuple[Step, ...]
    indicators: Mapping[str, MeasuredIndicator]


@dataclass(frozen=True)
class Weighing:
    """Some answers about which one decision is to be taken, and what every figure would be without them."""

    wave: Wave
    answers: tuple[FoundAnswer, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class _Known:
    """What a page reads of a wave at one moment, for the areas of an account."""

    wave: Wave
    tree: AreaTree
    questionnaire: Questionnaire
    check: IntegrityCheck | None
    responses: Mapping[str, Response]
    findings: Sequence[Finding]
    reviews: Mapping[str, Review]
    looks: Mapping[str, SecondLook]

    @classmethod
    def read(cls, session: Session, wave_id: str, area: str, named: Set[str] = frozenset()) -> "_Known":
        """The responses with findings, and those `named`."""
        wave, tree = require_wave(session, wave_id), load_area_tree(session)
        inside = codes_within(tree, area)
        check = newest_check(session, wave_id)
        found = list_findings(session, check) if check else []
        wanted = {one.response for one in found} | named
        responses = {one.response_id: one for one in load_named_responses(session, wave_id, wanted, inside)}
        return cls(
            wave,
            tree,
            require_questionnaire(session, wave.questionnaire, wave.version),
            check,
            responses,
            [one for one in found if one.response in responses],
            list_reviews(session, wave_id),
            list_second_looks(session, wave_id),
        )

    def answers(self, wanted: Set[str] | None = None) -> list[FoundAnswer]:
        """The answers with findings, the newest first; those `wanted` also without."""
        kinds: dict[str, set[FindingKind]] = {}
        for finding in self.findings:
            kinds.setdefault(finding.response, set()).add(finding.kind)
        named = kinds.keys() if wanted is None else wanted & self.responses.keys()
        found = [self._answer(self.responses[one], kinds.get(one, set())) for one in named]
        return sorted(found, key=lambda one: (one.received_at, one.response), reverse=True)

    def _answer(self, response: Response, kinds: Set[FindingKind]) -> FoundAnswer:
        review, look = self.reviews.get(response.response_id), self.looks.get(response.response_id)
        return FoundAnswer(
            response=response.response_id,
            area=self.tree.by_code.get(response.area or ""),
            source=response.source,
            mode=response.mode,
            place=response.interviewer or response.poster or "",
            received_at=response.received_at,
            kinds=tuple(kind for kind in FindingKind if kind in kinds),
            review=review,
            look=look if review and look and look.at >= review.at else None,
        )


def list_found_answers(storage: Storage, wave_id: str, area: str) -> FoundAnswers:
    """Every answer of `area` with a finding of the newest check. Raises `WaveError` for an unknown wave."""
    with storage.read() as session:
        known = _Known.read(session, wave_id, area)
    answers = known.answers()
    counts = {kind: sum(kind in one.kinds for one in answers) for kind in FindingKind}
    return FoundAnswers(known.wave, known.check, tuple(answers), counts)


def show_found_answer(storage: Storage, wave_id: str, area: str, response_id: str) -> AnswerEvidence | None:
    """Everything found about one answer; None when there is none of this id in `area`, or no check yet."""
    with storage.read() as session:
        known = _Known.read(session, wave_id, area, {response_id})
        if known.check is None or response_id not in known.responses:
            return None
        indicators = measured_indicators(load_indicators(session, wave_id), known.questionnaire)
        events = events_on(session, "review_answer", wave_id) + events_on(session, "second_look", wave_id)
    (answer,) = known.answers({response_id})
    history = [_step(one.at, one.actor, one.detail) for one in events if one.detail.startswith(response_id)]
    findings = [
        ShownFinding(one.kind, one.evidence, tuple(_partners(known, one)))
        for kind in FindingKind
        for one in known.findings
        if one.response == response_id and one.kind is kind
    ]
    ordered = tuple(sorted(history, key=lambda step: step.at))
    return AnswerEvidence(known.wave, known.check, answer, tuple(findings), ordered, indicators)


def weigh(storage: Storage, wave_id: str, area: str, chosen: Iterable[str]) -> Weighing:
    """What every figure of `area` would be without the chosen answers. Raises `WaveError` for an unknown wave.

    Left out of both are answers that are excluded already, unless they are chosen.
    """
    wanted = set(chosen)
    with storage.read() as session:
        known = _Known.read(session, wave_id, area, wanted)
        indicators = measured_indicators(load_indicators(session, wave_id), known.questionnaire)
        everybody = stream_responses(session, wave_id, areas=codes_within(known.tree, area), with_rejected=True)
        counted = (
            one
            for one in everybody
            if one.response_id in wanted or not _is_rejected(known.reviews.get(one.response_id))
        )
        effects = effects_of(
            counted, {key: (one.label, one.is_score, one.value) for key, one in indicators.items()}, wanted
        )
    return Weighing(known.wave, tuple(known.answers(wanted)), tuple(effects))


def _is_rejected(review: Review | None) -> bool:
    return review is not None and review.decision is ReviewDecision.REJECTED


def _step(at: datetime, by: str, detail: str) -> Step:
    """The log has "response: decision: reason"; a second look "response: agrees|disagrees: note"."""
    _, done, text = detail.split(": ", 2)
    return Step(at, by, ReviewDecision(done) if done in set(ReviewDecision) else None, done == "agrees", text)


def _partners(known: _Known, finding: Finding) -> Iterable[Partner]:
    own = known.responses[finding.response]
    items = [item for item in known.questionnaire.asked_items if item.type is ItemType.SELECT_ONE and item.scale]
    evidence = finding.evidence
    for response_id, same_place in zip(evidence.get("partners", ()), evidence.get("same_place", ()), strict=True):
        other = known.responses.get(response_id)
        if other is None:  # of another area: that there is one is all that this account may know
            yield Partner(response_id, None, None, same_place, evidence["same"], evidence["of"], ())
            continue
        both = [item for item in items if item.name in own.answers and item.name in other.answers]
        agreed = tuple(item for item in both if own.answers[item.name] == other.answers[item.name] is not None)
        day = other.received_at.astimezone(OFFICE_TIME).date()
        area = known.tree.by_code.get(other.area or "")
        yield Partner(response_id, area, day, same_place, len(agreed), len(both), agreed)
