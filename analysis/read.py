"""Reads csv, parquet, sav, dta and xlsx files into a Frame, only the columns that the plan names. First step."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.encoding import encoding_of
from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import FILE_COLUMN, Categories, Frame, smallest_type
from analysis.plan import Plan

Table = Mapping[str, Any]
PIECE = 1 << 16  # rows of a column, bytes of a file


@dataclass(frozen=True)
class Stack(Mapping[str, Any]):
    """The columns of several files one below the other, each put together when it is asked for; which file as well."""

    tables: tuple[Table, ...]
    file: Categories

    def __getitem__(self, name: str) -> Any:
        return self.file if name == FILE_COLUMN else _stacked([table[name] for table in self.tables])

    def __iter__(self) -> Iterator[str]:
        return iter([*self.tables[0], FILE_COLUMN])

    def __len__(self) -> int:
        return len(self.tables[0]) + 1


@dataclass(frozen=True)
class ParquetColumns(Mapping[str, Any]):
    """Columns of a Parquet file, each read when it is asked for, so that one at a time is in memory as stored."""

    path: Path
    names: tuple[str, ...]
    rows: int

    def __getitem__(self, name: str) -> Any:
        """The column as a chunked array, read in small pieces: pyarrow's read_table would import pandas as well."""
        import pyarrow as pa
        from pyarrow.parquet import ParquetFile

        if name not in self.names:
            raise KeyError(name)
        with ParquetFile(self.path, pre_buffer=False, buffer_size=PIECE) as file:
            pieces = [piece.column(0) for piece in file.iter_batches(PIECE, columns=[name], use_threads=False)]
            return pa.chunked_array(pieces, type=file.schema_arrow.field(name).type)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def read_frame(plan: Plan, folder: Path) -> Frame:
    """Stacks the plan's files. Raises FaultsFound for files and columns that are not there."""
    faults: list[Fault] = []
    tables: list[Table] = []
    digest = hashlib.sha256()
    for name in plan.data.file:
        try:
            tables.append(_read_file(folder / name, name, plan))
            with (folder / name).open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        except FaultsFound as found:
            faults += found.faults
    if faults:
        raise FaultsFound(faults)
    sizes = [_rows(table) for table in tables]
    number = np.repeat(np.arange(len(sizes), dtype=smallest_type(len(sizes))), sizes)
    raw = Stack(tuple(tables), Categories(number, tuple(range(1, len(sizes) + 1))))
    label = shortened(plan.data.file)
    if not sum(sizes):
        raise FaultsFound([Fault(label, "rows", "at least one row", "none")])
    return Frame(label, sum(sizes), raw, frozenset(plan.data.missing), digest.hexdigest())


def _rows(table: Table) -> int:
    return table.rows if isinstance(table, ParquetColumns) else len(next(iter(table.values()), ()))


def _read_file(path: Path, name: str, plan: Plan) -> Table:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise FaultsFound(
            [Fault(name, "data.file", f"a file ending in {', '.join(READERS)}", path.suffix or "no ending")]
        )
    if not path.is_file():
        raise FaultsFound([Fault(name, "data.file", "a file that can be read", "no such file")])
    try:
        return reader(path, lambda header: _wanted(header, name, plan))
    except FaultsFound:
        raise
    except Exception as error:  # every reader has errors of its own; all mean that the file cannot be read
        reason = " ".join(str(error).split())
        raise FaultsFound([Fault(name, "data.file", f"a readable {path.suffix} file", reason[:200])]) from error


def _wanted(header: Sequence[str], name: str, plan: Plan) -> list[str]:
    """The columns to read; every column of the plan that is not in the header is a fault."""
    header = list(header)
    wanted = [column for column in plan.columns if column != FILE_COLUMN]
    wanted += replicate_columns(header, plan, name)
    lacking = [column for column in wanted if column not in header]
    if lacking:
        found = f"only {shortened(header, 12)}"
        raise FaultsFound(Fault(name, f"column {column}", "a column of this name", found) for column in lacking)
    twice = sorted({column for column in wanted if header.count(column) > 1})
    if twice:
        raise FaultsFound(Fault(name, f"column {column}", "one column of this name", "two or more") for column in twice)
    return wanted or header[:1]


def replicate_columns(header: Sequence[str], plan: Plan, name: str) -> list[str]:
    """Names of the replicate weights: the plan's list, or the columns that match its pattern, in file order."""
    replicates = plan.design.replicates
    if replicates.type != "given" or replicates.columns is None:
        return []
    if not isinstance(replicates.columns, str):
        return list(replicates.columns)
    matching = [column for column in header if fnmatch.fnmatchcase(column, replicates.columns)]
    if not matching:
        key = "design.replicates.columns"
        raise FaultsFound([Fault(name, key, f"columns named {replicates.columns}", f"only {shortened(header, 12)}")])
    return matching


def _stacked(parts: list[Any]) -> Any:
    """One array from several files; parts of different types are stacked as text."""
    import pyarrow as pa

    chunks = [chunk for part in parts for chunk in (part.chunks if isinstance(part, pa.ChunkedArray) else [part])]
    if len({chunk.type for chunk in chunks}) > 1:
        chunks = [_as_text(chunk) for chunk in chunks]
    return pa.chunked_array(chunks)


def _as_text(array: Any) -> Any:
    import pyarrow as pa

    from analysis.plan_keys import as_code

    return pa.array([None if value is None else as_code(value) for value in array.to_pylist()], type=pa.string())


Chooser = Callable[[Sequence[str]], list[str]]


def _read_csv(path: Path, choose: Chooser) -> Table:
    import pyarrow as pa
    from pyarrow import csv

    reading = csv.ReadOptions(encoding=encoding_of(path))
    with csv.open_csv(path, read_options=reading) as head:
        header = head.schema.names
    wanted = choose(header)
    text = pa.dictionary(pa.int32(), pa.string())
    converting = csv.ConvertOptions(
        include_columns=wanted, column_types=dict.fromkeys(wanted, text), strings_can_be_null=False
    )
    table = csv.read_csv(path, read_options=reading, convert_options=converting)
    return {column: table.column(column).unify_dictionaries() for column in wanted}


def _read_parquet(path: Path, choose: Chooser) -> Table:
    from pyarrow import parquet

    stored = parquet.read_metadata(path)
    return ParquetColumns(path, tuple(choose(stored.schema.to_arrow_schema().names)), stored.num_rows)


def _read_sav(path: Path, choose: Chooser) -> Table:
    import pyreadstat

    _, meta = pyreadstat.read_sav(path, metadataonly=True)
    table, _ = pyreadstat.read_sav(path, usecols=choose(meta.column_names))
    return _from_pandas(table)


def _read_dta(path: Path, choose: Chooser) -> Table:
    import pyreadstat

    _, meta = pyreadstat.read_dta(path, metadataonly=True)
    table, _ = pyreadstat.read_dta(path, usecols=choose(meta.column_names))
    return _from_pandas(table)


def _read_xlsx(path: Path, choose: Chooser) -> Table:
    import pandas as pd

    table = pd.read_excel(path, engine="calamine", keep_default_na=False, dtype=object)
    return _from_pandas(table[choose([str(name) for name in table.columns])])


def _from_pandas(table: Any) -> Table:
    import pandas as pd
    import pyarrow as pa

    columns: dict[str, Any] = {}
    for name in table.columns:
        series = table[name]
        if series.dtype == object:  # cells of mixed kind: their texts decide
            series = series.map(lambda value: None if pd.isna(value) else str(value))
        columns[str(name)] = pa.array(series, from_pandas=True)
    return columns


READERS: dict[str, Callable[[Path, Chooser], Table]] = {
    ".csv": _read_csv,
    ".parquet": _read_parquet,
    ".sav": _read_sav,
    ".dta": _read_dta,
    ".xlsx": _read_xlsx,
}
