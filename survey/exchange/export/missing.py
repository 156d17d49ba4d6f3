"""The five kinds of missing in exported files: two codes of their own, three that are choices of the item."""

from survey.instrument.answers import MissingKind
from survey.instrument.evaluate import evaluate
from survey.instrument.item import Item, ItemType
from survey.instrument.text import Text

NOT_ASKED = -1
NOT_ANSWERED = -2
# An integer answer has at most nine digits: these cannot be one. Used where an item's own numbers may be -1 or -2.
NOT_ASKED_FAR = -1_000_000_001
NOT_ANSWERED_FAR = -1_000_000_002

MISSING_LABELS = {
    MissingKind.NOT_ASKED: Text("未问到", "not asked", "未問到"),
    MissingKind.NOT_ANSWERED: Text("未作答", "not answered", "未作答"),
    MissingKind.DONT_KNOW: Text("不了解", "don't know", "不了解"),
    MissingKind.REFUSED: Text("拒答", "refused", "拒答"),
    MissingKind.NOT_APPLICABLE: Text("不适用", "not applicable", "不適用"),
}


def missing_codes(item: Item) -> tuple[int, int]:
    """What stands for not asked and not answered: -1 and -2, unless the item takes these numbers as answers."""
    if item.type is not ItemType.INTEGER:
        return NOT_ASKED, NOT_ANSWERED
    tree = item.constraint.tree if item.constraint else None
    for number in (str(NOT_ASKED), str(NOT_ANSWERED)):
        if tree is None or evaluate(tree, {item.name: number}, number):
            return NOT_ASKED_FAR, NOT_ANSWERED_FAR
    return NOT_ASKED, NOT_ANSWERED
