"""The codebook beside an export: one row per column with its text, codes and kinds of missing. Step 8."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from survey.exchange.export.csv_file import write_table
from survey.exchange.export.export_columns import Column
from survey.exchange.export.missing import MISSING_LABELS
from survey.instrument.answers import MissingKind

HEADER = ("column", "item", "type", "text", "text_en", "text_zh_hant", "codes", "codes_en", "missing")


def write_codebook(path: Path, columns: Iterable[Column]) -> None:
    """A CSV file in UTF-8 with BOM, so that spreadsheet programs read the Chinese."""
    write_table(path, HEADER, codebook_rows(columns), bom=True)


def codebook_rows(columns: Iterable[Column]) -> Iterator[tuple[str, ...]]:
    for column in columns:
        valid = [code for code in column.codes if code.missing is None]
        yield (
            column.name,
            column.item.name if column.item else "",
            column.kind.value,
            column.label.zh_hans,
            column.label.in_language("en"),
            column.label.in_language("zh-Hant"),
            "; ".join(f"{code.value} {code.label.zh_hans}" for code in valid),
            "; ".join(f"{code.value} {code.label.in_language('en')}" for code in valid),
            "; ".join(f"{value} {words}" for value, words in missing_values(column)),
        )


def missing_values(column: Column) -> Iterator[tuple[int | str, str]]:
    """Every value of the column that means missing, with the kind in Chinese and English."""
    own = ((column.not_asked, MissingKind.NOT_ASKED), (column.not_answered, MissingKind.NOT_ANSWERED))
    for value, kind in own:
        if value is not None:
            yield value, f"{MISSING_LABELS[kind].zh_hans} {MISSING_LABELS[kind].en}"
    for code in column.codes:
        if code.missing is not None:
            label = MISSING_LABELS[code.missing]
            yield code.value, f"{code.label.zh_hans}（{label.zh_hans}）{label.en}"
