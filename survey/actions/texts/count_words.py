"""Count the words and phrases of open texts, and the texts of each category."""

from collections.abc import Sequence
from dataclasses import dataclass

from survey.response.response import Source
from survey.response.text_coding import OpenText, TextCategory

FEWEST_TEXTS = 3  # a word of fewer people is not listed: it can tell who wrote it
MOST_WORDS = 40


@dataclass(frozen=True)
class Counted:
    """A word, or a phrase, and the number of texts in which it stands."""

    word: str
    texts: int


@dataclass(frozen=True)
class WordsOfTexts:
    words: tuple[Counted, ...]
    phrases: tuple[Counted, ...]


def count_words(texts: Sequence[OpenText]) -> WordsOfTexts:
    """The most frequent words and phrases, each counted once for a text."""
    from analysis.open_text import words

    found = words.count_words((one.text for one in texts), at_least=FEWEST_TEXTS, most=MOST_WORDS)
    return WordsOfTexts(
        tuple(Counted(one.word, one.texts) for one in found.words),
        tuple(Counted(one.word, one.texts) for one in found.phrases),
    )


@dataclass(frozen=True)
class CategoryCount:
    """Texts about a category by source; None where a count is so small that it could point to people."""

    category: TextCategory
    texts: dict[Source, int | None]


def count_categories(texts: Sequence[OpenText], categories: Sequence[TextCategory]) -> list[CategoryCount]:
    """How many texts are about each category, among those on which the coders agree or that were settled."""
    found = []
    for category in categories:
        counts = {
            source: sum(category.code in (one.result or ()) for one in texts if one.source == source.value)
            for source in Source
        }
        found.append(CategoryCount(category, {source: _told(n) for source, n in counts.items()}))
    return found


def _told(n: int) -> int | None:
    return None if 0 < n < FEWEST_TEXTS else n
