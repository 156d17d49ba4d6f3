"""The mapping of a response file: which column is which item, what its values mean. Written by people as YAML.

Where a value stands, a field says: a column's name, `{column: …, codes: {value in the file: value here}}`, or
`{value: …}` for one value that holds for every row.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from survey.exchange.keyed_file import Shape, read_keyed_file

SHANGHAI = ZoneInfo("Asia/Shanghai")


class MappedField(Shape):
    """Where a value comes from: a column, its values translated by `codes`, or one value for every row.

    A select_multiple item may name a column for each of its codes (`columns`); a cell that is `marked` chooses it.
    """

    column: str | None = None
    codes: dict[str, str] = Field(default_factory=dict)
    value: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    marked: tuple[str, ...] = ("1",)


def _as_field(written: object) -> object:
    return {"column": written} if isinstance(written, str) else written


def _one_source(field: MappedField) -> MappedField:
    if [field.column is not None, field.value is not None, bool(field.columns)].count(True) != 1:
        raise ValueError("either `column` or `value`, or `columns` by code")
    if field.value is not None and field.codes:
        raise ValueError("`codes` only with `column`")
    return field


OneField = Annotated[MappedField, BeforeValidator(_as_field), AfterValidator(_one_source)]


class ResponseMapping(Shape):
    """How a file of responses is read. An item that is not named takes the column of its own name.

    `id_prefix` tells rows of several files apart that count from 1 each. `context`: values that otherwise come with the
    access code (place_type). `ignore`: columns that are knowingly left out; a column that is neither used nor ignored
    is a fault. `separator` parts the codes of a select_multiple item in one cell (it may also stand in columns of 0 and
    1 named ITEM_CODE). `missing`: what stands for no answer, besides the -1 (not asked) and -2 (not answered) of our
    own exports.
    `unasked`: what an answer to an item means that its condition leaves out: a fault, or dropped.
    """

    id: str
    id_prefix: str = ""
    items: dict[str, OneField] = Field(default_factory=dict)
    context: dict[str, OneField] = Field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    missing: tuple[str, ...] = ("", "NA")
    separator: Annotated[str, StringConstraints(strip_whitespace=False, min_length=1)] = ";"
    unasked: Literal["fault", "drop"] = "fault"
    area: OneField | None = None
    stratum: OneField | None = None
    psu: OneField | None = None
    base_weight: OneField | None = None
    source: OneField
    mode: OneField
    language: OneField = MappedField(value="zh-Hans")
    interviewer: OneField | None = None
    received_at: OneField | None = None
    started_at: OneField | None = None
    time_format: str = ""

    def fields(self) -> dict[str, MappedField]:
        """Every field that is set, by the key under which a fault names it."""
        own = {name: getattr(self, name) for name in _FIELDS}
        return (
            {name: field for name, field in own.items() if field}
            | {f"items.{name}": field for name, field in self.items.items()}
            | {f"context.{name}": field for name, field in self.context.items()}
        )

    def read_time(self, text: str) -> datetime:
        """A time of the file; without a zone it is Shanghai's. Raises ValueError with the form that was expected."""
        try:
            time = datetime.strptime(text, self.time_format) if self.time_format else datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"a time such as {self._time_written()}") from None
        return time if time.tzinfo else time.replace(tzinfo=SHANGHAI)

    def _time_written(self) -> str:
        """An example of the form that is expected, which people read more easily than its signs (`%Y/%m/%d`)."""
        example = datetime(2026, 3, 1, 9, 30)
        return example.strftime(self.time_format) if self.time_format else example.isoformat(timespec="minutes")


_FIELDS = (
    "area",
    "stratum",
    "psu",
    "base_weight",
    "source",
    "mode",
    "language",
    "interviewer",
    "received_at",
    "started_at",
)


def read_mapping(path: Path) -> ResponseMapping:
    """Raises `FaultsFoundError` with every key that does not fit."""
    return read_keyed_file(path, ResponseMapping)
