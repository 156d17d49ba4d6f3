"""Compare the coders of an item: Cohen's kappa of every two, Krippendorff's alpha of all, for each category."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from survey.response.text_coding import Codes, OpenText, TextCategory

FEWEST_COMPARED = 10  # texts that both coded; fewer say nothing


@dataclass(frozen=True)
class Agreement:
    """Two coders (or all of them: `coders` empty) on one category, or on all together (`category` None).

    `agreed` in 0..1; `coefficient`: kappa of two coders, alpha of all; limits at 95 % for kappa. None: not defined.
    """

    coders: tuple[str, ...]
    category: TextCategory | None
    texts: int
    agreed: float
    coefficient: float | None
    lower: float | None = None
    upper: float | None = None


def compare_coders(texts: Sequence[OpenText], categories: Sequence[TextCategory]) -> list[Agreement]:
    """All coders together, then every two with enough texts in common; first the whole coding, then each category.

    What was settled afterwards changes nothing here: agreement is that of people who did not know of each other.
    """
    coders = sorted({coder for one in texts for coder in one.codings})
    found = []
    for category, rating in _ratings(categories):
        several = [one for one in texts if len(one.codings) > 1]
        if len(several) >= FEWEST_COMPARED:
            found.append(_of_all(several, category, rating))
    for first, second in combinations(coders, 2):
        both = [one for one in texts if first in one.codings and second in one.codings]
        if len(both) >= FEWEST_COMPARED:
            found += [_of_two(both, first, second, category, rating) for category, rating in _ratings(categories)]
    return found


Rating: TypeAlias = Callable[[Codes], Hashable]


def _ratings(categories: Sequence[TextCategory]) -> list[tuple[TextCategory | None, Rating]]:
    """The whole coding as one rating, then whether each category was found."""
    return [(None, lambda codes: codes), *((one, _found_in(one)) for one in categories)]


def _found_in(category: TextCategory) -> Rating:
    return lambda codes: category.code in codes


def _of_all(texts: Sequence[OpenText], category: TextCategory | None, rating: Rating) -> Agreement:
    from analysis.open_text.agreement import krippendorff_alpha

    units: list[dict[Hashable, Hashable]] = [
        {coder: rating(codes) for coder, codes in one.codings.items()} for one in texts
    ]
    same = sum(len(set(unit.values())) == 1 for unit in units)
    return Agreement((), category, len(texts), same / len(texts), krippendorff_alpha(units))


def _of_two(
    texts: Sequence[OpenText], first: str, second: str, category: TextCategory | None, rating: Rating
) -> Agreement:
    from analysis.open_text.agreement import cohen_kappa

    found = cohen_kappa([rating(one.codings[first]) for one in texts], [rating(one.codings[second]) for one in texts])
    return Agreement((first, second), category, found.n, found.agreed, found.kappa, found.lower, found.upper)
