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

_TOO_MANY_PSUS = lazy_gettext("层“%(name)s”只有 %(most)s 个初级单元，抽不出 %(n)s 个。")


def draw_refusal_in_words(error: ValueError) -> str:
    """Why no sample can be drawn so, in the language of the page, with the stratum and the numbers."""
    written = str(error)
    for pattern, words in (
        (r"stratum (?P<name>.+?): n: expected 1 to (?P<most>\d+) units.*found (?P<n>\d+)", _TOO_MANY_PSUS),
        (r"PSU (?P<name>.+?) stands in two strata", lazy_gettext("初级单元“%(name)s”在抽样框里属于两个层。")),
        (r"no stratum (?P<name>.+?) in the frame", lazy_gettext("抽样框里没有层“%(name)s”。")),
        (
            r"expected at least 1 in every stratum|at least one stratum",
            lazy_gettext("请写明每层抽几个初级单元，至少 1 个。"),
        ),
        (r"dwellings of a PSU|per_psu", lazy_gettext("“每个单元抽几户”要填 1 或更大的整数。")),
        (r"psus_\d+: expected a whole", lazy_gettext("“抽几个初级单元”要填整数。")),
        (r"reserve: expected a whole", lazy_gettext("“替补户数”要填 0 或更大的整数。")),
        (r"seed: expected a whole|seed and reserve", lazy_gettext("“种子”要填 0 或更大的整数，不超过九位。")),
        (r"expected a frame to draw from", lazy_gettext("还没有抽样框，请先上传一份。")),
        (r"one sample", lazy_gettext("本轮已经有样本。一轮只有一个样本。")),
        (r"found a closed one", lazy_gettext("本轮已经结束，不能再抽样。")),
    ):
        found = re.search(pattern, written)
        if found:
            return str(words) % found.groupdict() if found.groupdict() else str(words)
    return written


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
