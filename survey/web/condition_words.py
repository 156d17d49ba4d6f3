"""A condition in a plain sentence, for the page that shows all items at once: "only if you chose … in question 12"."""

from collections.abc import Mapping

from survey.instrument.condition import Tree
from survey.instrument.item import Item
from survey.web.i18n import gettext, in_page_language

Numbered = Mapping[str, tuple[int, Item]]


def words_of_condition(tree: Tree, earlier: Numbered) -> str:
    """The sentence; a general one for a condition that has no simple wording.

    `earlier`: the items before this one by name, with the number under which the page shows them.
    """
    parts = [_words(branch, earlier) for branch in _conjuncts(tree)]
    if not all(parts):
        return gettext("这一题不是人人都要答，与您无关就跳过。")
    return gettext("只有%(condition)s，才需要回答这一题。", condition=gettext("，并且").join(parts))


def _conjuncts(tree: Tree) -> list[Tree]:
    if tree[0] != "and":
        return [tree]
    return [part for branch in tree[1:] if isinstance(branch, tuple) for part in _conjuncts(branch)]


def _words(tree: Tree, earlier: Numbered) -> str:
    """Words for one comparison of an item with a code; empty for anything else."""
    match tree:
        case ("=" | "selected", ("item", str(name)), ("text", str(code))) if code:
            return _chosen(name, code, earlier)
        case ("!=", ("item", str(name)), ("text", str(code))) if code:
            return _not_chosen(name, code, earlier)
        case ("not", ("selected" | "=", ("item", str(name)), ("text", str(code)))) if code:
            return _not_chosen(name, code, earlier)
        case (">", ("count-selected", ("item", str(name))), ("number", 0)) | (
            "!=",
            ("item", str(name)),
            ("text", ""),
        ):
            return _anything(name, earlier)
    return ""


def _chosen(name: str, code: str, earlier: Numbered) -> str:
    label = _label(name, code, earlier)
    return gettext("第 %(n)s 题选了“%(choice)s”", n=earlier[name][0], choice=label) if label else ""


def _not_chosen(name: str, code: str, earlier: Numbered) -> str:
    label = _label(name, code, earlier)
    return gettext("第 %(n)s 题没有选“%(choice)s”", n=earlier[name][0], choice=label) if label else ""


def _anything(name: str, earlier: Numbered) -> str:
    return gettext("第 %(n)s 题选了一项以上", n=earlier[name][0]) if name in earlier else ""


def _label(name: str, code: str, earlier: Numbered) -> str:
    if name not in earlier:
        return ""
    return next((in_page_language(c.label) for c in earlier[name][1].choices if c.code == code), "")
