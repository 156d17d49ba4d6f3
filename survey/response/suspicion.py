"""Signs that one person may have answered more than once, and their score. Step 4, written beside the response.

A sign refuses nothing and proves nothing: people share telephones, networks and opinions. A person reviews.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import prod

REVIEW_FROM = 0.5  # the score from which on a response waits for review in the poster's funnel
SECONDS_PER_ANSWER = 1.0  # nobody reads a question and chooses faster than that
FEWEST_ANSWERS = 8  # equal answers to fewer questions say nothing


class Sign(StrEnum):
    """What was noticed, strongest first."""

    SAME_PERSON = "same_person"  # the same WeChat identity answered before in this wave
    SAME_BROWSER = "same_browser"  # the same browser sent an answer before in this wave
    SAME_ADDRESS = "same_address"  # more answers from one network address than usual on this day
    SAME_ANSWERS = "same_answers"  # every answer equal to another one through the same poster on this day
    TOO_FAST = "too_fast"  # sent sooner than a second a question
    NO_PROOF = "no_proof"  # the wave asks for a proof of work and none came (also: a browser without JavaScript)


WEIGHTS = {
    Sign.SAME_PERSON: 0.9,
    Sign.SAME_BROWSER: 0.6,
    Sign.SAME_ADDRESS: 0.3,
    Sign.SAME_ANSWERS: 0.3,
    Sign.TOO_FAST: 0.3,
    Sign.NO_PROOF: 0.1,
}


@dataclass(frozen=True)
class Suspicion:
    """The signs of one response. One strong sign, or two of the weaker ones, are worth a person's look."""

    signs: frozenset[Sign]

    @classmethod
    def of(cls, signs: Iterable[Sign]) -> "Suspicion":
        return cls(frozenset(signs))

    @property
    def score(self) -> float:
        """From 0 to 1: one minus the product of what each sign leaves (noisy or), three digits.

        >>> Suspicion.of([]).score, Suspicion.of([Sign.SAME_BROWSER, Sign.NO_PROOF]).score
        (0.0, 0.64)
        """
        return round(1.0 - prod(1 - WEIGHTS[sign] for sign in self.signs), 3)

    @property
    def for_review(self) -> bool:
        return self.score >= REVIEW_FROM

    def to_text(self) -> str:
        """The signs as they are stored and exported, strongest first.

        >>> Suspicion.of([Sign.NO_PROOF, Sign.SAME_BROWSER]).to_text()
        'same_browser no_proof'
        """
        return " ".join(sign.value for sign in Sign if sign in self.signs)

    @classmethod
    def from_text(cls, text: str) -> "Suspicion":
        return cls(frozenset(Sign(word) for word in text.split()))


NOTHING_SUSPICIOUS = Suspicion(frozenset())
