"""Exported rows as columns of numbers, texts and times: the form that SPSS, Stata and Parquet writers take. Step 8."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from survey.exchange.export.csv_file import SHANGHAI
from survey.exchange.export.export_columns import Column, Value
from survey.response.response import Response

Values = dict[str, list[Value]]


def columns_of(columns: Sequence[Column], responses: Iterable[Response]) -> tuple[Values, int]:
    """Every column's values, and the number of responses. Times are Shanghai's, without a zone."""
    values: Values = {column.name: [] for column in columns}
    readers = [(column.read, values[column.name].append) for column in columns]
    count = 0
    for response in responses:
        count += 1
        for read, append in readers:
            value = read(response)
            append(value.astimezone(SHANGHAI).replace(tzinfo=None) if isinstance(value, datetime) else value)
    return values, count


def portions(columns: Sequence[Column], responses: Iterable[Response], size: int) -> Iterator[tuple[Values, int]]:
    """The same in portions of at most `size` responses; one empty portion when there is no response."""
    stream = iter(responses)
    first = True
    while (portion := columns_of(columns, islice(stream, size)))[1] or first:
        first = False
        yield portion
