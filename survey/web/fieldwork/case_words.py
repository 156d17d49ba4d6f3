"""What the pages of the fieldwork call phases, states, actions, and why something cannot be done."""

import re

from flask_babel import lazy_gettext

from survey.fieldwork.case import AssignmentAction, CaseState, FieldworkError, Phase
from survey.fieldwork.visit import VisitOutcome
from survey.web.i18n import gettext

STATES = {
    CaseState.OPEN: lazy_gettext("进行中"),
    CaseState.HELD: lazy_gettext("暂停"),
    CaseState.CLOSED: lazy_gettext("不再上门"),
    CaseState.RESERVE: lazy_gettext("备用"),
}
PHASES = {
    Phase.MAIN: lazy_gettext("原样本"),
    Phase.REPLACEMENT: lazy_gettext("替补"),
    Phase.RECONTACT: lazy_gettext("回访"),
}
ACTIONS = {
    AssignmentAction.ASSIGN: lazy_gettext("分配"),
    AssignmentAction.HOLD: lazy_gettext("暂停"),
    AssignmentAction.RESUME: lazy_gettext("恢复"),
    AssignmentAction.CLOSE: lazy_gettext("不再上门"),
    AssignmentAction.RELEASE: lazy_gettext("释放替补"),
    AssignmentAction.OVERRIDE: lazy_gettext("改定结果"),
}
KEPT_REASONS = {
    VisitOutcome.CONFLICT: lazy_gettext("同一编号有两种内容"),
    VisitOutcome.NOT_ASSIGNED: lazy_gettext("住户已不归这位访问员"),
    VisitOutcome.NOT_OPEN: lazy_gettext("住户已暂停或不再上门"),
    VisitOutcome.UNKNOWN_CASE: lazy_gettext("没有这一户"),
}


def refusal_in_words(error: FieldworkError) -> str:
    """Why it cannot be done, in the language of the page; a sentence that is not known stands as it is."""
    written = str(error)
    for pattern, words in (
        (r"reason: expected", gettext("请写明原因。")),
        (r"interviewers: expected", gettext("请至少选一位访问员。")),
        (r"interviewer: expected", gettext("这位访问员不在这个地区工作。")),
        (r"expected one visited without an interview", gettext("只有上过门、没有访问成的住户才能用替补。")),
        (r"expected one not replaced yet", gettext("这一户已经有替补了。")),
        (r"expected a replacement left", gettext("这个单元的替补已经用完。")),
        (
            r"expected an open case|expected an open or held|cannot (?!be taken)",
            gettext("住户现在的状态不允许这样做。"),
        ),
        (r"waits for a decision", gettext("这条记录已经处理过了。")),
        (r"cannot be taken", gettext("这条记录不能算作一次走访。")),
        (r"found one elsewhere|area: expected", gettext("这一户不在您的地区。")),
    ):
        if re.search(pattern, written):
            return words
    return written
