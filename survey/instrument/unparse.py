"""Step 1: an operator tree back to XLSForm text, for conditions that are renamed, joined or negated by a program."""

from collections.abc import Mapping

from survey.instrument.condition import Tree

Codes = Mapping[str, Mapping[str, str]]


def condition_text(tree: Tree) -> str:
    """The tree as an author would write it; parsing it gives the tree again.

    >>> condition_text(("or", ("=", ("item", "a1"), ("text", "3")), ("not", ("selected", ("self",), ("text", "2")))))
    "${a1} = '3' or not(selected(., '2'))"
    """
    operator, *branches = tree
    if operator in ("and", "or"):
        return f" {operator} ".join(_operand(branch) for branch in branches if isinstance(branch, tuple))
    if operator == "not":
        return f"not({condition_text(_tree(branches[0]))})"
    left, right = (_value(_tree(branch)) for branch in branches)
    return f"selected({left}, {right})" if operator == "selected" else f"{left} {operator} {right}"


def of_item(tree: Tree, name: str) -> Tree:
    """The tree with the dot (an item's own answer) written as that item: for a condition that stands elsewhere."""
    if tree[0] == "self":
        return ("item", name)
    return tuple(of_item(branch, name) if isinstance(branch, tuple) else branch for branch in tree)


def of_itself(tree: Tree, name: str) -> Tree:
    """The other way round: the item written as the dot, for a condition that stands at the item."""
    if tree == ("item", name):
        return ("self",)
    return tuple(of_itself(branch, name) if isinstance(branch, tuple) else branch for branch in tree)


def recoded(tree: Tree, codes: Codes, current: str = "") -> Tree:
    """The tree with the codes of some items replaced (item to old code to new code); `current` is what `.` means."""
    operator, *branches = tree
    trees = [branch for branch in branches if isinstance(branch, tuple)]
    if operator in ("and", "or", "not"):
        return (operator, *(recoded(branch, codes, current) for branch in trees))
    names = [str(branch[1]) if branch[0] == "item" else current for branch in trees if branch[0] in ("item", "self")]
    new = next((codes[name] for name in names if name in codes), {})
    return (operator, *(_recoded_value(branch, new) for branch in trees))


def _recoded_value(value: Tree, new: Mapping[str, str]) -> Tree:
    written = str(value[1]) if value[0] in ("text", "number") else ""
    return ("text", new[written]) if written in new else value


def _operand(tree: Tree) -> str:
    text = condition_text(tree)
    return f"({text})" if tree[0] in ("and", "or") else text


def _value(tree: Tree) -> str:
    kind = tree[0]
    if kind == "self":
        return "."
    if kind == "count-selected":
        return f"count-selected({_value(_tree(tree[1]))})"
    written = str(tree[1])
    if kind == "item":
        return f"${{{written}}}"
    if kind == "number":
        return written
    return f'"{written}"' if "'" in written else f"'{written}'"


def _tree(branch: object) -> Tree:
    if not isinstance(branch, tuple):
        raise TypeError(f"expected a branch of an operator tree, found {branch!r}")
    return branch
