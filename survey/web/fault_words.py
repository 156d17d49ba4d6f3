"""What is wrong with an uploaded table, in the language of the page: faults are English in commands and logs."""

import re
from collections.abc import Sequence

from survey.exchange.fault import Fault
from survey.web.i18n import gettext
from survey.web.loss_words import place_in_words


def faults_in_words(faults: Sequence[Fault]) -> list[str]:
    """One line per fault: where it stands, what was expected, what was found."""
    return [_in_words(fault) for fault in faults]


def _in_words(fault: Fault) -> str:
    found = _found(fault.found)
    expected = _expected(fault.expected)
    return gettext("%(where)s：应为%(expected)s，实为 %(found)s。", where=_where(fault), expected=expected, found=found)


def _found(phrase: str) -> str:
    again = re.fullmatch(r"(.+) again, as in row (\d+)", phrase)
    if again is not None:
        return gettext("%(value)s，第 %(n)s 行已经有了", value=again[1], n=again[2])
    known = {"nothing": gettext("空白"), "none": gettext("空白"), "other bytes": gettext("别的内容")}
    return known.get(phrase, phrase)


def _where(fault: Fault) -> str:
    row = re.fullmatch(r"row (\d+)(?:, (.+))?", fault.where)
    if row is None:
        return place_in_words(fault.where)
    place = gettext("第 %(n)s 行", n=row[1])
    return f"{place} {row[2].removeprefix('column ')}" if row[2] else place


def _expected(phrase: str) -> str:
    """The phrases of the tables that the office uploads; any other one as it is."""
    for pattern, words in _phrases():
        match = re.fullmatch(pattern, phrase)
        if match is not None:
            return match.expand(words)
    return phrase


def _phrases() -> tuple[tuple[str, str], ...]:
    return (
        (r"a name and a unit for a new indicator", gettext("新指标的名称和单位")),
        (r"an operator among (.+)", gettext("其中之一：%(codes)s", codes=r"\1")),
        (r"every indicator and period once", gettext("每个指标和期间只出现一次")),
        (r"2026, 2026-H1, 2026-Q2 or 2026-05", gettext("期间，写成 2026、2026-H1、2026-Q2 或 2026-05")),
        (r"a number such as 15.2", gettext("一个数，例如 15.2")),
        (r"at least one row of responses", gettext("至少一行答卷")),
        (r"text in UTF-8 or GB 18030", gettext("UTF-8 或 GB 18030 编码的文字")),
        (r"an id of the row", gettext("这一行的编号")),
        (r"every id once", gettext("每个编号只出现一次")),
        (r"a value under items\.\w+\.codes \((.+)\)", gettext("一个已对应的选项（%(codes)s）", codes=r"\1")),
        (r"a value under area\.codes \((.+)\)", gettext("一个已对应的地区（%(codes)s）", codes=r"\1")),
        (r"a code among (.+)", gettext("其中之一：%(codes)s", codes=r"\1")),
        (r"a code of the area tree", gettext("已登记的地区代码")),
        (r"at most (\d+) codes", gettext("最多 %(n)s 个选项", n=r"\1")),
        (r"code (\S+) alone", gettext("选 %(code)s 就不能再选别的", code=r"\1")),
        (r"a whole number", gettext("整数")),
        (r"a value with (.+)", gettext("符合条件 %(condition)s 的值", condition=r"\1")),
        (r"an answer", gettext("必答题要有回答")),
        (r"a column of this name", gettext("文件里有这一列")),
        (r"a time such as (.+)", gettext("时间，例如 %(example)s", example=r"\1")),
        (r"a (stratum|psu|base_weight) for a response of a drawn sample", gettext("抽样答卷的层、初级单元和基础权数")),
        (r"a column (\w+) or (\w+)", gettext("有一列 %(name)s 或 %(other)s", name=r"\1", other=r"\2")),
        (r"a valid date.*", gettext("日期")),
        (r"a day not before (\S+)", gettext("不早于开始日期 %(day)s", day=r"\1")),
        (r"a published version", gettext("已发布的版本")),
        (r"codes of the area tree|a code of the area tree", gettext("已登记的地区代码")),
        (r"a cell of the population table", gettext("人口表的一格")),
        (r"every cell once", gettext("每格一次")),
        (r"a rate up to 1 or a score up to 100", gettext("不超过 100% 的率，或不超过 100 的得分")),
        (r"one of the target profiles without faults \((.+)\)", gettext("其中之一：%(codes)s", codes=r"\1")),
        (r"a questionnaire that feeds indicators of the catalogue", gettext("指标目录里有指标的问卷")),
        (r"an id that no wave has", gettext("没有用过的编号")),
        (r"no such key", gettext("没有这一项")),
        (r"an item", gettext("一道题")),
        (r"the codes that count", gettext("算数的答案")),
        (r"greater than or equal to (\S+)", gettext("不小于 %(n)s", n=r"\1")),
        (r"less than or equal to (\S+)", gettext("不大于 %(n)s", n=r"\1")),
        (r"a whole number", gettext("整数")),
        (r"a number", gettext("数字")),
        (r"a column (\w+)", gettext("有一列 %(name)s", name=r"\1")),
        (r"the columns (.+)", gettext("还有这些列：%(names)s", names=r"\1")),
        (r"columns among (.+)", gettext("这些列：%(names)s", names=r"\1")),
        (r"the code of an area in the tree", gettext("已登记的地区代码")),
        (r"one of (.+)", gettext("其中之一：%(codes)s", codes=r"\1")),
        (r"a code of at most (\d+) characters", gettext("最多 %(n)s 个字符的代码", n=r"\1")),
        (r"a name of at most (\d+) characters", gettext("最多 %(n)s 个字的名称", n=r"\1")),
        (r"a place without a code in use", gettext("没有在用编码的地点（每个地点一次）")),
        (r"a place", gettext("一个地点")),
        (r"a dwelling", gettext("一户")),
        (r"an area", gettext("一个地区")),
        (r"a unit", gettext("一个责任单位")),
        (r"6, 9, 12 or 15 digits", gettext("6、9、12 或 15 位数字的代码")),
        (r"the area (\w+) above it in the file or in the tree", gettext("已登记的上级地区 %(code)s", code=r"\1")),
        (r"every indicator in one role", gettext("每个指标只牵头或只配合")),
        (r"a text", gettext("一段文字")),
        (r"at most (\d+) characters", gettext("最多 %(n)s 个字", n=r"\1")),
        (r"a community or grid", gettext("社区或网格的代码")),
        (r"a whole number of (\d+) or more", gettext("不小于 %(n)s 的整数", n=r"\1")),
        (r"a probability above 0 and up to 1", gettext("大于 0、不超过 1 的概率")),
        (r"every dwelling once", gettext("每户一次")),
        (r"every column name once", gettext("每个列名一次")),
        (r"(.+) as in rows before", gettext("与前面各行相同的 %(name)s", name=r"\1")),
        (r"a printed code", gettext("印出的编码")),
        (r"every code once", gettext("每个编码一次")),
        (r"an address", gettext("一个地址")),
        (r"an address for (.+)", gettext("编码 %(code)s 的地址", code=r"\1")),
        (r"a name ending in \.csv or \.xlsx", gettext("CSV 或 XLSX 文件")),
        (r"(\d+) cells as in the header", gettext("与表头一样的 %(n)s 格", n=r"\1")),
        (r"a row of column names", gettext("一行列名")),
        (r"a name", gettext("一个名称")),
        (r"a label", gettext("题目文字")),
        (r"a type", gettext("一种题型")),
        (r"a list of the sheet choices", gettext("choices 表里的一个选项组")),
        (r"questions of this form", gettext("本问卷里的题")),
        (r"an end for this group", gettext("这一组的结束行")),
        (r"a group that begins before", gettext("前面有开始行的组")),
        (r"the name of a list", gettext("选项组的名称")),
        (r"the name of a choice", gettext("选项的代码")),
        (r"every name once in the list (.+)", gettext("选项组 %(name)s 里每个代码一次", name=r"\1")),
        (r"a readable \.xlsx file", gettext("能打开的 XLSX 文件")),
        (r"a sheet survey", gettext("有一张 survey 表")),
        (r"a workbook that pyxform converts", gettext("符合 XLSForm 规范的表")),
        (r"at least one question that we know", gettext("至少一道能识别的题")),
    )
