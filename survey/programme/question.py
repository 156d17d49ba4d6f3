"""A further question to a finished analysis: another cut of the same answers, with the same weights. Step 6."""

from dataclasses import dataclass
from enum import StrEnum


class QuestionKind(StrEnum):
    GROUPS = "groups"  # every indicator by sex, age, mode and what the catalogue reports by
    CROSSED = "crossed"  # every indicator by two columns at once, as street and sex
    CROSSTAB = "crosstab"  # one item by another column
    RANKS = "ranks"  # ranks with confidence sets, and model-based estimates of communities
    RULES = "rules"  # the same answers counted by other rules
    MODES = "modes"  # every indicator by mode, with tests
    TREND = "trend"  # every indicator over this wave and those before it
    TEXTS = "texts"  # the categories of an open question


@dataclass(frozen=True)
class Question:
    """`row` and `column` name columns of the answers and are set for crossed groups, a cross-table, the texts of `row`.

    Of texts `column` tells the state of their coding, so that another coding is another question.
    """

    kind: QuestionKind
    row: str = ""
    column: str = ""

    def __post_init__(self) -> None:
        named = self.kind in {QuestionKind.CROSSED, QuestionKind.CROSSTAB, QuestionKind.TEXTS}
        if named != bool(self.row and self.column) or ":" in self.row + self.column:
            raise ValueError(f"question {self.kind}: expected row and column where two are crossed, and only there")
        if self.row and self.row == self.column:
            raise ValueError(f"question {self.kind}: expected two different columns")

    @property
    def key(self) -> str:
        """What the question is stored under.

        >>> Question(QuestionKind.CROSSTAB, "a4", "f2").key
        'crosstab:a4:f2'
        """
        return ":".join(part for part in (self.kind.value, self.row, self.column) if part)

    @classmethod
    def from_key(cls, key: str) -> "Question":
        """What `key` was made from. Raises `ValueError`."""
        kind, *columns = key.split(":")
        row, column = columns if len(columns) == 2 else ("", "")
        return cls(QuestionKind(kind), row, column)


@dataclass(frozen=True)
class Asked:
    """A question of a run: running, done or failed. `message` says why it failed."""

    question: Question
    status: str
    message: str = ""
