"""Going through the answers with findings one after another, in the order and with the filters of the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey.actions.results.list_findings import FoundAnswer
from survey.response.review import ReviewDecision

KEPT = ("kind", "source", "q", "sort")  # of the address; not the decision, which changes on the way


@dataclass(frozen=True)
class Walk:
    """Where an answer stands among those of the list. `number` from 1, 0 for one that is not among them.

    `undecided` is the next one about which nobody has decided, "" when there is none; `left` and `held` count.
    """

    number: int
    of: int
    previous: str
    following: str
    undecided: str
    left: int
    held: int


def kept(arguments: Mapping[str, str]) -> dict[str, Any]:
    """What of the address goes along from answer to answer."""
    return {name: arguments[name] for name in KEPT if arguments.get(name)}


def walk_from(rows: Sequence[FoundAnswer], response: str) -> Walk:
    """The walk through `rows` at this answer; behind the last one the search for undecided ones begins again."""
    ids = [one.response for one in rows]
    here = ids.index(response) if response in ids else -1
    ahead = [*rows[here + 1 :], *rows[: max(here, 0)]]
    return Walk(
        number=here + 1,
        of=len(rows),
        previous=ids[here - 1] if here > 0 else "",
        following=ids[here + 1] if here + 1 < len(ids) else "",
        undecided=next((one.response for one in ahead if one.decision is ReviewDecision.OPEN), ""),
        left=sum(one.decision is ReviewDecision.OPEN for one in rows),
        held=sum(one.decision is ReviewDecision.HELD for one in rows),
    )
