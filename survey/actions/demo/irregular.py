"""What goes wrong in real fields, put into the demonstration on purpose, so that checks have something to find.

Each function names what it makes; the flags of the application must find them without being told.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from survey.actions.demo.answers import ITEMS, Person, RawAnswers, answer
from survey.actions.demo.deliveries import Delivery, DeliveryMaker
from survey.actions.demo.survey_wave import FIELD_DAYS, field_start
from survey.invitation.invitation import Invitation
from survey.response.response import Mode, Purpose

BURST, STRAIGHT_LINERS, SPEEDERS, COPIED, NOT_COUNTED = 24, 7, 6, 9, 6


def burst_at_a_poster(maker: DeliveryMaker, poster: Invitation) -> list[Delivery]:
    """Two dozen almost equal, all-positive forms from one poster within twelve minutes, late in the evening."""
    evening = field_start(maker.now) + timedelta(days=FIELD_DAYS - 6, hours=14, minutes=20)
    deliveries = []
    for _ in range(BURST):
        raw = _all_best(poster.area)
        raw["e2"] = ["99"]
        raw[maker.rng.choice(("b3", "b4", "c2", "d5"))] = ["4"]
        at = evening + timedelta(seconds=maker.rng.uniform(0, 720))
        deliveries.append(maker.scanned(poster, raw, at, maker.rng.randint(35, 70)))
    return deliveries


def straight_liners(maker: DeliveryMaker, posters: Sequence[Invitation]) -> list[Delivery]:
    """Forms with the same choice in every row, at ordinary times."""
    deliveries = []
    for _ in range(STRAIGHT_LINERS):
        poster = maker.rng.choice(posters)
        code = maker.rng.choice(("5", "3", "3", "1"))
        raw: RawAnswers = {"age_confirmed": ["1"], **{name: [code] for name in ITEMS}, "f4": [poster.area]}
        deliveries.append(maker.scanned(poster, raw, _some_day(maker), maker.rng.randint(60, 110)))
    return deliveries


def speeders(maker: DeliveryMaker, posters: Sequence[Invitation]) -> list[Delivery]:
    """Thirty questions in less than half a minute."""
    deliveries = []
    for _ in range(SPEEDERS):
        poster = maker.rng.choice(posters)
        raw = answer(Person("1", "2", poster.area, Mode.SELF, scanned=True), maker.rng)
        deliveries.append(maker.scanned(poster, raw, _some_day(maker), maker.rng.randint(11, 28)))
    return deliveries


def copied_interviews(maker: DeliveryMaker, done: Sequence[Delivery]) -> list[Delivery]:
    """One interviewer's interviews turned into near copies of the first, each two minutes long: curbstoning.

    Returns the whole list with these replaced, so that the number of interviews stays what the visits say.
    """
    own = [place for place, delivery in enumerate(done) if delivery.submission.interviewer == "fy-03"]
    own = [place for place in own if done[place].submission.mode is Mode.INTERVIEWER][: COPIED + 1]
    changed = list(done)
    first = done[own[0]].submission
    for place in own[1:]:
        sent = done[place].submission
        answers = {**first.answers, "e3": None, "f1": sent.answers.get("f1"), "f4": sent.answers.get("f4")}
        answers[maker.rng.choice(("b4", "c2", "d2"))] = maker.rng.choice(("3", "4"))
        shorter = done[place].at - timedelta(seconds=maker.rng.randint(95, 150))
        changed[place] = replace(done[place], submission=replace(sent, answers=answers, started_at=shorter))
    return changed


def not_counted(maker: DeliveryMaker, posters: Sequence[Invitation]) -> list[Delivery]:
    """What the office tried out itself: previews and tests, which must never count."""
    deliveries = []
    for number in range(NOT_COUNTED):
        poster = posters[number % len(posters)]
        raw = answer(Person("2", "4", poster.area, Mode.SELF), maker.rng)
        at = field_start(maker.now) + timedelta(minutes=30 + 7 * number)
        made = maker.scanned(poster, raw, at, 90)
        purpose = Purpose.PREVIEW if number % 2 else Purpose.TEST
        deliveries.append(replace(made, submission=replace(made.submission, purpose=purpose)))
    return deliveries


def repeated(maker: DeliveryMaker, done: Sequence[Delivery]) -> list[Delivery]:
    """Three that a network makes: the same form again, another content under a known id, a letter's code again."""
    letters = [delivery for delivery in done if delivery.submission.single_use]
    again, other, household = letters[0], letters[1], letters[2]
    changed = dict(other.submission.answers) | {"a4": "1" if other.submission.answers.get("a4") != "1" else "2"}
    conflict = replace(other, submission=replace(other.submission, answers=changed))
    answers = dict(household.submission.answers) | {"a4": "3", "b1": "3", "e3": None}
    second = replace(household, submission=replace(household.submission, response_id=maker.new_id(), answers=answers))
    return [replace(one, at=min(one.at + timedelta(hours=5), maker.now)) for one in (again, conflict, second)]


def _all_best(area: str) -> RawAnswers:
    raw: RawAnswers = {name: ["5"] for name in ITEMS}
    return raw | {"age_confirmed": ["1"], "a1": ["3"], "a3": ["1", "2"], "a5": ["4"], "d3": ["3"], "d4": ["1"],
                  "c3_window": ["16"], "e1": ["99"], "f1": ["2"], "f2": ["4"], "f3": ["1"], "f4": [area],
                  "f5": ["1"]}  # fmt: skip


def _some_day(maker: DeliveryMaker) -> datetime:
    return field_start(maker.now) + timedelta(days=maker.rng.randrange(FIELD_DAYS), minutes=maker.rng.uniform(30, 780))
