"""A quota cell of a wave: how many answers of one kind are wanted. Step 2; counted with every answer in step 4.

An answer that comes when its cell is full is kept and marked; nobody is turned away.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from survey.instrument.condition import Condition, Tree
from survey.instrument.evaluate import evaluate
from survey.instrument.text import Text


class OverQuota(StrEnum):
    """What a wave does with answers that came when their cell was full, fixed in its file before it opens."""

    COUNT = "count"  # marked, and part of the estimates
    LEAVE_OUT = "leave_out"  # marked and kept, and left out of the estimates


@dataclass(frozen=True)
class Quota:
    """One cell. An answer belongs to it when everything holds that the cell names; left out, it is not looked at.

    `sources`: words of `Source`; `areas`: codes, those below written out; `relevant`: a condition on the answers.
    """

    name: str
    label: Text
    limit: int
    sources: tuple[str, ...] = ()
    areas: frozenset[str] = frozenset()
    relevant: Condition | None = None

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise ValueError(f"quota {self.name}: expected a limit from 1, found {self.limit}")

    def holds_for(self, source: str, area: str | None, answers: Mapping[str, str]) -> bool:
        """Whether an answer belongs to the cell. `answers`: item name to text as conditions see it.

        >>> Quota("women", Text("女"), 50, sources=("qr",)).holds_for("prob", "990101001001", {})
        False
        """
        if self.sources and source not in self.sources:
            return False
        if self.areas and area not in self.areas:
            return False
        return self.relevant is None or evaluate(self.relevant.tree, answers)

    def to_text(self) -> str:
        """JSON, as it is stored."""
        condition = self.relevant and {"source": self.relevant.source, "tree": self.relevant.tree}
        kept = {
            "label": self.label.to_mapping(),
            "sources": self.sources,
            "areas": sorted(self.areas),
            "relevant": condition,
        }
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def from_text(cls, name: str, limit: int, text: str) -> "Quota":
        """What `to_text` wrote, with the columns that stand beside it."""
        kept: dict[str, Any] = json.loads(text)
        condition = kept["relevant"]
        return cls(
            name,
            Text.from_mapping(kept["label"]),
            limit,
            tuple(kept["sources"]),
            frozenset(kept["areas"]),
            Condition(condition["source"], _tuples(condition["tree"])) if condition else None,
        )


@dataclass(frozen=True)
class FilledQuota:
    """A cell with how many answers count in it, and how many came when it was full."""

    quota: Quota
    accepted: int
    over: int

    @property
    def full(self) -> bool:
        return self.accepted >= self.quota.limit


def _tuples(tree: list[Any]) -> Tree:
    return tuple(_tuples(branch) if isinstance(branch, list) else branch for branch in tree)
