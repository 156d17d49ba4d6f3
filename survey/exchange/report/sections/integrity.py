"""The part of a report on what was checked, what was found, what people decided and why. Step 8."""

from collections.abc import Iterator

from survey.programme.report import Heading, Paragraph, Part
from survey.response.integrity import FindingKind, IntegritySummary
from survey.response.review import ReviewDecision

_FINDINGS = {
    FindingKind.ALIKE: "与别的答卷过于一致",
    FindingKind.CLUSTER: "成团的相似答卷",
    FindingKind.DEVICE: "疑似同一人重复作答",
    FindingKind.FAST: "用时太短",
    FindingKind.ONE_CODE: "一处同一选项到底偏多",
    FindingKind.BURST: "一处一小时内来得过多",
    FindingKind.INTERVIEWER: "访问员的结果与众不同",
    FindingKind.WATCHED: "有工作人员在场",
}


def integrity(summary: IntegritySummary) -> Iterator[Part]:
    """What was checked, what was found, what people decided and why."""
    check = summary.check
    if check is None:
        return
    yield Heading(2, "数据核查")
    found = "；".join(
        f"{_FINDINGS[kind]} {summary.counts[kind]} 份" for kind in FindingKind if summary.counts.get(kind)
    )
    yield Paragraph(
        f"全部 {check.answers} 份答卷按核查规则第 {check.version} 版查过：{found or '没有发现疑点'}。"
        "疑点只是核对的理由；一份答卷可以有几种。没有决定剔除的，仍计入结果。"
    )
    rejected, kept = summary.number(ReviewDecision.REJECTED), summary.number(ReviewDecision.APPROVED)
    reasons = "".join(f"；{n} 份因“{reason}”" for reason, n in summary.reasons.items())
    again = sum(one.second_look for one in summary.decided)
    yield Paragraph(
        f"人工决定：剔除 {rejected} 份{reasons}；保留 {kept} 份；待查 {summary.number(ReviewDecision.HELD)} 份。"
        f"其中 {again} 份由第二人复看并同意。剔除的答卷照原样保存，每次决定都有记录。"
    )
