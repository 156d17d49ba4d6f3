"""Explain a flag or a warning of an analysis, which is English in the files, in the reader's language."""

import re
from collections.abc import Mapping

from analysis.report.phrases import in_words

_STREET = re.compile(r"\b\d{9}\b")

# What the application itself warns of when it derives a wave's plan, and the reasons of the publication rules.
_PHRASES = (
    (
        r"margin cell (.+): joined, a part has too few answers of its own",
        r"边际单元 \1 已合并：其中有一格自己的答卷太少",
        r"邊際單元 \1 已合併：其中有一格自己的答卷太少",
    ),
    (
        r"margin cell (.+): joined, one of them has fewer than (\d+) answers",
        r"边际单元 \1 已合并：其中有一格少于 \2 份答卷",
        r"邊際單元 \1 已合併：其中有一格少於 \2 份答卷",
    ),
    (
        r"street (.+): no answer; its (.+) people are not represented",
        r"\1没有答卷，其 \2 人未被代表",
        r"\1沒有答卷，其 \2 人未被代表",
    ),
    (
        r"street (.+): sex or age band is known of nobody; not calibrated",
        r"\1没有人填写性别或年龄段，未作校准",
        r"\1沒有人填寫性別或年齡段，未作校準",
    ),
    (
        r"street (.+): no margin; its (.+) answers keep their share",
        r"\1没有人口边际数，其 \2 份答卷保持原有比重",
        r"\1沒有人口邊際數，其 \2 份答卷保持原有比重",
    ),
    (
        r"street (.+): (\d+) people did not tell sex or age; their cell was drawn",
        r"\1有 \2 人没有填写性别或年龄，其校准格按本街道其他人的分布随机指定",
        r"\1有 \2 人沒有填寫性別或年齡，其校準格按本街道其他人的分布隨機指定",
    ),
    (
        r"not calibrated: the wave has no population margins",
        "未作校准：本轮没有人口边际数",
        "未作校準：本輪沒有人口邊際數",
    ),
    (r"not calibrated: (.+)", r"未作校准：\1", r"未作校準：\1"),
    (
        r"indicator (.+): nobody in its base; left out",
        r"指标 \1 的分母中没有人，未计算",
        r"指標 \1 的分母中沒有人，未計算",
    ),
    (
        r"over quota: (\d+) answers came when their cell was full; they count in the estimates",
        r"配额满后又收到 \1 份答卷；按本轮规定，计入结果",
        r"配額滿後又收到 \1 份答卷；按本輪規定，計入結果",
    ),
    (
        r"over quota: (\d+) answers came when their cell was full; they are left out of the estimates",
        r"配额满后又收到 \1 份答卷；按本轮规定，不计入结果",
        r"配額滿後又收到 \1 份答卷；按本輪規定，不計入結果",
    ),
    (
        r"(?:replicates: some|some replicates) cannot meet .+",
        "部分重复样本不能完全符合校准的总数，取最接近的权重",
        "部分重複樣本不能完全符合校準的總數，取最接近的權重",
    ),
    (r"not publishable: n<30", "样本不足，不公布：答案少于 30 份", "樣本不足，不公布：答案少於 30 份"),
    (
        r"not publishable: n_eff<30",
        "样本不足，不公布：有效样本量少于 30",
        "樣本不足，不公布：有效樣本量少於 30",
    ),
    (
        r"not publishable: no interval",
        "不公布：只有一个抽样单元，无法给出区间",
        "不公布：只有一個抽樣單元，無法給出區間",
    ),
    (
        r"not publishable: .*width.*",
        "样本不足，不公布：区间太宽",
        "樣本不足，不公布：區間太寬",
    ),
)


# English reads as the files have it, but for the reasons that are codes there.
_IN_ENGLISH = (
    (r"not publishable: n<30", "sample too small, not published: fewer than 30 answers"),
    (r"not publishable: n_eff<30", "sample too small, not published: effective sample size below 30"),
    (r"not publishable: no interval", "not published: only one sampling unit, no interval can be given"),
    (r"not publishable: .*width.*", "sample too small, not published: the interval is too wide"),
)


def explain_finding(text: str, language: str, names: Mapping[str, str]) -> str:
    """`text` in `zh-Hans`, `zh-Hant` or `en`; codes of streets become `names`. What is not known stays English.

    >>> explain_finding("not publishable: n<30", "en", {}), explain_finding("not publishable: n<30", "zh-Hans", {})
    ('sample too small, not published: fewer than 30 answers', '样本不足，不公布：答案少于 30 份')
    """
    named = _STREET.sub(lambda code: names.get(code.group(), code.group()), text)
    if language == "en":
        return next((words for pattern, words in _IN_ENGLISH if re.fullmatch(pattern, named)), named)
    for pattern, simplified, traditional in _PHRASES:
        match = re.fullmatch(pattern, named)
        if match:
            return match.expand(traditional if language == "zh-Hant" else simplified)
    return in_words(named, "zh-Hant" if language == "zh-Hant" else "zh-Hans")
