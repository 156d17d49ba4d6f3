"""The steps of the demonstration's posters: for every form that was sent, some only scanned, opened or begun."""

import random
from collections import Counter
from collections.abc import Iterable

from survey.actions.demo.deliveries import Delivery
from survey.invitation.funnel import Step
from survey.programme.wave import OFFICE_TIME
from survey.response.response import Purpose
from survey.storage.funnel import StepKey

_SEED = 20260406
_GIVES_UP = {Step.SCANNED: 0.3, Step.OPENED: 0.2, Step.STARTED: 0.15}  # chance to go no further than this step
_WAY = tuple(_GIVES_UP)


def steps_of(deliveries: Iterable[Delivery]) -> Counter[StepKey]:
    """Counters that fit the deliveries: who sent has been through every step before."""
    chance = random.Random(_SEED)  # noqa: S311 - an invented crowd, no secret
    counts: Counter[StepKey] = Counter()
    contents: dict[str, bytes] = {}
    for delivery in deliveries:
        sent = delivery.submission
        if sent.single_use or sent.code is None or sent.purpose is not Purpose.LIVE:
            continue
        day = delivery.at.astimezone(OFFICE_TIME).date()
        if sent.response_id not in contents:
            contents[sent.response_id] = sent.content()
            for step in _through(chance):
                counts[sent.wave, sent.code, day, step] += 1
        elif contents[sent.response_id] != sent.content():
            counts[sent.wave, sent.code, day, Step.FLAGGED] += 1
    return counts


def _through(chance: random.Random) -> Iterable[Step]:
    """The steps of one who sends, and of those before who gave up somewhere."""
    yield from _WAY
    for last, step in enumerate(_WAY):
        while chance.random() < _GIVES_UP[step]:
            yield from _WAY[: last + 1]
