"""Words and phrases of open texts: in how many texts each stands. Step 6.

Chinese is cut by jieba's dictionary (its edition in Rust, which has it in the package). A word is
counted once for a text, so that one person who repeats it is not many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

_PASSED_OVER = Path(__file__).with_name("passed_over.txt")


@dataclass(frozen=True)
class WordCount:
    """`word` stands in `texts` of the texts; a phrase is two words that follow each other."""

    word: str
    texts: int


@dataclass(frozen=True)
class Words:
    """Words and phrases, the most frequent first. `texts`: how many were read."""

    texts: int
    words: tuple[WordCount, ...]
    phrases: tuple[WordCount, ...]


def count_words(texts: Iterable[str], *, at_least: int, most: int) -> Words:
    """Words and phrases that stand in `at_least` texts, at most `most` of each.

    What stands in fewer texts is left out: a rare word can tell who wrote it.

    >>> found = count_words(["小学门口停车难", "广场舞太吵", "小学门口太堵", "广场舞"], at_least=2, most=2)
    >>> [(one.word, one.texts) for one in found.words], [(one.word, one.texts) for one in found.phrases]
    ([('小学', 2), ('广场', 2)], [('小学门口', 2), ('广场舞', 2)])
    """
    words: Counter[str] = Counter()
    phrases: Counter[str] = Counter()
    n = 0
    for text in texts:
        n += 1
        words.update(_words_within(text))
        phrases.update(set(_phrases(cut_words(text))))
    return Words(n, _frequent(words, at_least, most), _frequent(phrases, at_least, most))


def cut_words(text: str) -> list[str]:
    """The text in words of the dictionary and signs, in their order, in small letters."""
    import rjieba  # its dictionary takes a tenth of a second to read

    found: list[str] = rjieba.cut(text.lower(), False)
    return found


def _words_within(text: str) -> set[str]:
    """Every word, and the shorter words within a long one: 停车 in 停车难."""
    import rjieba

    return {word for word in rjieba.cut_for_search(text.lower(), False) if _tells(word)}


def _phrases(cut: Sequence[str]) -> list[str]:
    """Two words that follow each other, where neither is passed over; a sign between them parts them.

    One of the two tells something by itself; the other may be a single character such as 难 or 乱.
    """
    found = []
    for first, second in pairwise(cut):
        if _may_stand(first) and _may_stand(second) and (_tells(first) or _tells(second)):
            found.append(first + second)
    return found


def _tells(word: str) -> bool:
    """Two characters at least; a single one hardly tells what it is about."""
    return len(word) > 1 and _may_stand(word)


def _may_stand(word: str) -> bool:
    return word.isalpha() and word not in _passed_over()


def _frequent(counts: Counter[str], at_least: int, most: int) -> tuple[WordCount, ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(WordCount(word, n) for word, n in ordered[:most] if n >= at_least)


@cache
def _passed_over() -> frozenset[str]:
    """Words that say nothing about a subject, in both scripts and in English."""
    return frozenset(_PASSED_OVER.read_text(encoding="utf-8").split())
