"""Step 1: which answers count as missing, guessed from their wording; a person corrects what the guess gets wrong."""

import re

from survey.instrument.choice import Polarity

_WORDS = {
    Polarity.DONT_KNOW: re.compile(
        r"\b(do not|don'?t|does not|cannot|can'?t) (know|say|recall)\b|\bdk\b|\bunsure\b|\bnot sure\b|\bno opinion\b"
        r"|不了解|说不清|不清楚|不知道|记不清|說不清|不瞭解",
        re.IGNORECASE,
    ),
    Polarity.REFUSED: re.compile(r"\brefus|\bprefer not\b|\brather not\b|拒答|拒绝|不愿|不便透露", re.IGNORECASE),
    Polarity.NOT_APPLICABLE: re.compile(
        r"\bnot applicable\b|\bn/?a\b|\b(did|do) not use\b|不适用|没去过|没用过|没有去过|没有用过", re.IGNORECASE
    ),
}


def missing_kind(label: str) -> Polarity | None:
    """Don't know, refused or not applicable; None for an answer that counts.

    >>> missing_kind("说不清").value, missing_kind("满意")
    ('dk', None)
    """
    return next((kind for kind, words in _WORDS.items() if words.search(label)), None)
