"""The words of the reports in simplified Chinese, English and traditional Chinese. Step 8."""

from __future__ import annotations

from typing import Literal

from analysis.plan_indicator import SHARE_RULES, Indicator

Language = Literal["zh-Hans", "en", "zh-Hant"]
LANGUAGES: tuple[Language, ...] = ("zh-Hans", "en", "zh-Hant")
NAMES: dict[Language, str] = {"zh-Hans": "简体中文", "en": "English", "zh-Hant": "繁體中文"}

_WORDS: dict[str, tuple[str, str, str]] = {
    "title": ("调查分析结果", "Survey results", "調查分析結果"),
    "estimates": ("估计值", "Estimates", "估計值"),
    "contrasts": ("差异比较", "Contrasts", "差異比較"),
    "against_rest": ("与其余比较", "Against the rest", "與其餘比較"),
    "rest": ("其余", "Rest", "其餘"),
    "crosstabs": ("关联检验", "Tests of association", "關聯檢驗"),
    "trends": ("变化趋势", "Trends", "變化趨勢"),
    "small_areas": ("小区域模型估计", "Small areas, model-based", "小區域模型估計"),
    "two_samples": ("抽样与自愿扫码两个样本", "Drawn sample and volunteers", "抽樣與自願掃碼兩個樣本"),
    "ranks": ("排名范围", "Rank sets", "排名範圍"),
    "weights": ("权重", "Weights", "權重"),
    "warnings": ("注意", "Warnings", "注意"),
    "method": ("方法说明", "Method", "方法說明"),
    "indicator": ("指标", "Indicator", "指標"),
    "category": ("类别", "Category", "類別"),
    "domain": ("人群范围", "Domain", "人群範圍"),
    "everyone": ("全体", "everyone", "全體"),
    "rule": ("计算规则", "Rule", "計算規則"),
    "n_base": ("有效回答数", "Answers", "有效回答數"),
    "n": ("样本数", "Rows", "樣本數"),
    "estimate": ("估计", "Estimate", "估計"),
    "se": ("标准误", "Standard error", "標準誤"),
    "df": ("自由度", "Degrees of freedom", "自由度"),
    "deff": ("设计效应", "Design effect", "設計效應"),
    "n_effective": ("有效样本量", "Effective n", "有效樣本量"),
    "interval": ("区间", "Interval", "區間"),
    "lower": ("下限", "Lower", "下限"),
    "upper": ("上限", "Upper", "上限"),
    "level": ("置信水平", "Level", "置信水平"),
    "target": ("目标", "Target", "目標"),
    "decision": ("判定", "Decision", "判定"),
    "point_meets": ("点值是否达标", "Point value meets", "點值是否達標"),
    "dk_share": ("不知道等所占比例", "Share set aside", "不知道等所佔比例"),
    "publishable": ("可否发布", "Publishable", "可否發布"),
    "flags": ("说明", "Notes", "說明"),
    "rank": ("名次", "Rank", "名次"),
    "rank_set": ("可能的名次", "Possible ranks", "可能的名次"),
    "between": ("比较对象", "Between", "比較對象"),
    "p_value": ("p 值", "p-value", "p 值"),
    "p_adjusted": ("p 值（Holm 校正）", "p-value (Holm)", "p 值（Holm 校正）"),
    "family": ("检验族", "Family", "檢驗族"),
    "over": ("沿此变量", "Over", "沿此變量"),
    "levels": ("水平", "Levels", "水平"),
    "scores": ("位置", "Scores", "位置"),
    "slope": ("斜率", "Slope", "斜率"),
    "departure_p_value": ("偏离直线的 p 值", "p-value of departure", "偏離直線的 p 值"),
    "direct": ("直接估计", "Direct estimate", "直接估計"),
    "model_based": ("模型估计", "Model-based estimate", "模型估計"),
    "rmse": ("均方根误差", "Root mean squared error", "均方根誤差"),
    "gamma": ("直接估计的份量", "Weight of the direct estimate", "直接估計的份量"),
    "groups": ("没有明显差别的组", "Groups of no clear difference", "沒有明顯差別的組"),
    "drawn": ("抽样", "Drawn sample", "抽樣"),
    "volunteers_unweighted": ("扫码，未加权", "Volunteers, unweighted", "掃碼，未加權"),
    "volunteers": ("扫码，加权", "Volunteers, weighted", "掃碼，加權"),
    "difference": ("差", "Difference", "差"),
    "blend": ("合并估计", "Blend", "合併估計"),
    "disclosable": ("可否公开", "Disclosable", "可否公開"),
    "decision_alpha": ("判定误判概率", "Error of the decision", "判定誤判概率"),
    "more_answers": ("还需回答数", "Further answers needed", "還需回答數"),
    "statistic": ("F 统计量", "F statistic", "F 統計量"),
    "step": ("步骤", "Step", "步驟"),
    "row": ("行变量", "Row", "行變量"),
    "column": ("列变量", "Column", "列變量"),
    "yes": ("是", "yes", "是"),
    "no": ("否", "no", "否"),
    "met": ("达标", "met", "達標"),
    "not_met": ("未达标", "not met", "未達標"),
    "undetermined": ("尚不能判断", "undetermined", "尚不能判斷"),
    "none": ("无目标", "no target", "無目標"),
    "suppressed": ("样本不足，不宜发布", "too few answers to publish", "樣本不足，不宜發布"),
    "value": ("数值", "Value", "數值"),
    "list": ("、", ", ", "、"),
    "stop": ("。", ".", "。"),
}

_SENTENCES: dict[str, tuple[str, str, str]] = {
    "share": (
        "{items} 中选择 {codes} 的人所占比例",
        "share of people who answered {codes} to {items}",
        "{items} 中選擇 {codes} 的人所佔比例",
    ),
    "share01": ("{items} 取值为 1 的比例", "share of {items} equal to 1", "{items} 取值為 1 的比例"),
    "any": (
        "{items} 中至少一项选择 {codes} 的人所占比例",
        "share of people who answered {codes} to at least one of {items}",
        "{items} 中至少一項選擇 {codes} 的人所佔比例",
    ),
    "mean": ("{items} 的平均分", "mean of {items}", "{items} 的平均分"),
    "total": ("{items} 的总量", "total of {items}", "{items} 的總量"),
    "ratio": (
        "{numerator} 总量与 {denominator} 总量之比",
        "total of {numerator} divided by total of {denominator}",
        "{numerator} 總量與 {denominator} 總量之比",
    ),
    "distribution": ("{items} 各选项的比例", "shares of the answers to {items}", "{items} 各選項的比例"),
    "values": ("，按 {values} 计分", ", scored {values}", "，按 {values} 計分"),
    "exclude": ("；分母不含代码 {codes}", "; codes {codes} are not in the base", "；分母不含代碼 {codes}"),
    "missing": ("；未作答者不计入", "; missing answers are not in the base", "；未作答者不計入"),
    "rows": (
        "数据共 {rows} 行；抽样设计：{strata} 个层，{psus} 个初级抽样单元。",
        "{rows} rows; design: {strata} strata, {psus} primary sampling units.",
        "數據共 {rows} 行；抽樣設計：{strata} 個層，{psus} 個初級抽樣單元。",
    ),
    "no_step": (
        "未做权重调整，使用数据中的基础权重。",
        "The weights were not adjusted; base weights were used.",
        "未做權重調整，使用數據中的基礎權重。",
    ),
    "one_step": (
        "第 {k} 步 {method}：迭代 {iterations} 次，最大相对偏差 {misfit}；调整系数 {low} 至 {high}；"
        "权重变异使方差增大到 {deff} 倍。",
        "Step {k}, {method}: {iterations} iterations, largest relative misfit {misfit}; ratios {low} to {high}; "
        "unequal weights inflate variances {deff} times.",
        "第 {k} 步 {method}：迭代 {iterations} 次，最大相對偏差 {misfit}；調整係數 {low} 至 {high}；"
        "權重變異使方差增大到 {deff} 倍。",
    ),
    "residual": (
        "该步骤的方差形式：{residual}。",
        " Form of its variance: {residual}.",
        "該步驟的方差形式：{residual}。",
    ),
    "variance": (
        "方差计算：{variance}。子总体从不删除行，整个设计保留。",
        "Variances: {variance}. Domains never drop rows; the whole design is kept.",
        "方差計算：{variance}。子總體從不刪除行，整個設計保留。",
    ),
    "interval": (
        "比例的区间方法：{methods}，置信水平 {levels}；均值、总量与比值用 t 区间。",
        "Intervals of shares: {methods} at level {levels}; means, totals and ratios have t intervals.",
        "比例的區間方法：{methods}，置信水平 {levels}；均值、總量與比值用 t 區間。",
    ),
    "decision": (
        "达标判定用 {level} Korn–Graubard 区间（NCHS 上限）：下限达到目标为达标，上限未达到目标为未达标，"
        "其余为尚不能判断；每种误判的概率不超过 {alpha}。比较时不四舍五入。",
        "Decisions use the {level} Korn–Graubard interval with the NCHS cap: met if its lower limit reaches the "
        "target, not met if its upper limit does not, otherwise undetermined; either error has a probability of at "
        "most {alpha}. Nothing is rounded before it is compared.",
        "達標判定用 {level} Korn–Graubard 區間（NCHS 上限）：下限達到目標為達標，上限未達到目標為未達標，"
        "其餘為尚不能判斷；每種誤判的概率不超過 {alpha}。比較時不四捨五入。",
    ),
    "looks": (
        "调查尚未结束：判定用单侧误判概率 {nominal}，无论查看多少次，合计不超过 {alpha}。",
        "Fieldwork goes on: decisions are reached at a one-sided error of {nominal}, so that all looks together keep "
        "{alpha}.",
        "調查尚未結束：判定用單側誤判概率 {nominal}，無論查看多少次，合計不超過 {alpha}。",
    ),
    "one_family": (
        "全部判定作为一族，用 Holm 法校正；区间不校正。",
        "All decisions are one family, adjusted by Holm's steps; intervals are not adjusted.",
        "全部判定作為一族，用 Holm 法校正；區間不校正。",
    ),
    "more_answers": (
        "“还需回答数”：若现估计即真值、设计效应不变，再收这么多回答有 80 % 的把握得出判定。",
        "Further answers needed: with so many more the decision falls with a chance of 80 %, if the estimate is the "
        "true rate and the design effect stays.",
        "「還需回答數」：若現估計即真值、設計效應不變，再收這麼多回答有 80 % 的把握得出判定。",
    ),
    "small_areas": (
        "小区域模型估计（Fay–Herriot，REML）仅供参考，不用于达标判定。",
        "Small-area estimates (Fay-Herriot, REML) are model-based and decide nothing.",
        "小區域模型估計（Fay–Herriot，REML）僅供參考，不用於達標判定。",
    ),
    "against_rest": (
        "“与其余比较”：每个区域与同一列其余区域之差，含协方差；自由度按该区域自己的回答；"
        "p 值在一个指标的全部区域中用 Holm 法校正。",
        "Against the rest: each domain minus all others of its column, with covariance; degrees of freedom of its own "
        "answers; p-values adjusted by Holm's steps over all domains of an indicator.",
        "「與其餘比較」：每個區域與同一欄其餘區域之差，含協方差；自由度按該區域自己的回答；"
        "p 值在一個指標的全部區域中用 Holm 法校正。",
    ),
    "two_samples": (
        "扫码样本与合并估计有假设，不用于达标判定：{assumptions}",
        "Volunteers and the blend rest on assumptions and decide nothing: {assumptions}",
        "掃碼樣本與合併估計有假設，不用於達標判定：{assumptions}",
    ),
    "publication": (
        "发布规则依据美国国家卫生统计中心 2017 年比例发布标准（有效样本量不少于 30，区间宽度受限）。",
        "Publication follows the NCHS standards for proportions of 2017 (effective n of 30 or more, limited width).",
        "發布規則依據美國國家衛生統計中心 2017 年比例發布標準（有效樣本量不少於 30，區間寬度受限）。",
    ),
    "digests": (
        "计划文件 SHA-256：{plan}；数据文件 SHA-256：{data}；程序：{software}。",
        "SHA-256 of the plan: {plan}; of the data: {data}; program: {software}.",
        "計劃文件 SHA-256：{plan}；數據文件 SHA-256：{data}；程序：{software}。",
    ),
}

_PLACE: dict[Language, int] = {"zh-Hans": 0, "en": 1, "zh-Hant": 2}


def word(key: str, language: Language) -> str:
    """One word or label."""
    return _WORDS[key][_PLACE[language]]


def all_languages(key: str) -> str:
    """A label for files that have one header for everyone: `指标 / Indicator / 指標`."""
    return " / ".join(dict.fromkeys(_WORDS[key]))


def sentence(key: str, language: Language, **parts: object) -> str:
    """One sentence with its parts filled in."""
    return _SENTENCES[key][_PLACE[language]].format(**parts)


def rule_in_words(indicator: Indicator, language: Language) -> str:
    """The rule of an indicator, as it must stand beside every rate."""
    comma = word("list", language)
    items = comma.join(indicator.items or ((indicator.item,) if indicator.item else ()))
    key = "share01" if indicator.rule == "share" and indicator.count is None else indicator.rule
    text = sentence(
        key,
        language,
        items=items,
        codes=comma.join(indicator.count or ()),
        numerator=indicator.numerator,
        denominator=indicator.denominator,
    )
    if indicator.values:
        scores = comma.join(f"{code} = {value:g}" for code, value in indicator.values.items())
        text += sentence("values", language, values=scores)
    if indicator.exclude:
        text += sentence("exclude", language, codes=comma.join(indicator.exclude))
    return text + sentence("missing", language) + word("stop", language)


def shown_value(value: float | None, rule: str) -> str:
    """A figure for people: shares in per cent with one digit, others with two; an en dash for none."""
    if value is None:
        return "–"
    return f"{100 * value:.1f} %" if rule in SHARE_RULES else f"{value:,.2f}"
