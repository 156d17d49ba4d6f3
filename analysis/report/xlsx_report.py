"""results.xlsx: one sheet for each table, headers in three languages, and the method note. Step 8."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analysis.plan import Plan
from analysis.report.method_note import method_lines
from analysis.report.phrases import in_words
from analysis.report.tables import TABLES, Row
from analysis.report.words import LANGUAGES, NAMES, all_languages, rule_in_words, word
from analysis.result import Result

SHEETS = {
    "estimates": "estimates",
    "contrasts": "contrasts",
    "against_rest": "against_rest",
    "crosstabs": "crosstabs",
    "trends": "trends",
    "ranks": "ranks",
    "small_areas": "small_areas",
    "two_samples": "two_samples",
    "weighting_steps": "weights",
}
PRECISE = {"se", "deff", "p_value", "p_adjusted", "departure_p_value", "decision_alpha", "rmse", "statistic", "slope"}
WIDTHS = {"domain": 24, "between": 32, "flags": 48, "residual": 60, "indicator": 20}


def write_xlsx(result: Result, plan: Plan, folder: Path) -> None:
    """Writes results.xlsx; figures keep their full precision and are shown in a readable number format."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(folder / "results.xlsx"), options) as book:
        styles = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            "percent": book.add_format({"num_format": "0.0%"}),
            "number": book.add_format({"num_format": "#,##0.00"}),
            "precise": book.add_format({"num_format": "0.0000"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        for name, rows_of in TABLES.items():
            rows = rows_of(result)
            if rows:
                _write_sheet(book.add_worksheet(word(SHEETS[name], "zh-Hans")), rows, styles)
        _write_note(book.add_worksheet(word("method", "zh-Hans")), result, plan, styles)


def _write_sheet(sheet: Any, rows: list[Row], styles: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    for column, key in enumerate(rows[0]):
        sheet.set_column(column, column, WIDTHS.get(key, 13))
        sheet.write(0, column, _header(key), styles["head"])
    for line, row in enumerate(rows, start=1):
        for column, (key, value) in enumerate(row.items()):
            if isinstance(value, bool):
                sheet.write(line, column, word("yes" if value else "no", "zh-Hans"))
            elif key == "decision":
                sheet.write(line, column, all_languages(str(value)))
            elif value is not None:
                sheet.write(line, column, value, _format(key, row, styles))


def _header(key: str) -> str:
    known = {
        "method": "interval",
        "weights": "weights",
        "operator": "target",
        "lowest": "rank_set",
        "highest": "rank_set",
    }
    try:
        return f"{all_languages(known.get(key, key))}\n{key}"
    except KeyError:
        return key


def _format(key: str, row: Row, styles: dict[str, Any]) -> Any:
    share = row.get("rule") in {"share", "any", "distribution"}
    if key in {"level", "dk_share"} or (share and key in {"estimate", "lower", "upper", "target"}):
        return styles["percent"]
    if key in {
        "se",
        "deff",
        "p_value",
        "p_adjusted",
        "departure_p_value",
        "decision_alpha",
        "rmse",
        "statistic",
        "slope",
    }:
        return styles["precise"]
    return styles["number"] if isinstance(row[key], float) else None


def _write_note(sheet: Any, result: Result, plan: Plan, styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 120)
    lines: list[tuple[str, Any]] = []
    for language in LANGUAGES:
        lines.append((f"{word('method', language)} ({NAMES[language]})", styles["head"]))
        lines += [(line, styles["text"]) for line in method_lines(result, plan, language)]
        lines += [
            (f"{part.label or part.id}: {rule_in_words(part, language)}", styles["text"]) for part in plan.indicators
        ]
    for language in LANGUAGES:
        lines += [(in_words(warning, language), styles["text"]) for warning in result.warnings]
    for line, (text, style) in enumerate(lines):
        sheet.write_string(line, 0, text, style)
