"""The interviewed answers of a wave as columns of small numbers: a million of them in some hundred megabytes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from analysis.frame import Column
from survey.actions.progress import OnProgress
from survey.exchange.plan.planned_indicator import PersonValue
from survey.instrument.item import Item
from survey.storage.responses import Interview

_AT_ONCE = 5000  # answers held as objects
NOTHING = -1  # the code of a question that was not answered with one of its choices


@dataclass(frozen=True)
class InterviewColumns:
    """n interviews: who asked, in which stratum (columns), value of each indicator, shape (n,), NaN outside its base.

    `vectors`, shape (n, k): the position of the chosen answer in each compared question, `NOTHING` without one.
    """

    interviewers: Column
    strata: Column
    values: tuple[NDArray[np.float64], ...]
    vectors: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.vectors)


def read_columns(
    interviews: Iterable[Interview], measured: Sequence[PersonValue], items: Sequence[Item], on_progress: OnProgress
) -> InterviewColumns:
    """Read the stream to its end in portions; `on_progress` is told how many were read, of 0: nobody knows how many."""
    order = [(item.name, {choice.code: place for place, choice in enumerate(item.choices)}) for item in items]
    who, where = _Names(), _Names()
    people: list[NDArray[np.int32]] = []
    places: list[NDArray[np.int32]] = []
    values: list[NDArray[np.float64]] = []
    vectors: list[NDArray[np.int8]] = []
    stream, read = iter(interviews), 0
    while portion := list(islice(stream, _AT_ONCE)):
        people.append(who.numbers([one.interviewer for one in portion]))
        places.append(where.numbers([one.stratum for one in portion]))
        values.append(np.array([[value(one) for one in portion] for value in measured], dtype=np.float64))
        chosen = [[codes.get(str(one.answers.get(name)), NOTHING) for name, codes in order] for one in portion]
        vectors.append(np.array(chosen, dtype=np.int8).reshape(len(portion), len(order)))
        read += len(portion)
        on_progress(read, 0)
    if not read:
        nothing = Column(np.zeros(0, dtype=np.int64), ())
        return InterviewColumns(nothing, nothing, (), np.zeros((0, len(order)), dtype=np.int8))
    columns = tuple(np.concatenate([portion[k] for portion in values]) for k in range(len(measured)))
    return InterviewColumns(who.column(people), where.column(places), columns, np.concatenate(vectors))


class _Names:
    """Numbers of names in the order in which they come; a column has them in alphabetic order."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def numbers(self, names: Sequence[str]) -> NDArray[np.int32]:
        return np.array([self._known.setdefault(name, len(self._known)) for name in names], dtype=np.int32)

    def column(self, portions: Sequence[NDArray[np.int32]]) -> Column:
        labels = sorted(self._known)
        place = np.empty(len(labels), dtype=np.int32)
        place[[self._known[name] for name in labels]] = np.arange(len(labels))
        return Column(place[np.concatenate(portions)], tuple(labels))
