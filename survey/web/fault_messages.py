"""What is wrong with an answer, in words for the person who gave it: what to do, never what they did wrong."""

from survey.instrument.answers import AnswerFault, AnswerFaultKey
from survey.instrument.item import Item
from survey.web.i18n import gettext, in_page_language


def message(fault: AnswerFault, item: Item | None) -> str:
    """One sentence, the same beside the field and in the summary."""
    given = fault.parameters
    if fault.key is AnswerFaultKey.CONSTRAINT and item is not None and item.constraint_message is not None:
        return in_page_language(item.constraint_message)
    match fault.key:
        case AnswerFaultKey.UNKNOWN_CODE:
            return gettext("这一题没有“%(code)s”这个选项，请重新选择。", code=given["code"])
        case AnswerFaultKey.UNKNOWN_AREA:
            return gettext("请从列表中选择社区（村）。")
        case AnswerFaultKey.MORE_THAN_ONE:
            return gettext("这一题只能选一项。")
        case AnswerFaultKey.TOO_MANY_CHOICES:
            return gettext("最多选 %(maximum)s 项，您选了 %(found)s 项。", **given)
        case AnswerFaultKey.EXCLUSIVE_CHOICE:
            label = in_page_language(item.choice(str(given["code"])).label) if item else given["code"]
            return gettext("“%(choice)s”不能和其他选项同时选。", choice=label)
        case AnswerFaultKey.TEXT_TOO_LONG:
            return gettext("最多写 %(maximum)s 个字，现在是 %(found)s 个字。", **given)
        case AnswerFaultKey.NOT_AN_INTEGER:
            return gettext("请填一个整数，例如 3。")
        case AnswerFaultKey.REQUIRED:
            return gettext("请先回答这一题。")
        case AnswerFaultKey.UNKNOWN_ITEM:
            return gettext("问卷里没有“%(item)s”这一题。", item=fault.item[:40])
        case AnswerFaultKey.CONSTRAINT:
            return gettext("这个答案不在允许的范围内，请检查。")
