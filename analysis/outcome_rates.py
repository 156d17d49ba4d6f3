"""Response, cooperation, refusal and contact rates of a probability sample, weighted or not (step 5 of the flow).

Formulas: AAPOR, Standard Definitions, 10th edition (2023). An open QR poster has no sampling frame and therefore no
response rate; these functions are for drawn samples only.
"""

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.dispositions import DispositionClass, DispositionError, disposition_class

_C = DispositionClass

CODE_COLUMNS = ("disposition", "final_disposition", "final_code", "code", "outcome", "结果代码", "最终结果")
WEIGHT_COLUMNS = ("weight", "base_weight", "权数")
COUNT_COLUMNS = ("count", "n", "freq", "户数")


class OutcomeRatesError(ValueError):
    """Dispositions that cannot be read or counted; `faults` has one line each."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True)
class Case:
    """One line of a disposition file: a class, how many cases it stands for, and their base weight."""

    klass: DispositionClass
    group: str = ""
    count: float = 1.0
    weight: float = 1.0


@dataclass(frozen=True)
class OutcomeRates:
    """All rates of one set of counts; a rate whose denominator is empty is None.

    `counts` are cases, or sums of base weights when `weighted`. `e` is the share of the cases of unknown eligibility
    taken as eligible, `e_method` says where it came from: `given`, or `proportional allocation`.
    """

    counts: Mapping[DispositionClass, float]
    e: float | None
    e_method: str
    weighted: bool
    rates: Mapping[str, float | None]


def proportional_eligibility(counts: Mapping[DispositionClass, float]) -> float | None:
    """e by proportional allocation: the eligible share among cases whose eligibility is known; None if there are none.

    e = (I+P+R+NC+O) / (I+P+R+NC+O+NE) (AAPOR 2023, "Estimating e"; also called the CASRO method).

    >>> proportional_eligibility({DispositionClass.COMPLETE: 90, DispositionClass.NOT_ELIGIBLE: 10})
    0.9
    """
    eligible = sum(counts.get(k, 0.0) for k in (_C.COMPLETE, _C.PARTIAL, _C.REFUSAL, _C.NON_CONTACT, _C.OTHER))
    return _ratio(eligible, eligible + counts.get(_C.NOT_ELIGIBLE, 0.0))


def outcome_rates(
    counts: Mapping[DispositionClass, float], *, e: float | None = None, weighted: bool = False
) -> OutcomeRates:
    """RR1-RR6, COOP1-4, REF1-3, CON1-3 from counts (or weight sums) per class; e given, or proportionally allocated.

    With A = I+P+R+NC+O and U = UH+UO:
        RR1 = I/(A+U)      RR3 = I/(A+eU)      RR5 = I/A        (RR2, RR4, RR6: I+P in the numerator)
        REF1 = R/(A+U)     REF2 = R/(A+eU)     REF3 = R/A
        CON1 = (I+P+R+O)/(A+U)                 CON2, CON3 likewise over A+eU and A
        COOP1 = I/(I+P+R+O)                    COOP3 = I/(I+P+R)  (COOP2, COOP4: I+P in the numerator)
    Weighted rates use sums of base weights (1/selection probability) in place of counts, e included.
    Raises OutcomeRatesError when a count is negative or not finite, or e is outside 0..1.

    >>> C = DispositionClass
    >>> r = outcome_rates({C.COMPLETE: 4, C.PARTIAL: 2, C.REFUSAL: 1, C.NON_CONTACT: 1, C.OTHER: 1,
    ...                    C.UNKNOWN_HOUSEHOLD: 1, C.UNKNOWN_OTHER: 1, C.NOT_ELIGIBLE: 1}, e=0.8)
    >>> round(r.rates["RR3"], 6), r.rates["COOP1"]
    (0.377358, 0.5)
    """
    _check(counts, e)
    full = {k: float(counts.get(k, 0.0)) for k in DispositionClass}
    share = proportional_eligibility(full) if e is None else e
    method = "given" if e is not None else "proportional allocation"
    return OutcomeRates(full, share, method, weighted, _rates(full, share))


def _check(counts: Mapping[DispositionClass, float], e: float | None) -> None:
    faults = [
        f"count of {klass}: expected a number >= 0, found {value}"
        for klass, value in counts.items()
        if not (math.isfinite(value) and value >= 0)
    ]
    if e is not None and not 0 <= e <= 1:
        faults.append(f"e: expected a share between 0 and 1, found {e}")
    if faults:
        raise OutcomeRatesError(faults)


def _rates(counts: Mapping[DispositionClass, float], e: float | None) -> dict[str, float | None]:
    complete, partial = counts[_C.COMPLETE], counts[_C.PARTIAL]
    interviews, refusals = complete + partial, counts[_C.REFUSAL]
    contacts = interviews + refusals + counts[_C.OTHER]
    eligible = contacts + counts[_C.NON_CONTACT]
    unknown = counts[_C.UNKNOWN_HOUSEHOLD] + counts[_C.UNKNOWN_OTHER]
    # Without one case of known eligibility e cannot be allocated, and the rates that need it stay empty.
    some = None if e is None else eligible + e * unknown
    every = eligible + unknown
    return {
        "RR1": _ratio(complete, every),
        "RR2": _ratio(interviews, every),
        "RR3": _ratio(complete, some),
        "RR4": _ratio(interviews, some),
        "RR5": _ratio(complete, eligible),
        "RR6": _ratio(interviews, eligible),
        "COOP1": _ratio(complete, contacts),
        "COOP2": _ratio(interviews, contacts),
        "COOP3": _ratio(complete, interviews + refusals),
        "COOP4": _ratio(interviews, interviews + refusals),
        "REF1": _ratio(refusals, every),
        "REF2": _ratio(refusals, some),
        "REF3": _ratio(refusals, eligible),
        "CON1": _ratio(contacts, every),
        "CON2": _ratio(contacts, some),
        "CON3": _ratio(contacts, eligible),
    }


def _ratio(numerator: float, denominator: float | None) -> float | None:
    return numerator / denominator if denominator else None


def count_cases(cases: Iterable[Case], *, weighted: bool = False) -> dict[DispositionClass, float]:
    """Cases (or their base weights) summed per class; classes without cases are 0."""
    counts = dict.fromkeys(DispositionClass, 0.0)
    for case in cases:
        counts[case.klass] += case.count * (case.weight if weighted else 1.0)
    return counts


def read_cases(
    path: Path, *, code: str | None = None, weight: str | None = None, count: str | None = None, by: str | None = None
) -> tuple[list[Case], bool]:
    """Cases of a CSV file (UTF-8, with a header line) and whether the file carries weights.

    Columns are named by the arguments; left out, the first known heading is taken (`disposition`, `code`, ...;
    `weight`, `base_weight`; `count`, `n`). Raises OutcomeRatesError with one line per fault: file, line, column,
    expected, found.
    """
    rows, header = _read_rows(path)
    columns = {
        "code": _column(path, header, code, CODE_COLUMNS),
        "weight": _column(path, header, weight, WEIGHT_COLUMNS),
        "count": _column(path, header, count, COUNT_COLUMNS),
        "by": _column(path, header, by, ()),
    }
    if columns["code"] is None:
        raise OutcomeRatesError(
            [f"{path.name}: expected a column of dispositions ({', '.join(CODE_COLUMNS)}), found {', '.join(header)}"]
        )
    if not rows:
        raise OutcomeRatesError([f"{path.name}: expected at least one case, found only the header"])
    faults: list[str] = []
    cases = [
        case for line, row in rows if (case := _case(f"{path.name} line {line}", row, columns, faults)) is not None
    ]
    if faults:
        raise OutcomeRatesError(faults)
    return cases, columns["weight"] is not None


def _read_rows(path: Path) -> tuple[list[tuple[int, dict[str, str]]], list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [(reader.line_num, {k: v or "" for k, v in row.items() if k is not None}) for row in reader]
            return rows, list(reader.fieldnames or ())
    except OSError as error:
        raise OutcomeRatesError([f"{path}: expected a readable CSV file, found: {error.strerror}"]) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise OutcomeRatesError([f"{path}: expected a CSV file in UTF-8, found: {error}"]) from error


def _column(path: Path, header: list[str], named: str | None, known: tuple[str, ...]) -> str | None:
    if named is not None and named not in header:
        raise OutcomeRatesError([f"{path.name}: expected a column {named!r}, found {', '.join(header)}"])
    return named or next((name for name in known if name in header), None)


def _case(where: str, row: Mapping[str, str], columns: Mapping[str, str | None], faults: list[str]) -> Case | None:
    numbers = {}
    for role in ("weight", "count"):
        numbers[role] = _number(where, row, columns[role], faults)
    try:
        klass = disposition_class(row[columns["code"] or ""])
    except DispositionError as error:
        faults.append(f"{where}, column {columns['code']}: {error}")
        return None
    group = row[columns["by"]] if columns["by"] else ""
    return Case(klass, group, numbers["count"], numbers["weight"])


def _number(where: str, row: Mapping[str, str], column: str | None, faults: list[str]) -> float:
    if column is None:
        return 1.0
    try:
        value = float(row[column])
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        faults.append(f"{where}, column {column}: expected a number >= 0, found {row[column]!r}")
    return value
