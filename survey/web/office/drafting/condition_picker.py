"""When an item is shown, chosen from lists: rows of "chosen / not chosen" and an answer of an earlier item.

What the rows cannot say stands as text, in the language of questionnaires/README.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey.instrument.condition import Tree

ROWS = 3
CHOSEN, NOT_CHOSEN = "is", "not"
ALL, ANY = "all", "any"


@dataclass(frozen=True)
class Picked:
    """`rows`: pairs of how (is, not) and what (`q1=3`); `text` is filled where rows cannot say it."""

    join: str = ALL
    rows: Sequence[tuple[str, str]] = ()
    text: str = ""

    def row(self, number: int) -> tuple[str, str]:
        return self.rows[number] if number < len(self.rows) else (CHOSEN, "")


def picked_from(condition: str) -> Picked:
    """A written condition as rows, where each part of it is one answer chosen or not chosen."""
    from survey.instrument.parse import ConditionSyntaxError, parse_condition  # the grammar loads only here

    if not condition:
        return Picked()
    try:
        tree = parse_condition(condition).tree
    except ConditionSyntaxError:
        return Picked(text=condition)
    parts = [part for part in tree[1:] if isinstance(part, tuple)] if tree[0] in ("and", "or") else [tree]
    rows = [row for row in map(_row, parts) if row]
    if len(rows) != len(parts) or len(rows) > ROWS:
        return Picked(text=condition)
    return Picked(ANY if tree[0] == "or" else ALL, rows)


def condition_of(picked: Picked, types: Mapping[str, str]) -> str:
    """The condition as text. `types`: item name to its type, which decides how an answer is compared."""
    if picked.text:
        return picked.text
    parts = [_written(how, what, types) for how, what in picked.rows if what]
    return (" or " if picked.join == ANY else " and ").join(parts)


def _row(tree: Tree) -> tuple[str, str] | None:
    match tree:
        case ("=" | "selected", ("item", str(name)), ("text", str(code))) if code:
            return CHOSEN, f"{name}={code}"
        case ("!=", ("item", str(name)), ("text", str(code))) if code:
            return NOT_CHOSEN, f"{name}={code}"
        case ("not", ("selected" | "=", ("item", str(name)), ("text", str(code)))) if code:
            return NOT_CHOSEN, f"{name}={code}"
    return None


def _written(how: str, what: str, types: Mapping[str, str]) -> str:
    name, _, code = what.partition("=")
    if types.get(name, "").startswith("select_multiple"):
        chosen = f"selected(${{{name}}}, '{code}')"
        return chosen if how == CHOSEN else f"not({chosen})"
    return f"${{{name}}} {'=' if how == CHOSEN else '!='} '{code}'"
