"""What the pages of a wave in preparation call its steps and keys, and every gap in the language of the page."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from flask_babel import lazy_gettext

from survey.exchange.fault import Fault
from survey.programme.arrangement import Way
from survey.web.fault_words import faults_in_words
from survey.web.i18n import gettext


class Step(StrEnum):
    """The pages of a wave in preparation, in their order; words of the address."""

    BASICS = "basics"
    POPULATION = "population"
    QUESTIONNAIRE = "questionnaire"
    HEADER = "header"
    WAYS = "ways"
    INDICATORS = "indicators"
    MARGINS = "margins"
    QUOTAS = "quotas"
    RECORDING = "recording"
    PROTECTION = "protection"


@dataclass(frozen=True)
class Gap:
    """One thing that is missing or does not fit, and the page where it is mended (None: nowhere here)."""

    step: Step | None
    words: str


TITLES = {
    Step.BASICS: lazy_gettext("名称、日期、组织单位"),
    Step.POPULATION: lazy_gettext("调查对象与地区"),
    Step.QUESTIONNAIRE: lazy_gettext("问卷"),
    Step.HEADER: lazy_gettext("表头（表号到有效期）"),
    Step.WAYS: lazy_gettext("怎样调查"),
    Step.INDICATORS: lazy_gettext("指标与目标"),
    Step.MARGINS: lazy_gettext("人口边际"),
    Step.QUOTAS: lazy_gettext("配额"),
    Step.RECORDING: lazy_gettext("入户时的记录"),
    Step.PROTECTION: lazy_gettext("一人一答"),
}
KEYS: Mapping[Step, tuple[str, ...]] = {
    Step.BASICS: ("name", "dates", "organiser"),
    Step.POPULATION: ("population", "areas"),
    Step.QUESTIONNAIRE: ("questionnaire", "version"),
    Step.HEADER: ("header",),
    Step.WAYS: ("ways",),
    Step.INDICATORS: ("target_profile", "targets", "indicators"),
    Step.MARGINS: ("margins", "margins_source", "margins_date"),
    Step.QUOTAS: ("quotas", "over_quota"),
    Step.RECORDING: ("recording",),
    Step.PROTECTION: ("protection",),
}
OPTIONAL = frozenset({Step.WAYS, Step.MARGINS, Step.QUOTAS, Step.RECORDING, Step.PROTECTION})
WAYS = {
    Way.POSTER: (lazy_gettext("张贴海报"), lazy_gettext("居民自愿扫码；只看动向，不作达标判定。")),
    Way.LETTER: (lazy_gettext("寄送入户信"), lazy_gettext("抽中的住户一户一码。")),
    Way.DOOR: (lazy_gettext("入户访问"), lazy_gettext("访问员带手机到抽中的住户家里。")),
    Way.PHONE: (lazy_gettext("电话访问"), lazy_gettext("给抽中的住户打电话。")),
    Way.PAPER: (lazy_gettext("纸质问卷"), lazy_gettext("抽中的住户填纸质问卷，两人各录一遍。")),
}
_STEP_OF = {key: step for step, keys in KEYS.items() for key in keys}
_LABELS = {
    "name": lazy_gettext("名称"),
    "name.zh-Hans": lazy_gettext("名称"),
    "dates": lazy_gettext("日期"),
    "dates.from": lazy_gettext("开始日期"),
    "dates.until": lazy_gettext("结束日期"),
    "organiser": lazy_gettext("组织单位"),
    "organiser.name": lazy_gettext("组织单位"),
    "organiser.name.zh-Hans": lazy_gettext("组织单位"),
    "organiser.phone": lazy_gettext("核实电话"),
    "population": lazy_gettext("调查对象"),
    "areas": lazy_gettext("地区"),
    "questionnaire": lazy_gettext("问卷"),
    "version": lazy_gettext("问卷版本"),
    "header": lazy_gettext("表头"),
    "header.form_number": lazy_gettext("表号"),
    "header.authority": lazy_gettext("制定机关"),
    "header.approved_by": lazy_gettext("批准机关"),
    "header.approval_number": lazy_gettext("批准文号"),
    "header.valid_until": lazy_gettext("有效期"),
    "ways": lazy_gettext("怎样调查"),
    "indicators": lazy_gettext("指标"),
    "target_profile": lazy_gettext("目标方案"),
    "targets": lazy_gettext("本轮的目标"),
    "margins": lazy_gettext("人口边际"),
    "margins_source": lazy_gettext("人口数的来源"),
    "margins_date": lazy_gettext("人口数的日期"),
    "quotas": lazy_gettext("配额"),
    "over_quota": lazy_gettext("超出配额的答卷"),
    "recording": lazy_gettext("入户时的记录"),
    "recording.position_metres": lazy_gettext("位置取整到多少米"),
    "recording.keep_days": lazy_gettext("保存天数"),
    "protection": lazy_gettext("一人一答"),
    "protection.many_per_address": lazy_gettext("同一网络一天的份数"),
    "protection.keep_days": lazy_gettext("保存天数"),
    "analysis": lazy_gettext("分析设置"),
}


def label_of(key: str) -> str:
    """What a key of the wave file is called: the longest beginning of it that has a name.

    Places in lists are counted from 1, as people do.
    """
    place = re.search(r"\[(\d+)\]", key)
    plain = re.sub(r"\[\d+\]", "", key)
    while plain and plain not in _LABELS:
        plain = plain.rpartition(".")[0]
    words = str(_LABELS[plain]) if plain else key
    return f"{words} {int(place[1]) + 1}" if place else words


def faults_as_gaps(faults: Iterable[Fault]) -> list[Gap]:
    """Faults of the plan, each once."""
    found = [Gap(_STEP_OF.get(_first(fault)), _in_words(fault)) for fault in faults]
    return list(dict.fromkeys(found))


def sentences_as_gaps(sentences: Iterable[str]) -> list[Gap]:
    """What opening would refuse."""
    return [_gap(sentence) for sentence in sentences]


def _first(fault: Fault) -> str:
    return re.split(r"[.\[]", fault.where, maxsplit=1)[0]


def _in_words(fault: Fault) -> str:
    label = label_of(fault.where)
    if fault.found == "nothing":
        return gettext("%(label)s：还没有填。", label=label)
    return faults_in_words([replace(fault, where=label)])[0]


def _gap(sentence: str) -> Gap:
    for step, pattern, words in _openings():
        found = re.fullmatch(pattern, sentence)
        if found is not None:
            return Gap(step, found.expand(words))
    return Gap(None, sentence)


def _openings() -> tuple[tuple[Step | None, str, str], ...]:
    """The sentences of survey/programme/opening.py, and what the pages say instead."""
    return (
        (
            Step.HEADER,
            r"valid_until \(有效期\): expected (\S+) or later, found (\S+), expired",
            gettext("有效期 %(found)s 已过，应为 %(day)s 或以后。", found=r"\2", day=r"\1"),
        ),
        (
            Step.BASICS,
            r"dates: expected an end on (\S+) or later, found (\S+)",
            gettext("结束日期 %(found)s 已过，应为 %(day)s 或以后。", found=r"\2", day=r"\1"),
        ),
        (
            Step.BASICS,
            r"dates: expected an end while the approval is valid \(until (\S+)\), found (\S+)",
            gettext("结束日期 %(found)s 晚于有效期 %(day)s。", found=r"\2", day=r"\1"),
        ),
        (
            Step.QUESTIONNAIRE,
            r"questionnaire: expected an item that stops those below .*",
            gettext("学生问卷里要有一道题，让没有监护人同意的未满 14 岁的人停止作答。"),
        ),
        (
            Step.INDICATORS,
            r"indicator (\S+): its part (\S+) is not an indicator of this wave",
            gettext("指标 %(id)s 的组成部分 %(part)s 不在本轮的指标里。", id=r"\1", part=r"\2"),
        ),
        (
            Step.INDICATORS,
            r"indicator (\S+): (\S+) has no item (\S+)",
            gettext("指标 %(id)s 要用的题 %(item)s 不在问卷 %(name)s 里。", id=r"\1", name=r"\2", item=r"\3"),
        ),
        (
            Step.MARGINS,
            r"margins of (\S+): expected (\d+) cells \(sex × age band\), found (\d+)",
            gettext(
                "街道 %(area)s 有抽样的住户，要有 %(n)s 格人口数（性别×年龄段），现有 %(found)s 格。",
                area=r"\1",
                n=r"\2",
                found=r"\3",
            ),
        ),
    )
