"""The columns of an exported wave: what was recorded about a response, then its items. Step 8.

One column per item; a select_multiple item has one column of 0 and 1 per choice. Every format writes these columns.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from survey.exchange.export.missing import NOT_ANSWERED, NOT_ASKED, missing_codes
from survey.instrument.answers import NOT_ASKED as ABSENT
from survey.instrument.answers import MissingKind, as_expression_text, missing_kind
from survey.instrument.choice import Choice
from survey.instrument.evaluate import evaluate
from survey.instrument.item import Item, ItemType
from survey.instrument.order import block_order
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.text import Text
from survey.programme.area import AreaLevel, AreaTree
from survey.response.response import Response

Value: TypeAlias = "str | int | float | datetime | None"


class ColumnKind(StrEnum):
    CODE = "code"  # whole numbers with labels
    FLAG = "flag"  # 0 or 1: a choice of a select_multiple item
    NUMBER = "number"
    WEIGHT = "weight"
    TEXT = "text"
    TIME = "time"


@dataclass(frozen=True)
class Code:
    """A value of a column with its label; `missing` says which kind of missing it is, if it is one."""

    value: int | str
    label: Text
    missing: MissingKind | None = None


@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds and how it is taken from a response."""

    name: str
    label: Text
    kind: ColumnKind
    read: Callable[[Response], Value]
    item: Item | None = None
    codes: tuple[Code, ...] = ()
    not_asked: int | None = None
    not_answered: int | None = None

    @property
    def is_text(self) -> bool:
        return self.kind is ColumnKind.TEXT


RESERVED = (
    "response_id",
    "questionnaire_version",
    "purpose",
    "source",
    "mode",
    "language",
    "area",
    "district",
    "street",
    "community",
    "poster",
    "stratum",
    "psu",
    "base_weight",
    "interviewer",
    "started_at",
    "received_at",
    "suspicion_signs",
    "suspicion_score",
    "for_review",
    "over_quota",
    "flagged",
    "watched",
    "order_seed",
    "block_order",
    "in_population",
    "margin_sex",
    "margin_age",
)


def item_column_name(name: str) -> str:
    """The column of an item; an item that is named like a recorded column gets `item_` before it.

    >>> item_column_name("a1"), item_column_name("community")
    ('a1', 'item_community')
    """
    return f"item_{name}" if name in RESERVED else name


def export_columns(questionnaire: Questionnaire, areas: AreaTree) -> tuple[Column, ...]:
    """All columns. ValueError when two of them would have the same name."""
    columns = (*_recorded(questionnaire, areas), *(c for item in questionnaire.asked_items for c in _of_item(item)))
    names = [column.name for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"questionnaire {questionnaire.name}: two columns would be named {', '.join(twice)}")
    return columns


def _recorded(questionnaire: Questionnaire, areas: AreaTree) -> Iterator[Column]:
    text, time = ColumnKind.TEXT, ColumnKind.TIME
    above = _area_reader(areas)
    yield Column("response_id", Text("答卷编号", "id of the response", "答卷編號"), text, lambda r: r.response_id)
    version = Text("问卷版本", "version of the questionnaire", "問卷版本")
    yield Column("questionnaire_version", version, ColumnKind.NUMBER, lambda r: r.version)
    yield Column("purpose", Text("用途", "live, test or preview", "用途"), text, lambda r: r.purpose.value)
    source = Text("来源：抽样或扫码", "prob: drawn sample; qr: self-selected", "來源：抽樣或掃碼")
    yield Column("source", source, text, lambda r: r.source.value)
    yield Column("mode", Text("方式", "mode of the interview", "方式"), text, lambda r: r.mode.value)
    yield Column("language", Text("语言", "language", "語言"), text, lambda r: r.language)
    yield Column("area", Text("区域代码", "area code", "區域代碼"), text, lambda r: r.area)
    yield Column("district", Text("区县", "district", "區縣"), text, above(AreaLevel.DISTRICT))
    yield Column("street", Text("街道（镇）", "street or town", "街道（鎮）"), text, above(AreaLevel.STREET))
    yield Column(
        "community", Text("社区（村）", "community or village", "社區（村）"), text, above(AreaLevel.COMMUNITY)
    )
    yield Column("poster", Text("海报编码", "code of the poster", "海報編碼"), text, lambda r: r.poster)
    yield Column("stratum", Text("层", "stratum", "層"), text, lambda r: r.stratum)
    yield Column("psu", Text("初级抽样单元", "primary sampling unit", "初級抽樣單元"), text, lambda r: r.psu)
    weight = Text("基础权重", "base weight: 1 / selection probability", "基礎權重")
    yield Column("base_weight", weight, ColumnKind.WEIGHT, lambda r: r.base_weight)
    yield Column("interviewer", Text("访问员", "interviewer", "訪問員"), text, lambda r: r.interviewer)
    yield Column("started_at", Text("开始时间", "form opened at", "開始時間"), time, lambda r: r.started_at)
    yield Column("received_at", Text("收到时间", "stored at", "收到時間"), time, lambda r: r.received_at)
    yield from _marks()
    if questionnaire.randomize:
        seed = Text("题组次序种子", "seed of the order of the blocks", "題組次序種子")
        yield Column("order_seed", seed, ColumnKind.NUMBER, lambda r: r.order_seed)
        order = Text("题组次序", "order of the blocks", "題組次序")
        yield Column("block_order", order, text, _order_reader(questionnaire))
    if questionnaire.in_population is not None:
        belongs = Text("属于调查总体", "belongs to the population", "屬於調查總體")
        yield Column("in_population", belongs, ColumnKind.FLAG, population_reader(questionnaire))


def _marks() -> Iterator[Column]:
    """What stands beside a response: signs of a second answer of one person, and whether its quota was full."""
    flag = ColumnKind.FLAG
    signs = Text("疑似重复的迹象", "signs of a second answer", "疑似重複的跡象")
    yield Column("suspicion_signs", signs, ColumnKind.TEXT, lambda r: r.suspicion.to_text() or None)
    score = Text("疑似重复的分数", "score of the signs, 0 to 1", "疑似重複的分數")
    yield Column("suspicion_score", score, ColumnKind.WEIGHT, lambda r: r.suspicion.score)
    review = Text("待人工核对", "waits for review", "待人工核對")
    yield Column("for_review", review, flag, lambda r: int(r.suspicion.for_review))
    over = Text("超出配额", "came when its quota was full", "超出配額")
    yield Column("over_quota", over, flag, lambda r: int(r.over_quota))


def _order_reader(questionnaire: Questionnaire) -> Callable[[Response], str | None]:
    def read(response: Response) -> str | None:
        seed = response.order_seed
        return None if seed is None else " ".join(block_order(questionnaire, seed))

    return read


def population_reader(questionnaire: Questionnaire) -> Callable[[Response], int]:
    """Whether a response counts in the population's rates (usual residents), as 1 or 0."""
    condition = questionnaire.in_population
    if condition is None:
        return lambda _response: 1
    tree, names = condition.tree, tuple(condition.item_names())

    def read(response: Response) -> int:
        return int(evaluate(tree, {name: as_expression_text(response.answers.get(name)) for name in names}))

    return read


def _area_reader(areas: AreaTree) -> Callable[[AreaLevel], Callable[[Response], str | None]]:
    tables: dict[AreaLevel, dict[str, str]] = {level: {} for level in AreaLevel}
    for area in areas.areas:
        for step in areas.path(area.code):
            tables[step.level][area.code] = step.code

    def above(level: AreaLevel) -> Callable[[Response], str | None]:
        table = tables[level]
        return lambda response: table.get(response.area) if response.area else None

    return above


def _of_item(item: Item) -> Iterator[Column]:
    if item.type is ItemType.SELECT_MULTIPLE:
        yield from (_flag_column(item, choice) for choice in item.choices)
        return
    name = item_column_name(item.name)
    if item.type is ItemType.SELECT_ONE and all(str(int(code)) == code for code in item.codes):
        codes = tuple(Code(int(one.code), one.label, missing_kind(item, one.code)) for one in item.choices)
        read = _code_reader(item)
        yield Column(name, item.label, ColumnKind.CODE, read, item, codes, NOT_ASKED, NOT_ANSWERED)
    elif item.type is ItemType.INTEGER:
        asked, answered = missing_codes(item)
        read = _reader(item.name, int, asked, answered)
        yield Column(name, item.label, ColumnKind.NUMBER, read, item, (), asked, answered)
    else:
        texts = tuple(Code(one.code, one.label, missing_kind(item, one.code)) for one in item.choices)
        read = _reader(item.name, str, str(NOT_ASKED), str(NOT_ANSWERED))
        yield Column(name, item.label, ColumnKind.TEXT, read, item, texts, NOT_ASKED, NOT_ANSWERED)


def _reader(
    name: str,
    convert: Callable[[str], Value],
    not_asked: Value = NOT_ASKED,
    not_answered: Value = NOT_ANSWERED,
) -> Callable[[Response], Value]:
    def read(response: Response) -> Value:
        value = response.answers.get(name, ABSENT)
        if value is ABSENT:
            return not_asked
        return not_answered if value is None else convert(str(value))

    return read


def _code_reader(item: Item) -> Callable[[Response], Value]:
    """Like `_reader`, from a table: most cells of most exports are codes."""
    name = item.name
    cells: dict[object, int] = {code: int(code) for code in item.codes}
    cells |= {ABSENT: NOT_ASKED, None: NOT_ANSWERED}

    def read(response: Response) -> Value:
        value = response.answers.get(name, ABSENT)
        return cells[value] if value in cells else int(str(value))

    return read


def _flag_column(item: Item, choice: Choice) -> Column:
    def read(response: Response) -> Value:
        value = response.answers.get(item.name, ABSENT)
        if value is ABSENT:
            return NOT_ASKED
        return NOT_ANSWERED if value is None else int(isinstance(value, list) and choice.code in value)

    parts = zip(_texts(item.label), _texts(choice.label), strict=True)
    zh_hans, en, zh_hant = (f"{whole}：{part}" for whole, part in parts)
    codes = (Code(1, Text("选了", "chosen", "選了")), Code(0, Text("没有选", "not chosen", "沒有選")))
    name = item_column_name(f"{item.name}_{choice.code}")
    label = Text(zh_hans, en, zh_hant)
    return Column(name, label, ColumnKind.FLAG, read, item, codes, NOT_ASKED, NOT_ANSWERED)


def _texts(text: Text) -> tuple[str, str, str]:
    return text.zh_hans, text.in_language("en"), text.in_language("zh-Hant")
