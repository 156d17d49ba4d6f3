"""How an invented resident of the demonstration answers: raw form values, as a browser would send them.

A person has an attitude, a community has its level, and every item its own share of positive answers, don't-knows and
people whom it does not concern. The answers are checked like anybody's before they are stored.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from survey.actions.demo.opinions import OPINIONS
from survey.response.response import Mode

RawAnswers = dict[str, list[str]]


@dataclass(frozen=True)
class ItemModel:
    """Share of positive answers; among the others the share of the middle one; don't-know and not-applicable shares.

    `codes` from the most positive to the most negative: two positive, one middle, two negative.
    """

    positive: float
    middle: float = 0.62
    dont_know: float = 0.03
    not_applicable: float = 0.0
    codes: tuple[str, str, str, str, str] = ("5", "4", "3", "2", "1")


ITEMS = {
    "a2": ItemModel(0.885, 0.8, 0.02),
    "a4": ItemModel(0.815, 0.66, 0.04),
    "b1": ItemModel(0.80, 0.60, 0.03),
    "b2": ItemModel(0.66, 0.80, 0.02),
    "b3": ItemModel(0.665, 0.55, 0.03, 0.13),
    "b4": ItemModel(0.58, 0.52, 0.02),
    "b5": ItemModel(0.67, 0.55, 0.01),
    "c1": ItemModel(0.85, 0.68, 0.03, 0.42),
    "c2": ItemModel(0.81, 0.66, 0.17),
    "c3": ItemModel(0.845, 0.66, 0.02),
    "c4": ItemModel(0.83, 0.62, 0.04, 0.46),
    "c5": ItemModel(0.82, 0.70, 0.19),
    "d1": ItemModel(0.915, 0.85, 0.03),
    "d2": ItemModel(0.63, 0.75, 0.10),
    "d5": ItemModel(0.64, 0.70, 0.02),
}
CHANGE = ItemModel(0.71, 0.75, 0.05, codes=("4", "3", "2", "1", "1"))
REPORTED_OUTCOME = ItemModel(0.55, 0.45, 0.04)

COMMUNITY_LEVEL = {
    "990101001001": 0.25, "990101001002": 0.05, "990101001003": -0.10, "990101001004": 0.15,
    "990101002001": -0.35, "990101002002": 0.0, "990101002003": 0.20, "990101002004": -0.20,
    "990101003001": 0.10, "990101003002": 0.30, "990101003003": 0.35, "990101003004": -0.05,
}  # fmt: skip
# At the door people say what pleases; those who scan by themselves have more often something to complain about.
MODE_LEVEL = {Mode.INTERVIEWER: 0.22, Mode.PHONE: 0.12, Mode.PAPER: 0.0, Mode.SELF: -0.05}
SCANNED_LEVEL = -0.45
_ACTIVITIES = {"1": 0.13, "2": 0.16, "3": 0.05, "4": 0.08, "5": 0.05, "6": 0.10, "7": 0.03, "8": 0.05, "96": 0.02}
_CHANNELS = {"1": 0.07, "2": 0.03, "3": 0.01, "4": 0.01, "5": 0.10, "6": 0.04}
_TOPICS = (("1", 9), ("2", 20), ("3", 7), ("4", 8), ("5", 13), ("6", 4), ("7", 9), ("8", 2), ("9", 3), ("10", 8),
           ("11", 6), ("12", 8), ("13", 7), ("14", 10), ("96", 2))  # fmt: skip
_WINDOWS = (("11", 30), ("12", 12), ("13", 11), ("14", 5), ("15", 5), ("16", 8), ("17", 3), ("18", 8), ("19", 14),
            ("96", 1), ("7", 5))  # fmt: skip


@dataclass(frozen=True)
class Person:
    """An invented resident: `f2` and `f1` codes of the form, attitude on the logit scale, whether scanned by choice."""

    sex: str
    age: str
    community: str
    mode: Mode
    scanned: bool = False
    attitude: float = 0.0

    @property
    def level(self) -> float:
        base = self.attitude + COMMUNITY_LEVEL[self.community] + MODE_LEVEL[self.mode]
        older = 0.25 if self.age in {"5", "6"} else 0.0
        return base + older + (SCANNED_LEVEL if self.scanned else 0.0)


def answer(person: Person, rng: random.Random) -> RawAnswers:
    """A whole form, with what people leave out."""
    raw: RawAnswers = {"age_confirmed": ["1"]}
    for name, values in _answers(person, rng):
        left_out = 0.012 if person.mode is Mode.INTERVIEWER else 0.025
        if rng.random() >= left_out:
            raw[name] = values
    if raw.get("c3_window") == ["7"]:
        raw.pop("c3", None)
    if "e1" not in raw or raw["e1"] == ["99"]:
        raw.pop("e1_outcome", None)
    return raw


def _answers(person: Person, rng: random.Random) -> Iterator[tuple[str, list[str]]]:
    level = person.level
    yield "a1", rng.choices((["3"], ["2"], ["1"]), (0.72 + 0.05 * level, 0.18, 0.10))[0]
    yield "a3", _several(rng, _ACTIVITIES, factor=1 + 0.3 * level)
    for name, model in ITEMS.items():
        yield name, [draw(model, level, rng)]
    yield "a5", [draw(CHANGE, level, rng)]
    yield "c3_window", [_weighted(rng, _WINDOWS)]
    yield "d3", rng.choices((["3"], ["2"], ["1"], ["8"]), (0.36, 0.43, 0.14, 0.07))[0]
    yield "d4", rng.choices((["1"], ["2"], ["3"], ["8"]), (0.12, 0.09, 0.73, 0.06))[0]
    yield "e1", _several(rng, _CHANNELS, factor=1.4 if person.scanned else 1.0)
    yield "e1_outcome", [draw(REPORTED_OUTCOME, level, rng)]
    yield "e2", _topics(rng)
    if rng.random() < (0.34 if person.scanned else 0.15):
        yield "e3", [rng.choice(OPINIONS)]
    yield "f1", ["9"] if rng.random() < 0.02 else [person.sex]
    yield "f2", [person.age]
    yield "f3", rng.choices((["1"], ["2"], ["3"], ["4"]), (66, 30, 2, 4) if person.scanned else (70, 29, 1, 0))[0]
    yield "f4", [person.community]
    yield "f5", [_status(person.age, rng)]
    yield "f6", rng.choices((["1"], ["2"], ["3"], ["4"], ["9"]), (31, 27, 20, 19, 3))[0]
    yield "f7", ["1" if rng.random() < {"3": 0.52, "4": 0.24}.get(person.age, 0.08) else "2"]


def draw(model: ItemModel, level: float, rng: random.Random) -> str:
    """One code: not applicable (7) and don't know (8) first, then positive with logit(share) + level."""
    chance = rng.random()
    if chance < model.not_applicable:
        return "7"
    if chance < model.not_applicable + (1 - model.not_applicable) * model.dont_know:
        return "8"
    positive = 1 / (1 + math.exp(-(math.log(model.positive / (1 - model.positive)) + level)))
    best, good, middle, bad, worst = model.codes
    if rng.random() < positive:
        return best if rng.random() < 0.38 + 0.08 * level else good
    if rng.random() < model.middle + 0.06 * level:
        return middle
    return bad if rng.random() < 0.72 else worst


def _several(rng: random.Random, shares: dict[str, float], factor: float) -> list[str]:
    """Every choice by its own share; 99, none of these, where nothing was chosen."""
    return [code for code, share in shares.items() if rng.random() < share * factor] or ["99"]


def _topics(rng: random.Random) -> list[str]:
    if rng.random() < 0.09:
        return ["99"]
    wanted = rng.choice((1, 2, 2, 3))
    return sorted({_weighted(rng, _TOPICS) for _ in range(wanted)}, key=int)


def _weighted(rng: random.Random, options: tuple[tuple[str, int], ...]) -> str:
    return rng.choices([code for code, _ in options], [weight for _, weight in options])[0]


def _status(age: str, rng: random.Random) -> str:
    if age == "1":
        return "3"
    if age in {"5", "6"}:
        return rng.choices("4526", (80, 12, 5, 3))[0]
    return rng.choices("1236", (62, 21, 6, 11))[0] if age == "2" else rng.choices("1256", (60, 22, 8, 10))[0]
