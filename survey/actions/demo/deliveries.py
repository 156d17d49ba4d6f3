"""The demonstration's answers on their way in: who sends what, when and from where.

Nothing here is written to the database: every delivery goes through the same door as a resident's form.
"""

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from survey.actions.demo.answers import Person, RawAnswers, answer
from survey.actions.demo.district import AGE_SHARES, communities
from survey.actions.demo.sample import INTERVIEWERS, Estate
from survey.actions.demo.survey_wave import FIELD_DAYS, POSTER_PLACES, QUESTIONNAIRE, VERSION, WAVE, field_start
from survey.instrument.answers import read_answers
from survey.instrument.questionnaire import Questionnaire
from survey.invitation.invitation import Invitation, SelectionDesign
from survey.opinion.personal_data import mask_personal_data
from survey.response.response import Answers, Mode, Purpose, Source, Submission

SCANNED = 170  # ordinary answers through posters
_ESTATE_SPREAD = 0.22  # people of one estate resemble each other
_MODES = ((Mode.SELF, 34), (Mode.INTERVIEWER, 50), (Mode.PHONE, 9), (Mode.PAPER, 7))
_MINUTES = {Mode.SELF: (3.2, 9.5), Mode.INTERVIEWER: (7.0, 16.0), Mode.PHONE: (7.0, 14.0), Mode.PAPER: (4.0, 7.0)}


@dataclass(frozen=True)
class Delivery:
    """One submission and the time at which it arrives."""

    submission: Submission
    at: datetime


class DeliveryMaker:
    """Makes deliveries of one wave; all chance comes from `rng`."""

    def __init__(self, questionnaire: Questionnaire, now: datetime, rng: random.Random) -> None:
        self.questionnaire = questionnaire
        self.now = now
        self.rng = rng

    def from_sample(
        self, drawn: Sequence[Estate], letters: Sequence[Invitation], completes: Mapping[str, int]
    ) -> list[Delivery]:
        """As many answers per estate as dwellings answered; those who answer by themselves use a letter's code."""
        deliveries = []
        for estate in drawn:
            codes = [letter for letter in letters if letter.design == estate.design]
            level = self.rng.gauss(0, _ESTATE_SPREAD)
            for _ in range(completes[estate.design.psu]):
                (mode,) = self.rng.choices([mode for mode, _ in _MODES], [weight for _, weight in _MODES])
                person = self._person(estate.community, mode, level=level)
                letter = codes.pop() if mode is Mode.SELF else None
                deliveries.append(self._delivery(person, answer(person, self.rng), letter=letter, design=estate.design))
        return deliveries

    def from_posters(self, posters: Sequence[Invitation]) -> list[Delivery]:
        """People who scanned a poster, more of them where more people pass."""
        crowds = [crowd for _, _, crowd in POSTER_PLACES]
        deliveries = []
        for poster in self.rng.choices(posters, crowds, k=SCANNED):
            person = self._person(self._home(poster.area), Mode.SELF, scanned=True)
            deliveries.append(self._delivery(person, answer(person, self.rng), poster=poster))
        return deliveries

    def scanned(self, poster: Invitation, raw: RawAnswers, at: datetime, seconds: int) -> Delivery:
        """One poster answer with given content, time of arrival and duration."""
        person = Person("1", "3", poster.area, Mode.SELF, scanned=True)
        made = self._delivery(person, raw, poster=poster)
        return Delivery(replace(made.submission, started_at=at - timedelta(seconds=seconds)), at)

    def read(self, raw: RawAnswers) -> Answers:
        """Raw values as canonical answers; the demonstration's own forms hold no faults."""
        result = read_answers(self.questionnaire, raw)
        if result.faults or result.stopped_at:
            raise ValueError(f"the demonstration made a faulty form: {result.faults or result.stopped_at}")
        answers = dict(result.answers)
        opinion = answers.get("e3")
        if isinstance(opinion, str):
            answers["e3"] = mask_personal_data(opinion)
        return answers

    def new_id(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def _person(self, community: str, mode: Mode, *, level: float = 0.0, scanned: bool = False) -> Person:
        """Who answers: by letter and QR the young more, at the door the old, women a little more often everywhere."""
        shares = AGE_SHARES[community[:9]]
        likely = (1.5, 1.4, 1.0, 0.6, 0.35) if scanned else (0.8, 0.95, 1.05, 1.15, 1.2)
        if mode is Mode.SELF and not scanned:
            likely = (1.2, 1.2, 1.0, 0.8, 0.6)
        band = self.rng.choices("23456", [share * weight for share, weight in zip(shares, likely, strict=True)])[0]
        age = "1" if band == "2" and self.rng.random() < 0.1 else band
        sex = "1" if self.rng.random() < 0.46 else "2"
        return Person(sex, age, community, mode, scanned, attitude=level + self.rng.gauss(0, 0.7))

    def _home(self, area: str) -> str:
        """Most live where the poster hangs, some elsewhere in the street."""
        return area if self.rng.random() < 0.86 else self.rng.choice(communities(area[:9]))

    def _delivery(
        self,
        person: Person,
        raw: RawAnswers,
        *,
        poster: Invitation | None = None,
        letter: Invitation | None = None,
        design: SelectionDesign | None = None,
    ) -> Delivery:
        answers = self.read(raw)
        started, received = self._times(person.mode)
        used = poster or letter
        # A sampled household belongs to its place in the sample; whoever scanned a poster to where they say they live.
        said = answers.get("f4")
        area = (said if isinstance(said, str) else poster.area) if poster else person.community
        submission = Submission(
            wave=WAVE,
            response_id=self.new_id(),
            questionnaire=QUESTIONNAIRE,
            version=VERSION,
            answers=answers,
            source=Source.QR if poster else Source.PROB,
            mode=person.mode,
            purpose=Purpose.LIVE,
            language=self._language(person.mode),
            area=area,
            started_at=started,
            code=used.code if used else None,
            single_use=letter is not None,
            design=design,
            interviewer=self._interviewer(person),
        )
        return Delivery(submission, received)

    def _interviewer(self, person: Person) -> str | None:
        if person.mode not in {Mode.INTERVIEWER, Mode.PHONE}:
            return None
        return self.rng.choice(INTERVIEWERS[person.community[:9]])

    def _language(self, mode: Mode) -> str:
        return self.rng.choices(("zh-Hans", "zh-Hant", "en"), (96, 2, 2) if mode is Mode.SELF else (1, 0, 0))[0]

    def _times(self, mode: Mode) -> tuple[datetime, datetime]:
        """Start and arrival: between 8 and 21 o'clock in Shanghai on one of the field days, and never after `now`."""
        day = self.rng.randrange(FIELD_DAYS)
        started = field_start(self.now) + timedelta(days=day, minutes=self.rng.triangular(10, 790, 480))
        seconds = round(self.rng.uniform(*_MINUTES[mode]) * 60)
        return started, started + timedelta(seconds=seconds)
