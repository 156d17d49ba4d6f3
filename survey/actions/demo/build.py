"""The whole demonstration as plain objects, from one seed; nothing is stored here."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from survey.actions.demo import irregular
from survey.actions.demo.deliveries import Delivery, DeliveryMaker
from survey.actions.demo.fieldwork import finish_cases, finish_visits
from survey.actions.demo.sample import Estate, draw_estates, make_cases, make_estates, make_letters, make_visits
from survey.actions.demo.survey_wave import make_posters
from survey.fieldwork.case import SampledCase
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.visit import Visit
from survey.instrument.questionnaire import Questionnaire
from survey.invitation.invitation import Invitation

SEED = 20260101
_BURST_POSTER = 6


@dataclass(frozen=True)
class Demonstration:
    """What the wave consists of. `deliveries` are in the order of their arrival."""

    frame: tuple[Estate, ...]
    drawn: tuple[Estate, ...]
    posters: tuple[Invitation, ...]
    letters: tuple[Invitation, ...]
    cases: tuple[SampledCase, ...]
    visits: tuple[Visit, ...]
    deliveries: tuple[Delivery, ...]


def build_demonstration(
    questionnaire: Questionnaire, now: datetime, new_code: Callable[[], str], seed: int = SEED
) -> Demonstration:
    """Equal arguments give an equal demonstration. `new_code` makes the access codes (random for an installation)."""
    rng = random.Random(seed)  # noqa: S311 - an invented population, no secret
    frame = make_estates(rng)
    drawn = draw_estates(frame, rng)
    posters, letters = make_posters(new_code), make_letters(drawn, new_code)
    cases = make_cases(drawn, rng)
    answered = {Disposition.COMPLETE, Disposition.PARTIAL}
    completes = Counter(case.design.psu for case in cases if case.disposition in answered)
    maker = DeliveryMaker(questionnaire, now, rng)
    sampled = irregular.copied_interviews(maker, maker.from_sample(drawn, letters, completes))
    scanned = maker.from_posters(posters)
    deliveries = [
        *irregular.not_counted(maker, posters),
        *sampled,
        *scanned,
        *irregular.burst_at_a_poster(maker, posters[_BURST_POSTER]),
        *irregular.straight_liners(maker, posters),
        *irregular.speeders(maker, posters),
        *irregular.repeated(maker, sampled),
    ]
    in_order = sorted(deliveries, key=lambda one: one.at)
    own = random.Random(f"{seed}|fieldwork")  # noqa: S311 - as above
    visits = finish_visits(make_visits(cases, now, rng), now, own)
    cases = finish_cases(cases, visits, drawn, own)
    return Demonstration(frame, drawn, posters, letters, cases, visits, tuple(in_order))
