"""Step 1: what the type cell of an XLSForm row says, in any of its legal spellings."""

import re
from dataclasses import dataclass
from enum import StrEnum

from survey.exchange.xlsform.sheets import AREA_FILE
from survey.instrument.item import ItemType


class RowKind(StrEnum):
    ITEM = "item"
    BEGIN_GROUP = "begin_group"
    BEGIN_REPEAT = "begin_repeat"
    END = "end"
    METADATA = "metadata"
    OTHER = "other"


@dataclass(frozen=True)
class RowType:
    """`item` and `choices` (a list's name) for questions that we know; `other`: "or specify other" is asked for."""

    kind: RowKind
    written: str
    item: ItemType | None = None
    choices: str = ""
    other: bool = False


_ITEMS = {
    "text": ItemType.TEXT,
    "string": ItemType.TEXT,
    "add text prompt": ItemType.TEXT,
    "integer": ItemType.INTEGER,
    "int": ItemType.INTEGER,
    "add integer prompt": ItemType.INTEGER,
    "note": ItemType.NOTE,
    "add note prompt": ItemType.NOTE,
}
_METADATA = frozenset({"start", "end", "today", "audit", "start-geopoint", "background-audio"}) | {
    *("deviceid", "imei", "username", "email", "phonenumber", "simserial", "subscriberid"),
}
_BRACKET = re.compile(r"(?P<edge>begin|end)[ _]+(?P<what>group|repeat|loop|looped group|lgroup)", re.IGNORECASE)
_FROM_FILE = re.compile(r"select[ _]one[ _]from[ _]file +(?P<file>\S+)", re.IGNORECASE)
_SELECT = re.compile(
    r"(?P<command>select_one|select one from|select one|select1|add select one prompt using"
    r"|select_multiple|select multiple|select all that apply from|select all that apply"
    r"|add select multiple prompt using)"
    r" +(?P<list>\S+)(?P<other> +(or[ _]other|or specify other))?",
    re.IGNORECASE,
)


def row_type(cell: str) -> RowType:
    """What the cell asks for.

    >>> row_type("Select one  from yn or_other").choices, row_type("select_one_from_file areas.csv").item
    ('yn', <ItemType.AREA: 'area'>)
    """
    written = " ".join(cell.split())
    plain = written.lower().replace("_", " ")
    if bracket := _BRACKET.fullmatch(written):
        group = bracket["what"].lower() == "group"
        begin = RowKind.BEGIN_GROUP if group else RowKind.BEGIN_REPEAT
        return RowType(begin if bracket["edge"].lower() == "begin" else RowKind.END, written)
    if (from_file := _FROM_FILE.fullmatch(written)) is not None:
        areas = from_file["file"] == AREA_FILE
        return RowType(RowKind.ITEM, written, ItemType.AREA) if areas else RowType(RowKind.OTHER, written)
    if (select := _SELECT.fullmatch(written)) is not None:
        several = "multiple" in select["command"].lower() or "all that" in select["command"].lower()
        item = ItemType.SELECT_MULTIPLE if several else ItemType.SELECT_ONE
        return RowType(RowKind.ITEM, written, item, select["list"], other=select["other"] is not None)
    if plain in _ITEMS:
        return RowType(RowKind.ITEM, written, _ITEMS[plain])
    if written.lower().split(" ")[0] in _METADATA:
        return RowType(RowKind.METADATA, written)
    return RowType(RowKind.OTHER, written)
