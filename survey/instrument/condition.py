"""Step 1: a condition (`relevant`, `constraint`) as a noun: its XLSForm text and the operator tree parsed from it once.

A tree is nested tuples, nested arrays in JSON: `["and", t, t …]`, `["or", t, t …]`, `["not", t]`, `["=", v, v]` (also
`!= < <= > >=`), `["selected", v, v]`. Values: `["item", name]`, `["self"]`, `["text", s]`, `["number", n]`,
`["count-selected", v]`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Tree: TypeAlias = "tuple[str | int | float | Tree, ...]"


@dataclass(frozen=True)
class Condition:
    """An expression as the author wrote it (`source`) and as both interpreters read it (`tree`)."""

    source: str
    tree: Tree

    def item_names(self) -> frozenset[str]:
        """The names of all items and context values that the condition looks at."""
        return frozenset(_names(self.tree))


def _names(tree: Tree) -> Iterator[str]:
    if tree[0] == "item":
        yield str(tree[1])
    for branch in tree[1:]:
        if isinstance(branch, tuple):
            yield from _names(branch)
