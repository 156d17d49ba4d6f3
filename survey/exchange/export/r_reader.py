"""An R script beside an exported CSV: labels, factors, and the kinds of missing as NA. Step 8."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from survey.exchange.export.codebook import missing_values
from survey.exchange.export.export_columns import Column, ColumnKind


def write_r_reader(path: Path, columns: Sequence[Column], data_file: str) -> None:
    """`source("…R")` makes `data`; what kind of missing a value was stays in the attribute `missing_kind`."""
    path.write_text("\n".join(_script(columns, data_file)) + "\n", encoding="utf-8")


def _script(columns: Sequence[Column], data_file: str) -> Iterator[str]:
    from analysis.report.r.literal import r

    yield "# Reads the exported responses into `data`. Base R is enough."
    yield f"data <- read.csv({r(data_file)}, colClasses = 'character', check.names = FALSE, encoding = 'UTF-8')"
    yield "names(data)[1] <- sub('^\\ufeff', '', names(data)[1])"
    yield "describe <- function(name, label, missing, kinds, numeric, codes = NULL, labels = NULL) {"
    yield "  value <- data[[name]]"
    yield "  kind <- kinds[match(value, missing)]"
    yield "  value[value %in% c(missing, '')] <- NA"
    yield "  value <- if (length(codes)) factor(value, codes, labels) else if (numeric) as.numeric(value) else value"
    yield "  structure(value, label = label, missing_kind = kind)"
    yield "}"
    for column in columns:
        absent = list(missing_values(column))
        valid = [code for code in column.codes if code.missing is None]
        numeric = column.kind not in (ColumnKind.TEXT, ColumnKind.TIME)
        labels = [code.label.zh_hans for code in valid]
        if len(set(labels)) < len(labels):  # a factor's labels must differ
            labels = [f"{code.value} {code.label.zh_hans}" for code in valid]
        name = r(column.name)
        yield (
            f"data[[{name}]] <- describe({name}, {r(column.label.zh_hans)},"
            f" {r([str(value) for value, _ in absent])}, {r([words for _, words in absent])}, {r(numeric)},"
            f" {r([str(code.value) for code in valid])}, {r(labels)})"
        )
