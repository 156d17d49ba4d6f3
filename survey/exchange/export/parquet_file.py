"""Writes Parquet, streamed in row groups, with labels and codes in the schema's metadata. Step 8."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from survey.exchange.export.columnar import portions
from survey.exchange.export.export_columns import Column, ColumnKind
from survey.response.response import Response

ROW_GROUP = 10_000  # held in memory while it is written


def write_parquet(path: Path, columns: Sequence[Column], responses: Iterable[Response]) -> int:
    """Write the responses and return their number. Missing items keep their codes; what was not recorded is null."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = _schema(columns)
    total = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for values, count in portions(columns, responses, ROW_GROUP):
            writer.write_table(pa.table(values, schema=schema))
            total += count
    return total


def _schema(columns: Sequence[Column]) -> Any:
    import pyarrow as pa

    types = {
        ColumnKind.CODE: pa.int16(),
        ColumnKind.FLAG: pa.int8(),
        ColumnKind.NUMBER: pa.int32(),
        ColumnKind.WEIGHT: pa.float64(),
        ColumnKind.TEXT: pa.string(),
        ColumnKind.TIME: pa.timestamp("ms"),
    }
    fields = [pa.field(column.name, types[column.kind], metadata=_metadata(column)) for column in columns]
    return pa.schema(fields, metadata={"time_zone": "Asia/Shanghai"})


def _metadata(column: Column) -> dict[str, str]:
    codes = {str(code.value): code.label.to_mapping() for code in column.codes}
    missing: dict[str, str] = {str(code.value): code.missing.value for code in column.codes if code.missing}
    if column.not_asked is not None:
        missing |= {str(column.not_asked): "not_asked", str(column.not_answered): "not_answered"}
    parts = {"label": column.label.to_mapping(), "codes": codes, "missing": missing}
    return {key: json.dumps(part, ensure_ascii=False) for key, part in parts.items() if part}
