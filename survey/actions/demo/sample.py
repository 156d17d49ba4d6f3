"""The demonstration's probability sample: strata = streets, PSUs = estates (in villages: groups) drawn with probability
proportional to their dwellings, equally many dwellings drawn in each; a letter per dwelling, and the visits to it.

The base weight is one over the selection probability of the dwelling (Cochran 1977, §9A.3).
"""

import random
import uuid
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

from survey.actions.demo.district import DWELLINGS, communities, name_of, streets
from survey.actions.demo.survey_wave import FIELD_DAYS, WAVE, field_start
from survey.fieldwork.case import SampledCase
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.visit import Visit
from survey.instrument.text import Text
from survey.invitation.invitation import Invitation, InvitationKind, PlaceType, SelectionDesign

ESTATES_PER_STREET = 10
DWELLINGS_PER_ESTATE = 22
_USUAL_ESTATE = 190  # dwellings
INTERVIEWERS = {"990101001": ("fy-01", "fy-02"), "990101002": ("fy-03", "fy-04"), "990101003": ("fy-05",)}

# Final dispositions among sampled dwellings, in shares. The complete ones are those that answered in any mode.
_OUTCOMES: tuple[tuple[Disposition, float], ...] = (
    (Disposition.COMPLETE, 0.62),
    (Disposition.PARTIAL, 0.02),
    (Disposition.REFUSAL, 0.09),
    (Disposition.BREAK_OFF, 0.01),
    (Disposition.NO_ONE_HOME, 0.09),
    (Disposition.NO_ENTRY, 0.04),
    (Disposition.AWAY, 0.03),
    (Disposition.UNABLE, 0.01),
    (Disposition.UNKNOWN, 0.02),
    (Disposition.VACANT, 0.05),
    (Disposition.NOT_A_DWELLING, 0.01),
    (Disposition.NO_ELIGIBLE, 0.01),
)
# What a visit before the last one was noted as.
_BEFORE = (Disposition.NO_ONE_HOME, Disposition.NO_ONE_HOME, Disposition.NON_CONTACT, Disposition.NO_ENTRY)


@dataclass(frozen=True)
class Estate:
    """A PSU: number and dwellings of an estate of a community."""

    community: str
    number: int
    dwellings: int

    @property
    def street(self) -> str:
        return self.community[:9]

    @property
    def name(self) -> Text:
        place, number = name_of(self.community), _NUMERALS[self.number - 1]
        if place.zh_hans.endswith("村"):
            return Text(f"{place.zh_hans}{number}组", f"{place.en}, group {self.number}", f"{place.zh_hant}{number}組")
        return Text(
            f"{place.zh_hans}第{number}小区", f"{place.en}, estate {self.number}", f"{place.zh_hant}第{number}小區"
        )

    @property
    def psu(self) -> str:
        return f"{self.community}-{self.number:02d}"

    @property
    def first_stage(self) -> float:
        """The probability with which the estate is drawn."""
        return ESTATES_PER_STREET * self.dwellings / sum(DWELLINGS[code] for code in communities(self.street))

    @property
    def second_stage(self) -> float:
        """The probability with which a dwelling of a drawn estate is drawn."""
        return DWELLINGS_PER_ESTATE / self.dwellings

    @property
    def design(self) -> SelectionDesign:
        """Equal for every dwelling: 1 / (n · Mi / M · m / Mi), so the weights within a street are equal."""
        return SelectionDesign(self.street, self.psu, 1 / (self.first_stage * self.second_stage))


_NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四")


def make_estates(rng: random.Random) -> tuple[Estate, ...]:
    """The frame: every community split into estates of about 190 dwellings."""
    estates = []
    for community, dwellings in DWELLINGS.items():
        count = max(round(dwellings / _USUAL_ESTATE), 2)
        cuts = [round(dwellings * (place + rng.uniform(-0.2, 0.2)) / count) for place in range(1, count)]
        edges = [0, *cuts, dwellings]
        sizes = [upper - lower for lower, upper in pairwise(edges)]
        estates += [Estate(community, number, size) for number, size in enumerate(sizes, start=1)]
    return tuple(estates)


def draw_estates(frame: Sequence[Estate], rng: random.Random) -> tuple[Estate, ...]:
    """Systematic draw in each street, proportional to dwellings, in the order of the frame (Madow 1949)."""
    drawn = []
    for street in streets():
        own = [estate for estate in frame if estate.street == street]
        step = sum(estate.dwellings for estate in own) / ESTATES_PER_STREET
        start = rng.uniform(0, step)
        reached = list(accumulate(estate.dwellings for estate in own))
        drawn += [own[bisect_right(reached, start + hit * step)] for hit in range(ESTATES_PER_STREET)]
    return tuple(drawn)


def make_letters(drawn: Sequence[Estate], new_code: Callable[[], str]) -> tuple[Invitation, ...]:
    """As many letters for an estate as dwellings were drawn there; any of them may go to any of these dwellings."""
    return tuple(
        Invitation(
            WAVE, new_code(), InvitationKind.LETTER, estate.community, _household(estate), PlaceType.HOME, estate.design
        )
        for estate in drawn
        for _ in range(DWELLINGS_PER_ESTATE)
    )


def _household(estate: Estate) -> Text:
    name = estate.name
    return Text(f"{name.zh_hans}住户", f"To a household in {name.en}", f"{name.zh_hant}住戶")


def make_cases(drawn: Sequence[Estate], rng: random.Random) -> tuple[SampledCase, ...]:
    """The dwellings, each with the disposition of its last visit."""
    cases = []
    for estate in drawn:
        for number in sorted(rng.sample(range(estate.dwellings), DWELLINGS_PER_ESTATE)):
            (outcome,) = rng.choices([one for one, _ in _OUTCOMES], [share for _, share in _OUTCOMES])
            address = address_of(estate, number)
            cases.append(SampledCase(WAVE, _identifier(rng), estate.community, address, estate.design, outcome))
    return tuple(cases)


def make_visits(cases: Sequence[SampledCase], now: datetime, rng: random.Random) -> tuple[Visit, ...]:
    """One to four attempts per case between the start of the field and `now`, at other times of day each."""
    visits = []
    for case in cases:
        persistent = case.disposition in {Disposition.NO_ONE_HOME, Disposition.AWAY, Disposition.NO_ENTRY}
        attempts = rng.choices((1, 2, 3, 4), (0, 0, 3, 2) if persistent else (6, 3, 1, 0))[0]
        days = sorted(rng.sample(range(1, FIELD_DAYS), attempts))
        interviewer = rng.choice(INTERVIEWERS[case.design.stratum])
        for place, day in enumerate(days):
            outcome = case.disposition if place == attempts - 1 else rng.choice(_BEFORE)
            at = field_start(now) + timedelta(days=day, hours=rng.choice((1, 2, 7, 8, 10, 11, 12)))
            at += timedelta(minutes=rng.randrange(60))
            visits.append(Visit(WAVE, _identifier(rng), case.id, interviewer, at, outcome, _NOTES.get(outcome, "")))
    return tuple(visits)


_NOTES = {
    Disposition.NO_ONE_HOME: "敲门无人应答，已留联系卡。",
    Disposition.NO_ENTRY: "单元门禁未开，已联系物业。",
    Disposition.REFUSAL: "表示不愿参加，已致谢。",
    Disposition.VACANT: "邻居称长期无人居住。",
    Disposition.AWAY: "家人称外出，月底前不在。",
}


def address_of(estate: Estate, number: int) -> str:
    """An invented address that is different for every dwelling."""
    name = estate.name.zh_hans
    if name.endswith("组"):
        return f"{name}{number + 1}号"
    building, rest = divmod(number, 36)
    entrance, flat = divmod(rest, 12)
    floor, door = divmod(flat, 2)
    return f"{name}{building + 1}幢{entrance + 1}单元{floor + 1}0{door + 1}室"


def _identifier(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
