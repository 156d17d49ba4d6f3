"""Final dispositions of in-person household surveys: AAPOR codes, their class, their names in three scripts.

Step 2 to 5 of the flow: what became of every sampled dwelling. `outcome_rates.py` counts the classes.
Source: AAPOR, Standard Definitions, 10th edition (2023), in-person household surveys.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class DispositionError(ValueError):
    """A disposition that no AAPOR code or class answers to."""


class DispositionClass(StrEnum):
    """The eight classes that every outcome rate is made of, by AAPOR's own letters."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    NON_CONTACT = "NC"
    OTHER = "O"
    UNKNOWN_HOUSEHOLD = "UH"
    UNKNOWN_OTHER = "UO"
    NOT_ELIGIBLE = "NE"


@dataclass(frozen=True)
class Disposition:
    """One final code with its class and its name in simplified Chinese, English and traditional Chinese."""

    code: str
    klass: DispositionClass
    zh_hans: str
    en: str
    zh_hant: str


_C = DispositionClass

_TABLE = (
    Disposition("1.10", _C.COMPLETE, "完成访问", "Complete interview", "完成訪問"),
    Disposition("1.20", _C.PARTIAL, "部分完成", "Partial interview", "部分完成"),
    Disposition("2.10", _C.REFUSAL, "拒访或中断", "Refusal and break-off", "拒訪或中斷"),
    Disposition("2.11", _C.REFUSAL, "拒访", "Refusal", "拒訪"),
    Disposition("2.111", _C.REFUSAL, "住户拒访", "Household-level refusal", "住戶拒訪"),
    Disposition("2.112", _C.REFUSAL, "被选中者本人拒访", "Known-respondent refusal", "被選中者本人拒訪"),
    Disposition("2.12", _C.REFUSAL, "中途中断", "Break-off", "中途中斷"),
    Disposition("2.20", _C.NON_CONTACT, "未接触到", "Non-contact", "未接觸到"),
    Disposition("2.23", _C.NON_CONTACT, "进不了楼门或小区", "Unable to enter building", "進不了樓門或社區"),
    Disposition("2.24", _C.NON_CONTACT, "家中无人", "No one at residence", "家中無人"),
    Disposition("2.25", _C.NON_CONTACT, "被选中者不在或没空", "Respondent away or unavailable", "被選中者不在或沒空"),
    Disposition("2.30", _C.OTHER, "其他未答", "Other eligible, not interviewed", "其他未答"),
    Disposition("2.31", _C.OTHER, "被选中者去世", "Dead", "被選中者去世"),
    Disposition("2.32", _C.OTHER, "身心原因不能作答", "Physically or mentally unable", "身心原因不能作答"),
    Disposition("2.33", _C.OTHER, "语言不通", "Language", "語言不通"),
    Disposition("2.36", _C.OTHER, "其他原因未答", "Miscellaneous", "其他原因未答"),
    Disposition("3.10", _C.UNKNOWN_HOUSEHOLD, "不知是否住宅", "Unknown if housing unit", "不知是否住宅"),
    Disposition("3.11", _C.UNKNOWN_HOUSEHOLD, "没有走访", "Not attempted or worked", "沒有走訪"),
    Disposition("3.17", _C.UNKNOWN_HOUSEHOLD, "到不了或不安全", "Unable to reach or unsafe area", "到不了或不安全"),
    Disposition("3.18", _C.UNKNOWN_HOUSEHOLD, "找不到地址", "Unable to locate address", "找不到地址"),
    Disposition(
        "3.20",
        _C.UNKNOWN_OTHER,
        "是住宅，不知有无合格受访者",
        "Housing unit, unknown if eligible respondent",
        "是住宅，不知有無合格受訪者",
    ),
    Disposition("3.90", _C.UNKNOWN_OTHER, "其他资格不明", "Unknown eligibility, other", "其他資格不明"),
    Disposition("4.10", _C.NOT_ELIGIBLE, "不在样本内", "Out of sample", "不在樣本內"),
    Disposition("4.50", _C.NOT_ELIGIBLE, "不是住宅", "Not a housing unit", "不是住宅"),
    Disposition("4.60", _C.NOT_ELIGIBLE, "空置住宅", "Vacant housing unit", "空置住宅"),
    Disposition("4.70", _C.NOT_ELIGIBLE, "无合格受访者", "No eligible respondent", "無合格受訪者"),
    Disposition("4.80", _C.NOT_ELIGIBLE, "配额已满", "Quota filled", "配額已滿"),
    Disposition("4.90", _C.NOT_ELIGIBLE, "其他不合格", "Not eligible, other", "其他不合格"),
)

DISPOSITIONS: Mapping[str, Disposition] = MappingProxyType({d.code: d for d in _TABLE})


def disposition(code: str) -> Disposition:
    """The table's entry for a written code.

    Accepted spellings: `2.11`, `2.111`, the hundreds form `211` or `2111`, and `1.1` for `1.10` (a spreadsheet eats
    the zero). A finer code than the table knows belongs to its parent: `2.331` is 2.33, `4.61` is 4.60.
    Raises DispositionError for anything else.

    >>> disposition("2111").en
    'Household-level refusal'
    >>> disposition("4.61").code
    '4.60'
    """
    digits = code.strip().replace(".", "", 1)
    if digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 5:
        for length in range(len(digits), 1, -1):
            known = DISPOSITIONS.get(f"{digits[0]}.{digits[1:length]:0<2}")
            if known is not None:
                return known
    raise DispositionError(
        f"disposition {code!r}: expected an AAPOR code such as 1.10, 2.11 or 3.18, or a class out of "
        f"{', '.join(DispositionClass)}"
    )


def disposition_class(written: str) -> DispositionClass:
    """The class of a code, or of a class letter written directly (I, P, R, NC, O, UH, UO, NE).

    >>> disposition_class("nc"), disposition_class("2.24")
    (<DispositionClass.NON_CONTACT: 'NC'>, <DispositionClass.NON_CONTACT: 'NC'>)
    """
    letters = written.strip().upper()
    if letters in DispositionClass.__members__.values():
        return DispositionClass(letters)
    return disposition(written).klass
