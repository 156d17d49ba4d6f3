"""What findings are called and how their evidence reads, in the language of the page."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext

from survey.actions.results.list_findings import ShownFinding
from survey.actions.results.planned_values import MeasuredIndicator
from survey.response.integrity import FindingKind
from survey.response.review import ReviewDecision
from survey.response.suspicion import Sign
from survey.web.i18n import gettext, in_page_language
from survey.web.numbers import as_figure, as_share
from survey.web.voice_words import SIGNS

DECISIONS = {
    ReviewDecision.OPEN: lazy_gettext("待决定"),
    ReviewDecision.APPROVED: lazy_gettext("保留"),
    ReviewDecision.HELD: lazy_gettext("待查"),
    ReviewDecision.REJECTED: lazy_gettext("剔除"),
}
KINDS = {
    FindingKind.ALIKE: lazy_gettext("与别的答卷过于一致"),
    FindingKind.CLUSTER: lazy_gettext("成团的相似答卷"),
    FindingKind.DEVICE: lazy_gettext("疑似同一人重复作答"),
    FindingKind.FAST: lazy_gettext("用时太短"),
    FindingKind.ONE_CODE: lazy_gettext("此处同一选项到底偏多"),
    FindingKind.BURST: lazy_gettext("此处一小时内来得过多"),
    FindingKind.INTERVIEWER: lazy_gettext("访问员的结果与众不同"),
    FindingKind.WATCHED: lazy_gettext("有工作人员在场"),
}
MEANINGS = {
    FindingKind.ALIKE: lazy_gettext("看两份答卷相同之处有多少见：都选多数人选的不算什么，都选少数人选的才说明问题。"),
    FindingKind.CLUSTER: lazy_gettext("互相过于一致的答卷连成一团，比打乱重排后出现过的都大。"),
    FindingKind.DEVICE: lazy_gettext("浏览器编号、网络摘要等信号，不含个人信息。"),
    FindingKind.FAST: lazy_gettext("比读完题目所需的时间还短，或比同一种方式的绝大多数人快得多。"),
    FindingKind.ONE_CODE: lazy_gettext("一个人从头选到尾可以是真实想法；同一处这样的答卷明显多于别处才列出。"),
    FindingKind.BURST: lazy_gettext("与这张海报自己的历史和一天里的节奏比较，不与别的海报比多少。"),
    FindingKind.INTERVIEWER: lazy_gettext("只与同一街道的其他访问员比较，已按人数和指标数校正。"),
    FindingKind.WATCHED: lazy_gettext("不是对答卷的怀疑，只用来比较有没有人在场时结果是否不同。"),
}
Evidence = Mapping[str, Any]
Indicators = Mapping[str, MeasuredIndicator]


def told(finding: ShownFinding, indicators: Indicators) -> list[str]:
    """The evidence of one finding as sentences."""
    return _TOLD[finding.kind](finding.evidence, indicators)


def _chance(p: float) -> str:
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.4f}"


def _alike(e: Evidence, _: Indicators) -> list[str]:
    more = e["others"] - 1
    return [
        gettext("与最像的一份相比，%(of)s 道量表题里有 %(same)s 道相同。", of=e["of"], same=e["same"]),
        *([gettext("另有 %(more)s 份也过于一致。", more=more)] if more > 0 else []),
        gettext(
            "一致的分量 %(weight)s，界限 %(limit)s；诚实作答时遇到这样像的另一份，可能性 %(p)s。",
            weight=f"{e['weight']:.1f}",
            limit=f"{e['limit']:.1f}",
            p=_chance(e["p"]),
        ),
    ]


def _cluster(e: Evidence, _: Indicators) -> list[str]:
    return [
        gettext(
            "这一团有 %(size)s 份，来自 %(places)s 处；随机重排时最大的团平均 %(usual)s 份（%(p)s）。",
            size=e["size"],
            places=e["places"],
            usual=e["usual"],
            p=_chance(e["p"]),
        )
    ]


def _device(e: Evidence, _: Indicators) -> list[str]:
    signs = "；".join(str(SIGNS[Sign(sign)]) for sign in e["signs"])
    return [gettext("%(signs)s。综合得分 %(score)s（0.5 起列出）。", signs=signs, score=f"{e['score']:.2f}")]


def _fast(e: Evidence, _: Indicators) -> list[str]:
    return [
        gettext(
            "用时 %(seconds)s 秒，界限 %(limit)s 秒；同一种方式一半的人超过 %(median)s 秒。",
            seconds=e["seconds"],
            limit=e["limit"],
            median=e["median"],
        )
    ]


def _one_code(e: Evidence, _: Indicators) -> list[str]:
    return [
        gettext(
            "%(place)s 有 %(observed)s 份同一选项到底，按别处的比例只该有约 %(expected)s 份（%(p)s）。",
            place=e["place"],
            observed=e["observed"],
            expected=e["expected"],
            p=_chance(e["p"]),
        )
    ]


def _burst(e: Evidence, _: Indicators) -> list[str]:
    return [
        gettext(
            "海报 %(place)s 在 %(hour)s 起的一小时里收到 %(observed)s 份，按它的历史约 %(expected)s 份（%(p)s）。",
            place=e["place"],
            hour=e["hour"],
            observed=e["observed"],
            expected=e["expected"],
            p=_chance(e["p"]),
        )
    ]


def _interviewer(e: Evidence, indicators: Indicators) -> list[str]:
    return [
        gettext(
            "%(label)s：这位访问员 %(own)s，同街道其他人 %(others)s（%(n)s 份，%(p)s）。",
            label=in_page_language(indicators[one["indicator"]].label),
            own=as_figure(one["own"], indicators[one["indicator"]].is_score),
            others=as_figure(one["others"], indicators[one["indicator"]].is_score),
            n=one["n"],
            p=_chance(one["p"]),
        )
        for one in e["indicators"]
        if one["indicator"] in indicators
    ]


def _watched(e: Evidence, _: Indicators) -> list[str]:
    return [gettext("访问时有社区、街道或其他单位的工作人员在场。")]


_TOLD: Mapping[FindingKind, Callable[[Evidence, Indicators], list[str]]] = {
    FindingKind.ALIKE: _alike,
    FindingKind.CLUSTER: _cluster,
    FindingKind.DEVICE: _device,
    FindingKind.FAST: _fast,
    FindingKind.ONE_CODE: _one_code,
    FindingKind.BURST: _burst,
    FindingKind.INTERVIEWER: _interviewer,
    FindingKind.WATCHED: _watched,
}


def _limit_in_words(limit: float) -> str:
    """Nought: among redrawn surveys so few answers have a like one at all that any is listed."""
    return str(limit) if limit else gettext("不设（偶然几乎不会有两份八成以上相同，有就列出）")


def rule_in_words(kind: FindingKind, limits: Evidence) -> str:
    """The limits that a check really used, in short; or that the rule could not be used."""
    if "not_used" in limits:
        return gettext("答卷太少或缺少所需的题目，这一条没有用。")
    if kind is FindingKind.ALIKE:
        return gettext(
            "%(items)s 道量表题；界限 %(limit)s，同一处之内 %(inside)s；"
            "照抄的答卷里能看出来的约 %(able)s（同一处之内 %(able_inside)s）。",
            items=limits["items"],
            limit=_limit_in_words(limits["limit"]),
            inside=_limit_in_words(limits["limit_in_place"]),
            able=as_share(limits["detectable"]),
            able_inside=as_share(limits["detectable_in_place"]),
        )
    return ""
