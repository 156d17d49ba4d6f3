"""The special report (专报) of a wave: what was kept of its analysis becomes one report noun. Step 8.

Figures that may not be published are not in it; every rate has its rule in words. The text is simplified Chinese.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from survey.exchange.export.csv_file import shown_time
from survey.exchange.report.explain_finding import explain_finding
from survey.exchange.report.report_tables import LANGUAGE, SOURCES
from survey.instrument.item import Item
from survey.instrument.questionnaire import Questionnaire
from survey.programme.area import Area, AreaLevel, AreaTree
from survey.programme.figure import Decision, Figure, read_figure, read_self_selected_figure
from survey.programme.indicator import Unit as Measured
from survey.programme.release import Fieldwork
from survey.programme.report import Bar, Heading, IntervalChart, PageBreak, Paragraph, Part, Report, Table
from survey.programme.two_samples import Beside, read_two_samples
from survey.programme.unit import Unit, UnitRole
from survey.programme.wave import Wave, WaveStatus
from survey.programme.wave_indicator import WaveIndicator, dump_wave_indicator
from survey.programme.written_figure import written_figure
from survey.response.integrity import NOT_CHECKED, FindingKind, IntegritySummary
from survey.response.response import Mode, Source
from survey.response.review import ReviewDecision

MOST_WORSE_AREAS = 5
_ROLES = {UnitRole.LEAD: "牵头", UnitRole.COOPERATING: "配合"}
# Signs that every Chinese face has.
_SIGNS = {Decision.MET: "√", Decision.NOT_MET: "×", Decision.UNDETERMINED: "？", Decision.NONE: "—"}
_WORDS = {
    Decision.MET: "√ 达标",
    Decision.NOT_MET: "× 未达标",
    Decision.UNDETERMINED: "？ 尚不能判断",
    Decision.NONE: "—",
}
_MODES = {Mode.SELF: "自己填写", Mode.INTERVIEWER: "入户访问", Mode.PHONE: "电话", Mode.PAPER: "纸质问卷"}
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
WIDTHS = (2.9, 1.15, 2.3, 1.5, 1.9, 0.9)
BESIDE_HEAD = ("指标", "抽样", "扫码，未加权", "扫码，加权", "差", "两个样本", "合并估计")
BESIDE_WIDTHS = (2.6, 1.1, 1.3, 1.2, 1.6, 1.4, 1.8)
HEAD = ("指标", "结果", "90%区间", "目标", "判断", "基数")


@dataclass(frozen=True)
class ReportSource:
    """What a report is written from; `result` is what `analyse_wave` kept, `computed_at` when its run began.

    `opinions`: by unit, how many opinions it has in hand, and how many of them are late. `modes`: answers of the drawn
    sample by the way in which they came.
    """

    wave: Wave
    questionnaire: Questionnaire
    indicators: tuple[WaveIndicator, ...]
    units: tuple[Unit, ...]
    areas: AreaTree
    fieldwork: Fieldwork
    result: Mapping[str, Any]
    computed_at: datetime
    integrity: IntegritySummary = NOT_CHECKED
    opinions: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    modes: Mapping[Mode, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.areas.at(AreaLevel.DISTRICT):
            raise ValueError(f"wave {self.wave.id}: a report needs a district in the area tree, found none")

    @property
    def district(self) -> Area:
        return self.areas.at(AreaLevel.DISTRICT)[0]

    @property
    def is_final(self) -> bool:
        """Whether the figures cannot change any more: they were computed after the wave was closed."""
        wave = self.wave
        return wave.status is WaveStatus.CLOSED and wave.closed_at is not None and self.computed_at >= wave.closed_at

    @property
    def is_drawn(self) -> bool:
        """Whether there are figures of a drawn sample: only they speak for everybody and are judged."""
        return bool(self.result.get(Source.PROB.value))

    def figures(self, source: Source) -> dict[tuple[str, str], Figure]:
        """By indicator and area code; the whole sample is the district."""
        found = self.result.get(source.value)
        read = read_figure if source is Source.PROB else read_self_selected_figure
        return {
            (entry["indicator"], area): read(entry)
            for entry in (found["estimates"] if found else ())
            if entry["category"] is None and (area := self._area_of(entry["domain"])) is not None
        }

    def _area_of(self, domain: Mapping[str, str]) -> str | None:
        if not domain:
            return self.district.code
        ((column, code), *others) = domain.items()
        return code if not others and column in list(AreaLevel) and code in self.areas.by_code else None


def fingerprint(source: ReportSource) -> str:
    """sha256 of every figure and rule of the report: the same figures have the same fingerprint."""
    kept: dict[str, Any] = {
        "wave": source.wave.id,
        "indicators": [dump_wave_indicator(one) for one in source.indicators],
        "estimates": {
            one.value: source.result[one.value]["estimates"] if source.result.get(one.value) else None for one in Source
        },
    }
    compared = (source.result.get(Source.PROB.value) or {}).get("two_samples")
    if compared:
        kept["two_samples"] = compared
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def build_report(source: ReportSource) -> Report:
    """The report; equal figures give an equal report."""
    wave, header = source.wave, source.wave.header
    about = (
        wave.organiser.name.zh_hans,
        f"表号：{header.form_number}　制定机关：{header.authority}　批准机关：{header.approved_by}",
        f"批准文号：{header.approval_number}　有效期至：{header.valid_until.isoformat()}",
    )
    parts = (
        *_main_results(source),
        *_by_street(source),
        *_units(source),
        *_self_selected(source),
        *_sample(source),
        *_method(source),
        *_questions(source),
    )
    status = "定稿" if source.is_final else "草稿（调查未结束或结束后未重新计算，数字可能变化）"
    return Report(f"{wave.name.zh_hans}专报", about, parts, status, fingerprint(source))


def _main_results(source: ReportSource) -> Iterator[Part]:
    figures, district = source.figures(Source.PROB), source.district
    yield Heading(1, "主要结果")
    if not source.is_drawn:
        yield Paragraph(
            f"本轮调查有 {len(source.indicators)} 项指标，没有抽样答卷。扫码的人是自愿参加的，"
            f"不能代表{district.name.zh_hans}全体调查对象，所以没有区间，也不作达标判断。"
        )
        return
    shown = [(one, figures.get((one.indicator.id, district.code))) for one in source.indicators]
    decisions = [figure.decision for _, figure in shown if figure is not None]
    counts = {word: decisions.count(word) for word in Decision}
    judged = sum(counts[word] for word in (Decision.MET, Decision.NOT_MET, Decision.UNDETERMINED))
    yield Paragraph(
        f"本轮调查有 {len(source.indicators)} 项指标，其中 {judged} 项有目标并可以判断："
        f"达标 {counts[Decision.MET]} 项，未达标 {counts[Decision.NOT_MET]} 项，"
        f"尚不能判断 {counts[Decision.UNDETERMINED]} 项。"
        f"结果来自概率抽样，已加权，代表{district.name.zh_hans}全体调查对象。"
    )
    rows = tuple(figure_row(one, figure) for one, figure in shown if figure is not None)
    yield Table(f"{district.name.zh_hans}各指标", HEAD, rows, widths=WIDTHS)
    bars = [_bar(one, figure) for one, figure in shown if figure is not None and one.indicator.unit is Measured.RATE]
    drawn = tuple(bar for bar in bars if bar is not None)
    if drawn:
        yield IntervalChart("各指标的率（点）、90%区间（横线）与目标（竖线）", drawn)
    if not source.is_final:
        yield Paragraph("调查还在进行时的判断用比表中更宽的区间，多次查看也不增加误判。", note=True)
    yield Paragraph(
        "判断以 90% 区间与目标比较：区间全部达到目标为达标，全部低于目标为未达标，否则尚不能判断。", note=True
    )


def figure_row(one: WaveIndicator, figure: Figure) -> tuple[str, ...]:
    unit = one.indicator.unit
    name, goal = one.indicator.label.zh_hans, one.target.in_words(LANGUAGE) if one.target else "无"
    if not figure.publishable or figure.estimate is None:
        return (name, "样本不足，不公布", "—", goal, _WORDS[figure.decision], str(figure.n))
    limits = (
        "～".join(shown_value(end, unit, figure.target) for end in (figure.limits[0].lower, figure.limits[0].upper))
        if figure.limits
        else "—"
    )
    return (
        name,
        shown_value(figure.estimate, unit, figure.target),
        limits,
        goal,
        _WORDS[figure.decision],
        str(figure.n),
    )


def shown_value(value: float, unit: Measured, target: float | None = None) -> str:
    return written_figure(value, unit is Measured.SCORE, target)


def _bar(one: WaveIndicator, figure: Figure) -> Bar | None:
    if not figure.publishable or figure.estimate is None or not figure.limits:
        return None
    first = figure.limits[0]
    sign = _SIGNS[figure.decision]
    target = one.target.value if one.target else None
    return Bar(one.indicator.label.zh_hans, figure.estimate, first.lower, first.upper, target, sign)


def _by_street(source: ReportSource) -> Iterator[Part]:
    streets, figures = source.areas.at(AreaLevel.STREET), source.figures(Source.PROB)
    with_target = [one for one in source.indicators if one.target]
    if not streets or not with_target or not source.is_drawn:
        return
    yield Heading(1, "各街道（镇）")
    rows = []
    for one in with_target:
        found = [figures.get((one.indicator.id, street.code)) for street in streets]
        rows.append((one.indicator.label.zh_hans, *(_street_cell(figure, one.indicator.unit) for figure in found)))
    yield Table("有目标的指标：结果与判断", ("指标", *(street.name.zh_hans for street in streets)), tuple(rows))
    yield Paragraph(
        "√ 达标，× 未达标，？ 尚不能判断，— 样本不足，不公布。街道之间的先后在区间重叠时不作比较。", note=True
    )


def _street_cell(figure: Figure | None, unit: Measured) -> str:
    if figure is None or not figure.publishable or figure.estimate is None:
        return "—"
    return f"{shown_value(figure.estimate, unit, figure.target)} {_SIGNS[figure.decision]}"


def _units(source: ReportSource) -> Iterator[Part]:
    """One sheet for each responsible unit that has an indicator of the wave."""
    by_id = {one.indicator.id: one for one in source.indicators}
    concerned = [unit for unit in source.units if any(indicator in by_id for indicator, _ in unit.roles)]
    if not concerned:
        return
    figures = source.figures(Source.PROB)
    yield PageBreak()
    yield Heading(1, "责任单位")
    for unit in concerned:
        yield Heading(2, unit.name.zh_hans)
        roles = [(by_id[indicator], role) for indicator, role in unit.roles if indicator in by_id]
        roles.sort(key=lambda pair: (pair[1] is not UnitRole.LEAD, pair[0].indicator.id))
        found = [(one, role, figures.get((one.indicator.id, source.district.code))) for one, role in roles]
        rows = tuple((_ROLES[role], *figure_row(one, figure)) for one, role, figure in found if figure is not None)
        if rows:
            yield Table(f"{unit.name.zh_hans}的指标", ("职责", *HEAD), rows, numbers_from=2, widths=(0.8, *WIDTHS))
        else:
            names = "、".join(f"{one.indicator.label.zh_hans}（{_ROLES[role]}）" for one, role in roles)
            yield Paragraph(f"指标：{names}。没有抽样调查的结果。")
        yield from (Paragraph(text) for one, _ in roles if (text := _worse_areas(source, figures, one)))
        in_hand, late = source.opinions.get(unit.code, (0, 0))
        yield Paragraph(f"居民意见：在办 {in_hand} 件，其中超过期限 {late} 件。")


def _worse_areas(source: ReportSource, figures: Mapping[tuple[str, str], Figure], one: WaveIndicator) -> str:
    """Areas whose whole 95 % interval lies below the district's figure; empty when there is none."""
    whole = figures.get((one.indicator.id, source.district.code))
    if whole is None or whole.estimate is None:
        return ""
    below = [
        (figure.estimate, area.name.zh_hans)
        for area in source.areas.areas
        if area.code != source.district.code
        and (figure := figures.get((one.indicator.id, area.code))) is not None
        and figure.estimate is not None
        and figure.limits
        and figure.limits[-1].upper < whole.estimate
    ]
    if not below:
        return ""
    worst = sorted(below)[:MOST_WORSE_AREAS]
    names = "、".join(f"{name}（{shown_value(value, one.indicator.unit)}）" for value, name in worst)
    return f"{one.indicator.label.zh_hans}：95% 区间整个低于全区结果的地方有 {len(below)} 处，最低的是{names}。"


def _self_selected(source: ReportSource) -> Iterator[Part]:
    figures = source.figures(Source.QR)
    if not figures:
        return
    yield Heading(1, "扫码答卷")
    yield Paragraph(f"以下结果来自{SOURCES[Source.QR].zh_hans}：不与抽样结果合并，不作达标判断。")
    rows = []
    for one in source.indicators:
        figure = figures.get((one.indicator.id, source.district.code))
        if figure is not None:
            value = "样本不足" if figure.estimate is None else shown_value(figure.estimate, one.indicator.unit)
            rows.append((one.indicator.label.zh_hans, value, str(figure.n)))
    yield Table(SOURCES[Source.QR].zh_hans, ("指标", "结果", "基数"), tuple(rows))
    yield from _two_samples(source)


def _two_samples(source: ReportSource) -> Iterator[Part]:
    """Drawn, self-selected and combined side by side, for the rates that may be published."""
    from analysis.report.phrases import in_words

    compared = read_two_samples((source.result.get(Source.PROB.value) or {}).get("two_samples"))
    if compared is None:
        return
    figures = source.figures(Source.PROB)
    rows = []
    for one in source.indicators:
        rates, figure = compared.rates.get(one.indicator.id), figures.get((one.indicator.id, source.district.code))
        if rates is not None and figure is not None and figure.estimate is not None:
            rows.append((one.indicator.label.zh_hans, *_beside(rates)))
    if rows:
        yield Heading(2, "抽样与扫码对照")
        yield Paragraph(
            f"把 {compared.volunteers} 份扫码答卷加权到与居民相当，再与抽样结果比较。"
            "判断只看抽样结果；合并估计只供参考。"
        )
        yield Table("抽样、扫码与合并估计", BESIDE_HEAD, tuple(rows), widths=BESIDE_WIDTHS)
        assumed = "".join(in_words(text, "zh-Hans") for text in compared.assumptions)
        yield Paragraph(f"合并估计的假设：{assumed}差与误差为百分点，括号内为标准误。", note=True)
    yield from (Paragraph(in_words(flag, "zh-Hans"), note=True) for flag in compared.flags)


def _beside(rates: Beside) -> tuple[str, ...]:
    found = [shown_value(value, Measured.RATE) for value in (rates.drawn, rates.unweighted, rates.matched)]
    difference = f"{rates.difference * 100:+.1f}（{rates.se_difference * 100:.1f}）"
    combined = f"{shown_value(rates.combined, Measured.RATE)}（±{rates.rmse * 100:.1f}）"
    return (*found, difference, "不一致" if rates.disagrees else "看不出差别", combined)


def _sample(source: ReportSource) -> Iterator[Part]:
    yield Heading(1, "样本与回收")
    yield from (Paragraph(line) for line in _when_and_how(source))
    for one, label in SOURCES.items():
        rows, outside = source.result["rows"][one.value], source.result["outside_population"][one.value]
        if not rows:
            continue
        yield Paragraph(f"{label.zh_hans}：收到答卷 {rows} 份，其中 {outside} 份不属于调查总体，不计入任何比率。")
    work = source.fieldwork
    if work.drawn:
        rate = "—" if work.rr1 is None else f"{work.rr1 * 100:.1f}%"
        text = f"抽中住户 {work.drawn} 户，完成 {work.complete} 户，回收率（AAPOR RR1）{rate}。"
        yield Paragraph(text)


def _when_and_how(source: ReportSource) -> Iterator[str]:
    """The days of the survey, and how many answers came in which way."""
    wave = source.wave
    if wave.opened_at is not None:
        last = shown_time(wave.closed_at)[:10] if wave.closed_at else "尚未结束"
        yield f"调查时间：{shown_time(wave.opened_at)[:10]} 至 {last}。"
    if source.modes:
        counted = "、".join(f"{_MODES[mode]} {n} 份" for mode, n in source.modes.items())
        yield f"填答方式（抽样调查）：{counted}。"


def _method(source: ReportSource) -> Iterator[Part]:
    from analysis.report.phrases import in_words

    yield Heading(1, "方法")
    found = source.result.get(Source.PROB.value)
    if not found:
        scanned = source.result.get(Source.QR.value)
        weighted = "按人口数校准后加权" if scanned and scanned["weights"]["steps"] else "不加权，每份答卷计一次"
        yield Paragraph(f"估计：扫码答卷{weighted}，仍不能代表没有扫码的人。样本不足的数字不公布。")
    else:
        weights = found["weights"]
        weighted = "经分类总数校准后加权计算" if weights["steps"] else "加权计算，没有再按人口数校准"
        yield Paragraph(
            f"估计：基础权重（抽中概率的倒数）{weighted}；标准误按分层整群设计估计；区间用 Korn–Graubard 法。"
            "样本不足（有效样本不到 30 或区间过宽）的数字不公布。"
        )
        yield Paragraph(
            f"方差：{in_words(found['variance'], 'zh-Hans')}。权重的 Kish 设计效应 {weights['kish_deff']:.2f}，"
            f"有效样本量 {weights['effective_n']:.0f}。计算开始于 {shown_time(source.computed_at)}。"
        )
        names = {area.code: area.name.zh_hans for area in source.areas.areas}
        notes = (explain_finding(warning, "zh-Hans", names) for warning in found["warnings"])
        yield from (Paragraph(f"计算程序的提示：{note}", note=True) for note in notes)
    yield from _integrity(source.integrity)
    yield Heading(2, "各指标的算法")
    yield from (
        Paragraph(f"{one.indicator.label.zh_hans}：{one.indicator.rule_in_words(LANGUAGE)}")
        for one in source.indicators
    )


def _integrity(summary: IntegritySummary) -> Iterator[Part]:
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


def _questions(source: ReportSource) -> Iterator[Part]:
    """The questions that the indicators come from, as they were asked."""
    used = {name for one in source.indicators for name in one.indicator.items}
    items = [item for item in source.questionnaire.asked_items if item.name in used]
    if not items:
        return
    questionnaire = source.questionnaire
    yield Heading(1, "题目原文")
    yield Paragraph(f"问卷：{questionnaire.title.zh_hans}，第 {questionnaire.version} 版。")
    yield from (Paragraph(_question(item)) for item in items)


def _question(item: Item) -> str:
    options = "；".join(f"{choice.code} {choice.label.zh_hans}" for choice in item.choices)
    return f"{item.label.zh_hans}　{options}"
