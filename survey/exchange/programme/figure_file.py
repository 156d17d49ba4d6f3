"""Administrative figures as a table of an office, in and out: one row for each indicator and period."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from survey.exchange.export.csv_file import as_csv, safe_text
from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.input_table import read_known_table
from survey.programme.admin_figure import (
    AdminFigure,
    AdminFigureError,
    AdminIndicator,
    Comparison,
    check_period,
    read_value,
)

REQUIRED = ("indicator", "period", "value")
OPTIONAL = ("name", "unit", "operator", "target", "responsible", "source", "note")
_LONGEST = {"name": 120, "unit": 20, "responsible": 120, "source": 200, "note": 500}


@dataclass(frozen=True)
class FigureTable:
    """`figures`: indicator, period, value, note."""

    indicators: tuple[AdminIndicator, ...]
    figures: tuple[tuple[str, str, Decimal, str], ...]


def read_figures(path: Path, known: dict[str, AdminIndicator]) -> FigureTable:
    """Rows of known indicators need no more than the three required columns; a new one needs a name and a unit.

    An empty value only defines the indicator. Raises `FaultsFoundError` with every fault.
    """
    table = read_known_table(path, REQUIRED, OPTIONAL)
    faults: list[Fault] = []
    indicators = dict(known)
    figures: dict[tuple[str, str], tuple[Decimal, str]] = {}
    for number, record in table.records():
        found = list(_read_row(record, indicators, figures))
        faults += [Fault(table.file, f"row {number}, {key}", expected, value) for key, expected, value in found]
    if not table.rows:
        faults.append(Fault(table.file, "row 2", "a figure", "nothing"))
    if faults:
        raise FaultsFoundError(faults)
    named = tuple(one for code, one in indicators.items() if known.get(code) != one)
    return FigureTable(named, tuple((*key, *rest) for key, rest in figures.items()))


def _read_row(
    record: dict[str, str],
    indicators: dict[str, AdminIndicator],
    figures: dict[tuple[str, str], tuple[Decimal, str]],
) -> Iterator[tuple[str, str, str]]:
    for key, longest in _LONGEST.items():
        if len(record.get(key, "")) > longest:
            yield key, f"at most {longest} characters", shown(record[key])
    code = record["indicator"]
    try:
        if record.get("name") or code not in indicators:
            indicators[code] = _indicator(record)
    except AdminFigureError as error:
        yield _told("indicator", error, code)
        return
    if not record["value"]:
        return
    try:
        named = (code, check_period(record["period"]))
        if named in figures:
            yield "period", "every indicator and period once", shown(" ".join(named))
        figures[named] = (read_value(record["value"]), record.get("note", ""))
    except AdminFigureError as error:
        column = "value" if str(error).startswith("value") else "period"
        yield _told(column, error, record[column])


def _told(column: str, error: AdminFigureError, found: str) -> tuple[str, str, str]:
    """What was expected, out of the error's one line."""
    expected = str(error).partition("expected ")[2].rpartition(", found")[0]
    return column, expected or str(error), shown(found)


def _indicator(record: dict[str, str]) -> AdminIndicator:
    operator, target = record.get("operator", ""), record.get("target", "")
    if not record.get("name") or not record.get("unit"):
        raise AdminFigureError("indicator: expected a name and a unit for a new indicator, found none")
    if operator and operator not in list(Comparison):
        raise AdminFigureError(f"operator: expected an operator among {' '.join(Comparison)}, found {operator!r}")
    return AdminIndicator(
        record["indicator"],
        record["name"],
        record["unit"],
        Comparison(operator) if operator else None,
        read_value(target) if target else None,
        record.get("responsible", ""),
        record.get("source", ""),
    )


def figures_as_csv(rows: Iterable[tuple[AdminIndicator, AdminFigure]]) -> str:
    """Every edition with who entered and who checked it, and the plain comparison for those that count."""
    header = (*REQUIRED, *OPTIONAL, "edition", "state", "met", "entered_by", "entered_at", "decided_by", "decided_at")
    return as_csv(header, (_cells(indicator, figure) for indicator, figure in rows))


def _cells(indicator: AdminIndicator, figure: AdminFigure) -> list[object]:
    met = indicator.met_by(figure.value) if figure.state.value == "checked" else None
    texts = (indicator.name, indicator.unit, indicator.comparison or "", indicator.target, indicator.responsible)
    cells: list[object] = [
        indicator.id,
        figure.period,
        figure.value,
        *texts,
        indicator.source,
        figure.note,
        figure.edition,
    ]
    cells += [figure.state.value, "" if met is None else str(met).lower(), figure.entered_by, figure.entered_at]
    cells += [figure.decided_by, figure.decided_at or ""]
    # An operator such as = stands in a cell of its own, which a spreadsheet program would take for a formula.
    return [safe_text(cell) if isinstance(cell, str) else cell for cell in cells]
