"""Step 1: an XLSForm workbook on disk: written from rows, and read with the place of every cell kept for messages."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.input_table import LARGEST_CELL
from survey.exchange.xlsform.sheets import XlsForm

SHEETS = ("survey", "choices", "settings")
LARGEST_ROWS = 5000
LARGEST_UNPACKED = 20_000_000  # bytes: a small file may hold an endless one
_TRANSLATED = frozenset({"label", "hint", "guidance_hint", "constraint_message", "required_message", "image"})


@dataclass(frozen=True)
class Column:
    """A column by its plain name (`label`) and language (`English (en)`, empty without one), and as it is written."""

    name: str
    language: str
    written: str


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as a spreadsheet counts (the header is row 1) and its cells that hold something."""

    sheet: str
    number: int
    cells: Mapping[Column, str]

    def __getitem__(self, name: str) -> str:
        """The cell of the first column with this name and no language; empty without one."""
        return next((cell for column, cell in self.cells.items() if (column.name, column.language) == (name, "")), "")

    def in_languages(self, name: str) -> dict[str, str]:
        """The cells of a column by language as the sheet names it."""
        return {column.language: cell for column, cell in self.cells.items() if column.name == name}

    def place(self, name: str = "") -> str:
        """`sheet survey, row 7, column relevant`; the column as the sheet writes it."""
        written = next((column.written for column in self.cells if column.name == name), name)
        column = f", column {written}" if written else ""
        return f"sheet {self.sheet}, row {self.number}{column}"


Workbook = Mapping[str, tuple[SheetRow, ...]]


def workbook_bytes(form: XlsForm) -> bytes:
    """The workbook; every cell is text, none becomes a formula or a link."""
    import xlsxwriter

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as workbook:
        bold = workbook.add_format({"bold": True})
        for name, rows in zip(SHEETS, (form.survey, form.choices, (form.settings,)), strict=True):
            sheet, columns = workbook.add_worksheet(name), form.columns(name)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, columns, bold)
            for number, row in enumerate(rows, start=1):
                for position, column in enumerate(columns):
                    if row.get(column):
                        sheet.write_string(number, position, row[column])
    return content.getvalue()


def read_workbook(path: Path) -> Workbook:
    """The rows of the three sheets. Raises `FaultsFoundError`: unreadable, no survey sheet, too large, bad headers."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > LARGEST_UNPACKED:
            fault = Fault(path.name, "file", f"at most {LARGEST_UNPACKED} bytes when unpacked", str(unpacked))
            raise FaultsFoundError([fault])
        workbook = CalamineWorkbook.from_path(str(path))
        found = {name.strip().lower(): name for name in workbook.sheet_names}
        tables = {
            name: workbook.get_sheet_by_name(found[name]).to_python(skip_empty_area=False)
            for name in SHEETS
            if name in found
        }
    except (CalamineError, BadZipFile, OSError) as error:
        raise FaultsFoundError([Fault(path.name, "file", "a readable .xlsx file", shown(error))]) from error
    if "survey" not in tables:
        fault = Fault(path.name, "workbook", "a sheet survey", ", ".join(workbook.sheet_names) or "no sheet")
        raise FaultsFoundError([fault])
    faults: list[Fault] = []
    rows = {name: tuple(_rows(path.name, name, table, faults)) for name, table in tables.items()}
    if faults:
        raise FaultsFoundError(faults)
    return rows


def _rows(file: str, sheet: str, table: Sequence[Sequence[object]], faults: list[Fault]) -> Iterator[SheetRow]:
    if len(table) > LARGEST_ROWS:
        faults.append(Fault(file, f"sheet {sheet}", f"at most {LARGEST_ROWS} rows", str(len(table))))
        return
    header = [_column(_cell_text(cell)) for cell in (table[0] if table else [])]
    for number, cells in enumerate(table[1:], start=2):
        texts = [_cell_text(cell) for cell in cells]
        row: dict[Column, str] = {}
        for position, text in enumerate(texts):
            column = header[position] if position < len(header) else None
            where = f"sheet {sheet}, row {number}, column {column.written if column else position + 1}"
            if len(text) > LARGEST_CELL:
                faults.append(Fault(file, where, f"at most {LARGEST_CELL} characters", str(len(text))))
            elif text and (column is None or not column.name):
                # A remark beside the sheet. XLSForm tools leave columns without a name alone.
                continue
            elif text and column is not None:
                twin = next((one for one in row if (one.name, one.language) == (column.name, column.language)), None)
                if twin is None:
                    row[column] = text
                elif row[twin] != text:
                    expected = f"one value in the columns {twin.written!r} and {column.written!r}, which mean the same"
                    faults.append(Fault(file, where, expected, shown(text)))
        if row:
            yield SheetRow(sheet, number, row)


def _column(written: str) -> Column:
    """A header in any of its legal spellings: `Label::English (en)`, `list name`, `relevance`, `bind::relevant`."""
    parts = [part.strip() for part in written.split("::" if "::" in written else ":")]
    first = "_".join(parts[0].lower().split())
    if first in {"bind", "control", "body", "media", "instance"} and len(parts) > 1:
        parts = parts[1:]
        first = parts[0].lower()
    name = _ALIASES.get(first, first)
    language = parts[1] if len(parts) > 1 and name in _TRANSLATED else ""
    if len(parts) > 1 and not language:
        name = "::".join([name, *parts[1:]])
    return Column(name, language, written)


def _cell_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\u00a0", " ").strip()


# The other spellings that XLSForm tools take (pyxform, aliases.py).
_ALIASES = {
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "relevance": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "constraining_message": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "requiredmsg": "required_message",
    "jr:requiredmsg": "required_message",
    "count": "repeat_count",
    "set_form_title": "form_title",
    "set_form_id": "form_id",
    "id_string": "form_id",
    "title": "form_title",
}
