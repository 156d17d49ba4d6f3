"""What the editor of questionnaires calls things: kinds of questions, findings, faults, steps, differences."""

import re

from flask_babel import lazy_gettext

from survey.instrument.drafting.advice import Advice, Finding
from survey.instrument.drafting.differences import Change, Difference
from survey.instrument.fault import Fault
from survey.instrument.item import ItemType, Purpose
from survey.instrument.population import Population
from survey.web.i18n import gettext

TYPES = {
    ItemType.SELECT_ONE: lazy_gettext("单选"),
    ItemType.SELECT_MULTIPLE: lazy_gettext("多选"),
    ItemType.TEXT: lazy_gettext("填文字"),
    ItemType.INTEGER: lazy_gettext("填整数"),
    ItemType.AREA: lazy_gettext("选社区"),
    ItemType.NOTE: lazy_gettext("说明文字"),
}
POPULATIONS = {
    Population.RESIDENTS: lazy_gettext("居民"),
    Population.MERCHANTS: lazy_gettext("店铺商家"),
    Population.STAFF: lazy_gettext("单位职工"),
    Population.STUDENTS: lazy_gettext("学生"),
}
PURPOSES = {
    Purpose.NONE: lazy_gettext("（不指定）"),
    Purpose.INDICATOR: lazy_gettext("算指标"),
    Purpose.DIAGNOSTIC: lazy_gettext("找原因"),
    Purpose.SEX: lazy_gettext("性别（加权用）"),
    Purpose.AGE: lazy_gettext("年龄（加权用）"),
    Purpose.RESIDENCE: lazy_gettext("居住时间"),
    Purpose.AREA: lazy_gettext("所在社区"),
    Purpose.BACKGROUND: lazy_gettext("其他背景"),
    Purpose.OPINION: lazy_gettext("意见"),
    Purpose.SCREENING: lazy_gettext("是否符合条件"),
    Purpose.FIELDWORK: lazy_gettext("入户记录"),
}
POLARITIES = {
    "": lazy_gettext("（不分好坏）"),
    "+": lazy_gettext("肯定"),
    "0": lazy_gettext("中间"),
    "-": lazy_gettext("否定"),
    "dk": lazy_gettext("不了解"),
    "refused": lazy_gettext("不愿回答"),
    "na": lazy_gettext("不适用"),
}


def type_in_words(written: str) -> str:
    """`select_one SAT5` as 单选 · SAT5."""
    kind, _, scale = written.partition(" ")
    name = str(TYPES[ItemType(kind)]) if kind in set(ItemType) else kind
    return f"{name} · {scale}" if scale else name


def advice_in_words(finding: Finding) -> str:
    """One finding: what it is, why it matters, what to do."""
    values = {"found": finding.found}
    return {
        Advice.NEVER_ASKED: gettext("这道题永远不会出现：没有回答能满足条件 %(found)s。请改条件，或删掉它。", **values),
        Advice.TWO_THINGS: gettext("用“%(found)s”连着两件事：只对其中一件满意的人不好答。最好拆成两题。", **values),
        Advice.LEADING: gettext("“%(found)s”会引导回答。请用中性的说法。", **values),
        Advice.ABSOLUTE: gettext("“%(found)s”太绝对，几乎没有人能答“是”。请换一个说法。", **values),
        Advice.TWICE_NO: gettext("“%(found)s”是双重否定，容易听反。请改成肯定句。", **values),
        Advice.VAGUE: gettext("“%(found)s”没说清多久、多少次。请写明时间范围，例如“过去12个月”。", **values),
        Advice.LONG_LABEL: gettext("题目有 %(found)s 个字，手机上太长。请写短些，或把解释放进提示。", **values),
        Advice.SAME_LABEL: gettext("还有一道题的题目一模一样。", **values),
        Advice.SAME_CHOICE: gettext("选项“%(found)s”出现了两次。", **values),
        Advice.UNBALANCED: gettext("肯定与否定的选项数不相等（%(found)s），会把结果推向多的一边。", **values),
        Advice.NO_DONT_KNOW: gettext("没有“不了解／说不清”：不了解的人只能随便选。请加一个。"),
        Advice.NO_POLARITY: gettext("这道题要算指标，但没有一个选项标了“肯定”，算不出比率。"),
        Advice.NO_INDICATOR: gettext("这道题标了“算指标”，但没有选是哪个指标。"),
        Advice.REQUIRED: gettext("设成了必答。调查是自愿的，每题都应可以不答；只有判断能否参加的题才必答。"),
        Advice.SPSS_LABEL: gettext("题目占 %(found)s 字节，SPSS 最多 255 字节，导出时会截断。", **values),
        Advice.SPSS_CHOICE: gettext("选项“%(found)s”超过 120 字节，SPSS 导出时会截断。", **values),
        Advice.STATA_LABEL: gettext("题目有 %(found)s 个字，Stata 最多 80 个，导出时会截断。", **values),
        Advice.NOT_IN_ENGLISH: gettext("没有英文。外籍居民看到的是中文。"),
        Advice.NO_AGE: gettext("没有问年龄段，结果不能按年龄加权。"),
        Advice.NO_SEX: gettext("没有问性别，结果不能按性别加权。"),
        Advice.NO_AREA: gettext("没有问所在社区：扫码的人只能算在张贴地点名下。"),
        Advice.NO_AGE_LIMIT: gettext("没有年龄限制：未满14岁的人未经监护人同意不能参加。"),
        Advice.LONG_FORM: gettext("共 %(found)s 题，多数人会中途放弃。三十题以内为好。", **values),
    }[finding.kind]


def fault_in_words(fault: Fault) -> str:
    """A fault of the compiler. What the forms of the editor cannot cause stays in the compiler's words."""
    tags = {"en": gettext("英文"), "zh-Hans": gettext("中文")}
    lacking = re.fullmatch(r"a label in (.+)", fault.expected)
    if lacking:
        return gettext("缺%(language)s文字。", language=tags.get(lacking[1], lacking[1]))
    if fault.expected == "an item of this questionnaire":
        return gettext("条件用到的题 %(found)s 不在问卷里。", found=fault.found)
    if fault.expected == "an item that comes before":
        return gettext("条件用到的题 %(name)s 排在后面。请移动其中一题。", name=fault.found.split(",")[0])
    if fault.expected.startswith("a code of "):
        return gettext("条件里的选项代码 %(found)s 不存在。", found=fault.found)
    if fault.expected == "an item that is always asked before":
        return gettext("条件用到的题 %(found)s 在随机排序的部分里，不一定先问到。请让它不参加随机。", found=fault.found)
    if fault.expected == "at least one entry":
        return gettext("有的部分里还没有题。")
    kept = re.fullmatch(r"(\w+), its type in version (\d+)", fault.expected)
    if kept:
        return gettext("第 %(n)s 版里这个代号是另一种题型。题型变了，请给题换一个代号。", n=kept[2])
    reused = re.fullmatch(r"code (\d+) for (.+), as in version (\d+)", fault.expected)
    if reused:
        return gettext(
            "代码 %(code)s 在第 %(n)s 版里是“%(label)s”。意思变了，请用一个没用过的代码。",
            code=reused[1],
            n=reused[3],
            label=reused[2],
        )
    if fault.expected == "one that is not there yet":
        return gettext("这一版已经有了。请把版本号加一。")
    if fault.thing == "randomize":
        return gettext("随机排序至少要两个部分，而且都是给受访者填的。")
    return gettext(
        "%(where)s：应为%(expected)s，实为 %(found)s。", where=fault.thing, expected=fault.expected, found=fault.found
    )


def done_in_words(done: str, subject: str) -> str:
    """A step of the history."""
    sentences = {
        "start": gettext("新建"),
        "start_pasted": gettext("从文字新建"),
        "start_workbook": gettext("从 XLSForm 新建"),
        "start_copy": gettext("从 %(subject)s 复制", subject=subject),
        "add": gettext("加了一题 %(subject)s", subject=subject),
        "change": gettext("改了 %(subject)s", subject=subject),
        "remove": gettext("删了 %(subject)s", subject=subject),
        "copy": gettext("复制了 %(subject)s", subject=subject),
        "up": gettext("上移 %(subject)s", subject=subject),
        "down": gettext("下移 %(subject)s", subject=subject),
        "add_section": gettext("加了一个部分"),
        "change_section": gettext("改了部分 %(subject)s", subject=subject),
        "remove_section": gettext("删了部分 %(subject)s", subject=subject),
        "section_up": gettext("上移部分 %(subject)s", subject=subject),
        "section_down": gettext("下移部分 %(subject)s", subject=subject),
        "head": gettext("改了问卷设置"),
        "undo": gettext("撤销"),
    }
    return sentences.get(done, done)


def difference_in_words(one: Difference) -> str:
    """One difference of two versions; texts in quotes are those of before and after."""
    values = {"before": one.before, "after": one.after}
    return {
        Change.ADDED: gettext("新增：%(after)s", **values),
        Change.REMOVED: gettext("删除：%(before)s", **values),
        Change.MOVED: gettext("换了位置", **values),
        Change.TYPE: gettext("题型由 %(before)s 改为 %(after)s", **values),
        Change.LABEL: gettext("题目由“%(before)s”改为“%(after)s”", **values),
        Change.TRANSLATION: gettext("译文由“%(before)s”改为“%(after)s”", **values),
        Change.HINT: gettext("提示由“%(before)s”改为“%(after)s”", **values),
        Change.CHOICE_ADDED: gettext("新增选项 %(after)s", **values),
        Change.CHOICE_REMOVED: gettext("删除选项 %(before)s", **values),
        Change.CHOICE_LABEL: gettext("选项由“%(before)s”改为“%(after)s”", **values),
        Change.CHOICE_MEANING: gettext("选项的含义或系数由 %(before)s 改为 %(after)s", **values),
        Change.CONDITION: gettext("显示条件由“%(before)s”改为“%(after)s”", **values),
        Change.REQUIRED: gettext("是否必答改了", **values),
        Change.LIMIT: gettext("限制由“%(before)s”改为“%(after)s”", **values),
        Change.INDICATOR: gettext("所属指标由“%(before)s”改为“%(after)s”", **values),
    }[one.change]
