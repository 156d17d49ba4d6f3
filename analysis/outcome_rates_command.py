"""The verb `rates FILE` of `python -m analysis`: outcome rates of a dispositions file, as table or JSON."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from analysis.command_words import add_language_option, label
from analysis.dispositions import DispositionClass
from analysis.outcome_rates import OutcomeRates, OutcomeRatesError, count_cases, outcome_rates, read_cases

_FAMILIES = {
    "RR": ("应答率", "Response", "應答率"),
    "COOP": ("合作率", "Cooperation", "合作率"),
    "REF": ("拒访率", "Refusal", "拒訪率"),
    "CON": ("接触率", "Contact", "接觸率"),
}
_CLASSES = {
    DispositionClass.COMPLETE: ("完成", "complete", "完成"),
    DispositionClass.PARTIAL: ("部分完成", "partial", "部分完成"),
    DispositionClass.REFUSAL: ("拒访、中断", "refusal, break-off", "拒訪、中斷"),
    DispositionClass.NON_CONTACT: ("未接触", "non-contact", "未接觸"),
    DispositionClass.OTHER: ("其他未答", "other", "其他未答"),
    DispositionClass.UNKNOWN_HOUSEHOLD: ("不知是否住宅", "unknown household", "不知是否住宅"),
    DispositionClass.UNKNOWN_OTHER: ("其他资格不明", "unknown other", "其他資格不明"),
    DispositionClass.NOT_ELIGIBLE: ("不合格", "not eligible", "不合格"),
}
_ALL, _WEIGHTED, _UNWEIGHTED = (
    ("全部", "all cases", "全部"),
    ("加权", "weighted", "加權"),
    ("未加权", "unweighted", "未加權"),
)


def add_rates_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `rates`; its handler stands in the namespace as `handler` and returns the exit code."""
    parser = subparsers.add_parser(
        "rates",
        help="AAPOR outcome rates (response, cooperation, refusal, contact) of a file of dispositions",
        description="Outcome rates RR1-RR6, COOP1-4, REF1-3, CON1-3 (AAPOR Standard Definitions, 10th edition). "
        "FILE is a CSV with one line per sampled case, or per code with a count. For drawn samples only: "
        "open posters have no response rate.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV with a column of AAPOR codes (1.10, 2.11, ...)")
    parser.add_argument("--code", metavar="COLUMN", help="column of dispositions (default: disposition, code, ...)")
    parser.add_argument("--weight", metavar="COLUMN", help="column of base weights (default: weight, base_weight)")
    parser.add_argument("--count", metavar="COLUMN", help="column of case counts (default: count, n)")
    parser.add_argument("--by", metavar="COLUMN", help="also one set of rates per value of this column")
    parser.add_argument(
        "--e", type=float, metavar="SHARE", help="eligible share of unknown cases, 0..1 (default: allocated)"
    )
    add_language_option(parser)
    parser.add_argument("--json", action="store_true", help="write JSON instead of a table")
    parser.set_defaults(handler=show_rates)


def show_rates(arguments: argparse.Namespace) -> int:
    """Read, compute, show; 0, or 1 with one line per fault on standard error."""
    try:
        document = rates_document(
            arguments.file,
            code=arguments.code,
            weight=arguments.weight,
            count=arguments.count,
            by=arguments.by,
            e=arguments.e,
        )
    except OutcomeRatesError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    text = (
        json.dumps(document, ensure_ascii=False, indent=2) if arguments.json else _table(document, arguments.language)
    )
    sys.stdout.write(text + "\n")
    return 0


def rates_document(
    file: Path, *, code: str | None, weight: str | None, count: str | None, by: str | None, e: float | None
) -> dict[str, Any]:
    """Cases by class and rates of one file: the whole and each group, unweighted and (with weights) weighted."""
    cases, has_weights = read_cases(file, code=code, weight=weight, count=count, by=by)
    groups = sorted({case.group for case in cases}) if by else []
    sets = [("", cases), *((group, [c for c in cases if c.group == group]) for group in groups)]
    results = []
    for position, (group, members) in enumerate(sets):
        domain = {} if position == 0 else {by: group}
        for weighted in (False, True) if has_weights else (False,):
            rates = outcome_rates(count_cases(members, weighted=weighted), e=e, weighted=weighted)
            results.append({"domain": domain, **_as_dict(rates)})
    return {"schema_version": 1, "file": file.name, "definitions": "AAPOR 2023, 10th edition", "results": results}


def _as_dict(rates: OutcomeRates) -> dict[str, Any]:
    return {
        "weighted": rates.weighted,
        "counts": {str(k): v for k, v in rates.counts.items()},
        "e": rates.e,
        "e_method": rates.e_method,
        "rates": dict(rates.rates),
    }


def _table(document: dict[str, Any], language: str) -> str:
    return "\n\n".join(_block(result, language) for result in document["results"])


def _block(result: dict[str, Any], language: str) -> str:
    where = ", ".join(f"{k} = {v}" for k, v in result["domain"].items()) or label(_ALL, language)
    how = label(_WEIGHTED if result["weighted"] else _UNWEIGHTED, language)
    e = "–" if result["e"] is None else f"{result['e']:.4f}"
    lines = [f"{where} · {how} · e = {e} ({result['e_method']})"]
    lines += [f"  {k:<3}{result['counts'][k]:>12,.10g}  {label(_CLASSES[k], language)}" for k in DispositionClass]
    for prefix, name in _FAMILIES.items():
        rates = {k: v for k, v in result["rates"].items() if k.startswith(prefix)}
        shown = "  ".join(f"{k} {'–' if v is None else format(v, '.1%')}" for k, v in rates.items())
        lines.append(f"  {label(name, language)}: {shown}")
    return "\n".join(lines)
