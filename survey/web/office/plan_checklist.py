"""The checklist of a wave in preparation: every step with its gaps, and what is often forgotten."""

from survey.actions.programme.show_plan import ShownPlan
from survey.web.i18n import gettext
from survey.web.office.plan_words import KEYS, Gap, Step, faults_as_gaps, sentences_as_gaps


def rows_of(shown: ShownPlan) -> list[tuple[Step, bool, list[Gap]]]:
    """Each step, whether something is filled in there, and its gaps."""
    gaps = faults_as_gaps(shown.check.faults) + sentences_as_gaps(shown.gaps)
    known = [(step, any(shown.tree.get(key) for key in KEYS[step])) for step in Step]
    rows = [(step, filled, [gap for gap in gaps if gap.step is step]) for step, filled in known]
    others = [gap for gap in gaps if gap.step is None]
    return [*rows[:-1], (rows[-1][0], rows[-1][1], rows[-1][2] + others)]


def advice_of(shown: ShownPlan) -> list[str]:
    """What need not be there to open, and is often forgotten."""
    ways, found = shown.tree.get("ways", []), []
    if "poster" in ways and not shown.posters:
        found.append(gettext("安排了海报，还没有发放编码；开始后也可以发放、打印。"))
    if {"letter", "door", "phone", "paper"} & set(ways) and not (shown.letters or shown.cases):
        found.append(gettext("安排了抽样调查，还没有抽取样本；开始前后都可以在“入户管理”里抽取。"))
    if not shown.margins:
        found.append(gettext("没有人口边际：抽样结果不能按街道、性别、年龄校准。"))
    elif not (shown.tree.get("margins_source") and shown.tree.get("margins_date")):
        found.append(gettext("人口边际没有写明来源和日期。"))
    if not shown.tree.get("name", {}).get("en"):
        found.append(gettext("没有英文名称：英文页面会显示中文名称。"))
    return found
