"""Flags and warnings of results, which are English in estimates.json, in the reader's language. Step 8."""

from __future__ import annotations

import re

from analysis.report.words import Language

_PHRASES: tuple[tuple[str, str, str], ...] = (
    (r"no answers: nothing is estimated", "没有回答，无法估计", "沒有回答，無法估計"),
    (r"denominator 0: nothing is estimated", "分母为零，无法估计", "分母為零，無法估計"),
    (
        r"no stratum with two PSUs: no standard error",
        "没有含两个抽样单元的层，无标准误",
        "沒有含兩個抽樣單元的層，無標準誤",
    ),
    (
        r"0 % or 100 %: exact one-sided limits, deff not defined",
        "比例为 0 % 或 100 %：用精确单侧限，设计效应无定义",
        "比例為 0 % 或 100 %：用精確單側限，設計效應無定義",
    ),
    (
        r"fixed by design: no sampling variance, no interval",
        "由设计固定：无抽样方差，无区间",
        "由設計固定：無抽樣方差，無區間",
    ),
    (
        r"too few answers or no spread: deff not defined",
        "回答太少或没有差异：设计效应无定义",
        "回答太少或沒有差異：設計效應無定義",
    ),
    (r"no degrees of freedom: no test", "没有自由度，不作检验", "沒有自由度，不作檢驗"),
    (r"no answers elsewhere", "其余区域没有回答", "其餘區域沒有回答"),
    (r"no answers here", "这里没有回答", "這裡沒有回答"),
    (
        r"fixed by design: no sampling variance, no test",
        "由设计固定：无抽样方差，不作检验",
        "由設計固定：無抽樣方差，不作檢驗",
    ),
    (r"no degrees of freedom: no interval", "没有自由度，无区间", "沒有自由度，無區間"),
    (r"review: df below 8", "自由度低于 8，请复核", "自由度低於 8，請覆核"),
    (r"not publishable: (.+)", r"不宜发布：\1", r"不宜發布：\1"),
    (
        r"footnote: interval wide against the complement",
        "脚注：区间相对于其余比例较宽",
        "腳註：區間相對於其餘比例較寬",
    ),
    (r"don't know and not applicable above 30 %", "不知道与不适用合计超过 30 %", "不知道與不適用合計超過 30 %"),
    (r"no answers in (.+)", r"\1：没有回答", r"\1：沒有回答"),
    (
        r"calibration: (\d+) weights are negative; .*",
        r"校准产生 \1 个负权重；设定界限或改用 raking、logit 可以避免",
        r"校準產生 \1 個負權重；設定界限或改用 raking、logit 可以避免",
    ),
    (
        r"calibration: weights were trimmed after calibration, .*",
        "校准之后又截断了权重，总体合计不再精确成立；方差仍用校准残差",
        "校準之後又截斷了權重，總體合計不再精確成立；方差仍用校準殘差",
    ),
    (
        r"design: one PSU in stratum (.+); treated by lonely_psu: (\w+)",
        r"层 \1 只有一个初级抽样单元，按 lonely_psu: \2 处理",
        r"層 \1 只有一個初級抽樣單元，按 lonely_psu: \2 處理",
    ),
    (
        r"design: (\d+) PSUs with one second-stage unit .*",
        r"\1 个初级抽样单元内只有一个次级单元，第二阶段不计方差",
        r"\1 個初級抽樣單元內只有一個次級單元，第二階段不計方差",
    ),
    (
        r"replicates: the weighting steps did not converge in every replicate",
        "部分重复样本中权重步骤未收敛",
        "部分重複樣本中權重步驟未收斂",
    ),
    (
        r"replicates: nobody has a level of the margins: (.+); the other levels are met",
        r"部分重复样本中没有边际的某一类人：\1；其余各类仍校准",
        r"部分重複樣本中沒有邊際的某一類人：\1；其餘各類仍校準",
    ),
    (
        r"replicates: nobody of a domain answered: (.+); such a replicate .*",
        r"部分重复样本中某一分组无人回答：\1；这样的重复样本不计入其标准误",
        r"部分重複樣本中某一分組無人回答：\1；這樣的重複樣本不計入其標準誤",
    ),
    (
        r"replicates: some cannot meet (.+); they keep the weights nearest to it, as in R",
        r"部分重复样本无法达到 \1，取最接近的权重",
        r"部分重複樣本無法達到 \1，取最接近的權重",
    ),
    (r"linearisation", "线性化", "線性化"),
    (
        r"(\d+) replicates \((\w+)\), every replicate calibrated again",
        r"\1 个重复样本（\2），每个都重新校准",
        r"\1 個重複樣本（\2），每個都重新校準",
    ),
    (r"(\d+) replicates \((\w+)\)", r"\1 个重复样本（\2）", r"\1 個重複樣本（\2）"),
    (
        r"none of its own; the residual of the calibration before it still applies",
        "本步骤不另加残差，仍用之前校准的残差",
        "本步驟不另加殘差，仍用之前校準的殘差",
    ),
    (
        r"deviations from the means of the adjustment classes, which nonrespondents have a part in",
        "对各调整组均值的离差，未答者也计入",
        "對各調整組均值的離差，未答者也計入",
    ),
    (
        r"nonresponse: classes too thin and merged: (.+)",
        r"无应答调整：人数太少而合并的组：\1",
        r"無應答調整：人數太少而合併的組：\1",
    ),
    (
        r"decisions: fieldwork goes on; verdicts are reached at a one-sided error of (\S+) so that all looks together "
        r"keep (\S+)",
        r"调查仍在进行：判定时的单侧误判概率取 \1，无论查看多少次，误判概率合计不超过 \2",
        r"調查仍在進行：判定時的單側誤判概率取 \1，無論查看多少次，誤判概率合計不超過 \2",
    ),
    (
        r"met on its own, undetermined among all verdicts \(Holm\)",
        "单看达标，与其他判定一并考虑（Holm）尚不能判断",
        "單看達標，與其他判定一併考慮（Holm）尚不能判斷",
    ),
    (
        r"not met on its own, undetermined among all verdicts \(Holm\)",
        "单看未达标，与其他判定一并考虑（Holm）尚不能判断",
        "單看未達標，與其他判定一併考慮（Holm）尚不能判斷",
    ),
    (
        r"fixed by design: no sampling variance, no test",
        "由设计固定：无抽样方差，无检验",
        "由設計固定：無抽樣方差，無檢驗",
    ),
    (
        r"Given the matching variables, scanning the code has nothing to do with the answer\.",
        "给定匹配变量后，是否扫码与答案无关。",
        "給定匹配變量後，是否掃碼與答案無關。",
    ),
    (r"Every resident had some chance to scan it\.", "每位居民都有机会扫码。", "每位居民都有機會掃碼。"),
    (
        r"People in both samples are so few that they do not matter\.",
        "同时在两个样本中的人极少，可以忽略。",
        "同時在兩個樣本中的人極少，可以忽略。",
    ),
    (
        r"The bias that is left is as large as the observed difference; .*",
        "剩余的偏差与观察到的差一样大；合并估计因此减少扫码样本的份量。",
        "剩餘的偏差與觀察到的差一樣大；合併估計因此減少掃碼樣本的份量。",
    ),
    (
        r"(\d+) of the drawn sample did not tell what samples are matched on: left out of the matching",
        r"抽样样本中 \1 人没有提供对照所需信息，不参与对照",
        r"抽樣樣本中 \1 人沒有提供對照所需信息，不參與對照",
    ),
    (
        r"(\d+) of the volunteers did not tell what samples are matched on: left out of the matching",
        r"扫码样本中 \1 人没有提供对照所需信息，或抽样样本中没有这类人，不参与对照",
        r"掃碼樣本中 \1 人沒有提供對照所需信息，或抽樣樣本中沒有這類人，不參與對照",
    ),
    (
        r"volunteers are matched and not calibrated: (.+)",
        r"扫码样本只作对照加权，没有校准到人口总数：\1",
        r"掃碼樣本只作對照加權，沒有校準到人口總數：\1",
    ),
    (r"not answered in both samples: (.+)", r"不是两个样本都有人回答：\1", r"不是兩個樣本都有人回答：\1"),
    (
        r"not compared: participation model: no solution; .*",
        "无法对照：扫码样本中有一类人在抽样样本里没有，或多于这类人的总数",
        "無法對照：掃碼樣本中有一類人在抽樣樣本裡沒有，或多於這類人的總數",
    ),
    (
        r"not compared: stratum (.+): one PSU; merge it with another for the bootstrap",
        r"无法对照：层 \1 只有一个初级抽样单元，须与别的层合并",
        r"無法對照：層 \1 只有一個初級抽樣單元，須與別的層合併",
    ),
    (r"not compared: (.+)", r"无法对照：\1", r"無法對照：\1"),
    (
        r"some replicates cannot meet (.+); they keep the weights nearest to it",
        r"部分重复样本无法达到 \1，取最接近的权重",
        r"部分重複樣本無法達到 \1，取最接近的權重",
    ),
    (
        r"fewer than two levels with an estimate: no trend",
        "有估计的水平不足两个，无趋势",
        "有估計的水平不足兩個，無趨勢",
    ),
    (
        r"fewer than 20 domains: the error of the model's variance is large",
        "不足 20 个区域：模型方差的误差较大",
        "不足 20 個區域：模型方差的誤差較大",
    ),
    (
        r"deviations from cell means weighted by the weights before the step",
        "对各层均值的离差，以调整前权重加权",
        "對各層均值的離差，以調整前權重加權",
    ),
    (
        r"ten sweeps of unweighted residual means over the margins \(R's rake\)",
        "对各边际做十轮不加权残差均值（同 R 的 rake）",
        "對各邊際做十輪不加權殘差均值（同 R 的 rake）",
    ),
    (
        r"regression on the controls weighted by the weights before the step \(R's calibrate\)",
        "对控制变量回归，以调整前权重加权（同 R 的 calibrate）",
        "對控制變量回歸，以調整前權重加權（同 R 的 calibrate）",
    ),
)


def in_words(text: str, language: Language) -> str:
    """A flag, warning or method name in the reader's language; an unknown one stays English."""
    if language == "en":
        return text
    for pattern, simplified, traditional in _PHRASES:
        match = re.fullmatch(pattern, text)
        if match:
            return match.expand(simplified if language == "zh-Hans" else traditional)
    return text
