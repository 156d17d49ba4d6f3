"""A small questionnaire with every type of item and every kind of missing, and responses to it."""

from datetime import UTC, datetime

from survey.instrument.answers import AnswerValue
from survey.instrument.choice import Choice, Polarity
from survey.instrument.item import Item, ItemType
from survey.instrument.item import Purpose as ItemPurpose
from survey.instrument.parse import parse_condition
from survey.instrument.population import Population
from survey.instrument.questionnaire import Questionnaire, Section
from survey.instrument.text import Text
from survey.response.response import Mode, Purpose, Response, Source

POLARITIES = {"5": "+", "4": "+", "3": "0", "2": "-", "1": "-", "7": "na", "8": "dk", "9": "refused"}
LABELS = {
    "5": Text("非常满意", "very satisfied"),
    "4": Text("满意", "satisfied"),
    "3": Text("一般", "neither"),
    "2": Text("不满意", "dissatisfied"),
    "1": Text("非常不满意", "very dissatisfied"),
    "7": Text("没有去过", "not been there"),
    "8": Text("不了解", "don't know"),
    "9": Text("不愿回答", "prefer not to say"),
}


def scale(*codes: str) -> tuple[Choice, ...]:
    return tuple(Choice(code, LABELS[code], Polarity(POLARITIES[code])) for code in codes)


def plain(**labels: str) -> tuple[Choice, ...]:
    return tuple(Choice(code.removeprefix("c"), Text(label, label)) for code, label in labels.items())


ITEMS = (
    Item("a4", ItemType.SELECT_ONE, Text("总体满意吗？", "Satisfied overall?"), choices=scale(*"543218")),
    Item("b3", ItemType.SELECT_ONE, Text("公交满意吗？", "Satisfied with buses?"), choices=scale(*"54321789")),
    Item(
        "a3",
        ItemType.SELECT_MULTIPLE,
        Text("参加过哪些？", "Which ones?"),
        choices=(*plain(c1="志愿服务", c2="清洁家园", c3="捐款"), Choice("99", Text("都没有", "none"), exclusive=True)),
        maximum_choices=2,
    ),
    Item(
        "c3b",
        ItemType.SELECT_ONE,
        Text("对窗口满意吗？", "Satisfied with the window?"),
        choices=scale(*"54321"),
        relevant=parse_condition("${b3} != '7'"),
    ),
    Item("years", ItemType.INTEGER, Text("住了几年？", "Years?"), constraint=parse_condition(". >= 0")),
    Item("change", ItemType.INTEGER, Text("增减多少？", "Change?")),
    Item("e3", ItemType.TEXT, Text("意见箱", "Opinion box"), maximum_length=30, purpose=ItemPurpose.OPINION),
    Item("f1", ItemType.SELECT_ONE, Text("性别", "Sex"), choices=plain(c1="男", c2="女"), purpose=ItemPurpose.SEX),
    Item(
        "f2",
        ItemType.SELECT_ONE,
        Text("年龄段", "Age band"),
        choices=plain(c1="16–17岁", c2="18–29岁", c3="30–44岁", c4="45–59岁", c5="60–64岁", c6="65岁及以上"),
        purpose=ItemPurpose.AGE,
    ),
    Item(
        "f3",
        ItemType.SELECT_ONE,
        Text("居住", "Residence"),
        choices=plain(c1="户籍", c2="半年以上", c3="不足半年", c4="不住"),
        purpose=ItemPurpose.RESIDENCE,
    ),
    Item("community", ItemType.AREA, Text("社区", "Community"), purpose=ItemPurpose.AREA),
)
QUESTIONNAIRE = Questionnaire(
    name="resident",
    version=1,
    title=Text("居民小问卷", "A small resident questionnaire"),
    population=Population.RESIDENTS,
    sections=(Section("all", Text("全部", "All"), ITEMS),),
    languages=("zh-Hans", "en"),
    in_population=parse_condition("${f3} != '3' and ${f3} != '4'"),
)
FULL: dict[str, AnswerValue] = {
    "a4": "5",
    "b3": "4",
    "a3": ["1", "3"],
    "c3b": "3",
    "years": 12,
    "change": -1,
    "e3": "路灯很亮",
    "f1": "2",
    "f2": "6",
    "f3": "1",
    "community": "990101001001",
}


def make_response(answers: dict[str, AnswerValue] | None = None, **changes: object) -> Response:
    """A live response of a drawn sample; `changes` replace fields."""
    fields: dict[str, object] = {
        "response_id": "00000000-0000-4000-8000-000000000001",
        "version": 1,
        "source": Source.PROB,
        "mode": Mode.SELF,
        "purpose": Purpose.LIVE,
        "language": "zh-Hans",
        "area": "990101001001",
        "poster": None,
        "stratum": "990101001",
        "psu": "990101001001",
        "base_weight": 40.0,
        "interviewer": None,
        "started_at": datetime(2026, 5, 18, 8, 20, tzinfo=UTC),
        "received_at": datetime(2026, 5, 18, 8, 30, tzinfo=UTC),
        "answers": FULL if answers is None else answers,
    }
    return Response(**(fields | changes))  # type: ignore[arg-type]
