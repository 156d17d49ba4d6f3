"""The queue of answers that people look through, without the address and without what was answered; and the decision.

A reviewer sees community, interviewer, day and how the interview went. Nothing here leads to a case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from survey.actions.programme.list_waves_in_area import codes_within
from survey.instrument.answers import MissingKind, missing_kind
from survey.instrument.item import ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.programme.area import Area
from survey.programme.wave import OFFICE_TIME, Wave
from survey.response.response import Mode, Response, officials_present
from survey.response.review import Review, ReviewDecision, ReviewError
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.questionnaires import require_questionnaire
from survey.storage.responses import load_response_area, newest_asked
from survey.storage.reviews import list_reviews, save_review
from survey.storage.waves import require_wave

SHOWN = 10_000  # answers that one page goes through: more would keep a reviewer waiting
FAST_SHARE = 1 / 3  # of the median length: faster is worth a look
_LONGEST = 180.0  # minutes; beyond that the form lay open or the device had no network


@dataclass(frozen=True)
class ReviewedAnswer:
    """What a reviewer sees of one answer. `minutes` is None where the length is not known.

    `dont_know` is the share of don't know, refused and not answered among the questions asked; `marks` are keys that
    the page has words for: fast, same_code, watched (somebody from the authorities was there).
    """

    response: str
    area: Area | None
    interviewer: str | None
    mode: Mode
    day: date
    minutes: float | None
    dont_know: float
    marks: tuple[str, ...]
    review: Review | None

    @property
    def decision(self) -> ReviewDecision:
        return self.review.decision if self.review else ReviewDecision.OPEN


@dataclass(frozen=True)
class ReviewQueue:
    """What is looked through, the newest answers first; `earlier`: when the next one before them arrived, if any."""

    wave: Wave
    answers: tuple[ReviewedAnswer, ...]
    earlier: datetime | None = None

    def count(self, decision: ReviewDecision) -> int:
        return sum(one.decision is decision for one in self.answers)

    @property
    def interviewers(self) -> tuple[str, ...]:
        return tuple(sorted({one.interviewer for one in self.answers if one.interviewer}))


def list_for_review(
    storage: Storage, wave_id: str, area: str, until: datetime | None = None, most: int = SHOWN
) -> ReviewQueue:
    """The newest `most` answers of the drawn sample that were not filled in by residents alone. Raises `WaveError`.

    `until`: only what had arrived by then. An interview is fast beside the others that are listed with it.
    """
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        tree = load_area_tree(session)
        questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
        found = newest_asked(session, wave_id, codes_within(tree, area), until=until, limit=most + 1)
        reviews = list_reviews(session, wave_id)
    shown, earlier = found[:most], found[most:]
    usual = _median([minutes for one in shown if (minutes := _minutes(one)) is not None])
    answers = [_reviewed(one, questionnaire, tree.by_code, usual, reviews.get(one.response_id)) for one in shown]
    return ReviewQueue(wave, tuple(answers), earlier[0].received_at if earlier else None)


def decide_review(
    storage: Storage,
    wave_id: str,
    responses: Sequence[str],
    decision: ReviewDecision,
    reason: str,
    area: str,
    now: datetime,
    actor: str,
) -> int:
    """Approve, hold, reject or open again; all of them or none, each logged. Returns how many.

    Raises `ReviewError`: no answer named, none such in `area`, or no reason for holding or rejecting.
    """
    if not responses:
        raise ReviewError("responses: expected at least one, found none")
    with storage.write() as session:
        require_wave(session, wave_id)
        inside = codes_within(load_area_tree(session), area)
        for response in sorted(set(responses)):
            if load_response_area(session, wave_id, response) not in inside:
                raise ReviewError(f"response {response}: expected an answer of {area}, found none")
            save_review(session, Review(wave_id, response, decision, reason.strip(), actor, now))
            detail = f"{response}: {decision.value}: {reason.strip()}"
            record_event(session, new_event(now, actor, "review_answer", wave_id, detail))
    return len(set(responses))


def _reviewed(
    response: Response,
    questionnaire: Questionnaire,
    areas: Mapping[str, Area],
    usual: float | None,
    review: Review | None,
) -> ReviewedAnswer:
    minutes = _minutes(response)
    marks = []
    if minutes is not None and usual is not None and minutes < usual * FAST_SHARE:
        marks.append("fast")
    if _same_code(response, questionnaire):
        marks.append("same_code")
    if officials_present(response):
        marks.append("watched")
    return ReviewedAnswer(
        response=response.response_id,
        area=areas.get(response.area or ""),
        interviewer=response.interviewer,
        mode=response.mode,
        day=response.received_at.astimezone(OFFICE_TIME).date(),
        minutes=minutes,
        dont_know=_share_without_answer(response, questionnaire),
        marks=tuple(marks),
        review=review,
    )


def _minutes(response: Response) -> float | None:
    if response.mode is Mode.PAPER:
        return None  # the time of typing in
    length = (response.received_at - response.started_at).total_seconds() / 60
    return length if 0 < length <= _LONGEST else None


def _median(values: Sequence[float]) -> float | None:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if len(ordered) >= 10 else None


def _same_code(response: Response, questionnaire: Questionnaire) -> bool:
    """Whether every question on one of the scales got the same code, eight questions at least."""
    codes = [
        response.answers.get(item.name)
        for item in questionnaire.asked_items
        if item.type is ItemType.SELECT_ONE and item.scale
    ]
    given = [code for code in codes if code is not None]
    return len(given) >= 8 and len(set(map(str, given))) == 1


def _share_without_answer(response: Response, questionnaire: Questionnaire) -> float:
    asked = [item for item in questionnaire.asked_items if item.name in response.answers and item.is_select]
    missing = {MissingKind.NOT_ANSWERED, MissingKind.DONT_KNOW, MissingKind.REFUSED}
    without = sum(missing_kind(item, response.answers[item.name]) in missing for item in asked)
    return without / len(asked) if asked else 0.0
