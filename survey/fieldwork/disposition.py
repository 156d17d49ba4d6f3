"""What became of a sampled dwelling: AAPOR's final codes for in-person household surveys, in the words a worker uses.

Source: AAPOR, Standard Definitions, 10th edition (2023). `analysis/dispositions.py` sorts the same codes into the
classes that outcome rates are made of; a test of the architecture keeps both lists and their words equal.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from survey.instrument.text import Text


class Disposition(StrEnum):
    """The codes in their hundreds form: 2.11 is 211, 2.111 is 2111."""

    COMPLETE = "110"
    PARTIAL = "120"
    REFUSAL_OR_BREAK_OFF = "210"
    REFUSAL = "211"
    HOUSEHOLD_REFUSAL = "2111"
    RESPONDENT_REFUSAL = "2112"
    BREAK_OFF = "212"
    NON_CONTACT = "220"
    NO_ENTRY = "223"
    NO_ONE_HOME = "224"
    AWAY = "225"
    NOT_INTERVIEWED = "230"
    DEAD = "231"
    UNABLE = "232"
    LANGUAGE = "233"
    OTHER = "236"
    UNKNOWN = "310"
    NOT_ATTEMPTED = "311"
    UNREACHABLE = "317"
    NOT_FOUND = "318"
    UNKNOWN_ELIGIBILITY = "320"
    UNKNOWN_OTHER = "390"
    OUT_OF_SAMPLE = "410"
    NOT_A_DWELLING = "450"
    VACANT = "460"
    NO_ELIGIBLE = "470"
    QUOTA_FILLED = "480"
    NOT_ELIGIBLE = "490"

    @property
    def words(self) -> Text:
        return WORDS[self]

    @property
    def interviewed(self) -> bool:
        return self in {Disposition.COMPLETE, Disposition.PARTIAL}

    @property
    def is_refusal(self) -> bool:
        return self.startswith("21")

    @property
    def not_eligible(self) -> bool:
        return self.startswith("4")

    @property
    def needs_visit(self) -> bool:
        """Whether another attempt belongs to the work: nobody was met, or it is not known yet who lives there."""
        return self.startswith(("22", "3"))


WORDS: Mapping[Disposition, Text] = MappingProxyType(
    {
        Disposition.COMPLETE: Text("完成访问", "Complete interview", "完成訪問"),
        Disposition.PARTIAL: Text("部分完成", "Partial interview", "部分完成"),
        Disposition.REFUSAL_OR_BREAK_OFF: Text("拒访或中断", "Refusal and break-off", "拒訪或中斷"),
        Disposition.REFUSAL: Text("拒访", "Refusal", "拒訪"),
        Disposition.HOUSEHOLD_REFUSAL: Text("住户拒访", "Household-level refusal", "住戶拒訪"),
        Disposition.RESPONDENT_REFUSAL: Text("被选中者本人拒访", "Known-respondent refusal", "被選中者本人拒訪"),
        Disposition.BREAK_OFF: Text("中途中断", "Break-off", "中途中斷"),
        Disposition.NON_CONTACT: Text("未接触到", "Non-contact", "未接觸到"),
        Disposition.NO_ENTRY: Text("进不了楼门或小区", "Unable to enter building", "進不了樓門或社區"),
        Disposition.NO_ONE_HOME: Text("家中无人", "No one at residence", "家中無人"),
        Disposition.AWAY: Text("被选中者不在或没空", "Respondent away or unavailable", "被選中者不在或沒空"),
        Disposition.NOT_INTERVIEWED: Text("其他未答", "Other eligible, not interviewed", "其他未答"),
        Disposition.DEAD: Text("被选中者去世", "Dead", "被選中者去世"),
        Disposition.UNABLE: Text("身心原因不能作答", "Physically or mentally unable", "身心原因不能作答"),
        Disposition.LANGUAGE: Text("语言不通", "Language", "語言不通"),
        Disposition.OTHER: Text("其他原因未答", "Miscellaneous", "其他原因未答"),
        Disposition.UNKNOWN: Text("不知是否住宅", "Unknown if housing unit", "不知是否住宅"),
        Disposition.NOT_ATTEMPTED: Text("没有走访", "Not attempted or worked", "沒有走訪"),
        Disposition.UNREACHABLE: Text("到不了或不安全", "Unable to reach or unsafe area", "到不了或不安全"),
        Disposition.NOT_FOUND: Text("找不到地址", "Unable to locate address", "找不到地址"),
        Disposition.UNKNOWN_ELIGIBILITY: Text(
            "是住宅，不知有无合格受访者",
            "Housing unit, unknown if eligible respondent",
            "是住宅，不知有無合格受訪者",
        ),
        Disposition.UNKNOWN_OTHER: Text("其他资格不明", "Unknown eligibility, other", "其他資格不明"),
        Disposition.OUT_OF_SAMPLE: Text("不在样本内", "Out of sample", "不在樣本內"),
        Disposition.NOT_A_DWELLING: Text("不是住宅", "Not a housing unit", "不是住宅"),
        Disposition.VACANT: Text("空置住宅", "Vacant housing unit", "空置住宅"),
        Disposition.NO_ELIGIBLE: Text("无合格受访者", "No eligible respondent", "無合格受訪者"),
        Disposition.QUOTA_FILLED: Text("配额已满", "Quota filled", "配額已滿"),
        Disposition.NOT_ELIGIBLE: Text("其他不合格", "Not eligible, other", "其他不合格"),
    }
)

# What a worker can note down at the door, in the order of the list; a case without an attempt has no visit.
VISIT_OUTCOMES = tuple(one for one in Disposition if one is not Disposition.NOT_ATTEMPTED)


def final_disposition(attempts: Iterable[Disposition]) -> Disposition:
    """The case's final code from the outcomes of its attempts, the earliest first.

    An interview stands whatever else happened. After it comes the latest meeting that settled something (a refusal,
    another reason of an eligible household, not eligible): later closed doors do not undo it. Then the latest
    non-contact, then the latest attempt that left eligibility open. None at all: not attempted.

    >>> final_disposition([Disposition.REFUSAL, Disposition.NO_ONE_HOME]).name
    'REFUSAL'
    """
    best, reached = Disposition.NOT_ATTEMPTED, -1
    for attempt in attempts:
        rank = _rank(attempt)
        if rank >= reached:
            best, reached = attempt, rank
    return best


def _rank(attempt: Disposition) -> int:
    if attempt.interviewed:
        return 5 if attempt is Disposition.COMPLETE else 4
    if attempt.startswith(("21", "23", "4")):
        return 3
    if attempt.startswith("22"):
        return 2
    return 1 if attempt in {Disposition.UNKNOWN_ELIGIBILITY, Disposition.UNKNOWN_OTHER} else 0
