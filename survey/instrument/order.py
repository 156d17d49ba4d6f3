"""Step 3, the order of blocks: a questionnaire may ask some of its sections in another order from person to person.

The order follows from a seed, the seed from the response's id: a form opened again has the same order, and whoever has
the exported seed can find it again in any language: sections by the sha256 of `seed|name`.
"""

import hashlib
from dataclasses import replace

from survey.instrument.questionnaire import Questionnaire


def order_seed(response_id: str) -> int:
    """The seed of a response, 0 to 2^31 - 1."""
    return int.from_bytes(hashlib.sha256(f"order|{response_id}".encode()).digest()[:4]) >> 1


def block_order(questionnaire: Questionnaire, seed: int) -> tuple[str, ...]:
    """The names of the sections that change places, in the order of the seed."""

    def place(name: str) -> str:
        return hashlib.sha256(f"{seed}|{name}".encode()).hexdigest()

    return tuple(sorted(questionnaire.randomize, key=place))


def in_block_order(questionnaire: Questionnaire, seed: int) -> Questionnaire:
    """The questionnaire with its blocks in the order of the seed; every other section keeps its place."""
    by_name = {section.name: section for section in questionnaire.sections}
    following = iter(block_order(questionnaire, seed))
    moved = (
        by_name[next(following)] if section.name in questionnaire.randomize else section
        for section in questionnaire.sections
    )
    return replace(questionnaire, sections=tuple(moved))
