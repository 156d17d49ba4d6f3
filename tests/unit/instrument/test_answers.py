"""What a form posts becomes canonical answers or faults."""

import pytest

from survey.instrument.answers import NOT_ASKED, AnswerFaultKey, MissingKind, ReadAnswers, missing_kind, read_answers
from survey.instrument.canonical import canonical_bytes
from survey.instrument.choice import Choice, Polarity
from survey.instrument.condition import Condition
from survey.instrument.item import Item, ItemType, MinimumAge
from survey.instrument.population import Population
from survey.instrument.questionnaire import Questionnaire, Section
from survey.instrument.text import Text


def text(label: str) -> Text:
    return Text(label)


def choices(*codes: str) -> tuple[Choice, ...]:
    polarities = {"7": Polarity.NOT_APPLICABLE, "8": Polarity.DONT_KNOW, "9": Polarity.REFUSED}
    return tuple(Choice(code, text(code), polarities.get(code), exclusive=code in ("8", "99")) for code in codes)


AGE_STOP = MinimumAge(16, Condition(". = '2'", ("=", ("self",), ("text", "2"))), text("谢谢"))
ITEMS = (
    Item("age_confirmed", ItemType.SELECT_ONE, text("满16岁？"), choices=choices("1", "2"), minimum_age=AGE_STOP),
    Item("notice", ItemType.NOTE, text("不记名")),
    Item("used", ItemType.SELECT_ONE, text("去过吗"), choices=choices("1", "2", "7", "8", "9")),
    Item(
        "service",
        ItemType.SELECT_ONE,
        text("满意吗"),
        choices=choices("1", "5"),
        relevant=Condition("${used} = '1'", ("=", ("item", "used"), ("text", "1"))),
    ),
    Item(
        "topics", ItemType.SELECT_MULTIPLE, text("哪些"), choices=choices("1", "2", "3", "8", "99"), maximum_choices=2
    ),
    Item("words", ItemType.TEXT, text("意见"), maximum_length=5),
    Item(
        "years",
        ItemType.INTEGER,
        text("几年"),
        constraint=Condition(". >= 0", (">=", ("self",), ("number", 0))),
    ),
    Item("community", ItemType.AREA, text("社区")),
)
QUESTIONNAIRE = Questionnaire(
    name="tiny",
    version=1,
    title=text("小问卷"),
    population=Population.RESIDENTS,
    sections=(Section("all", text("全部"), ITEMS),),
    languages=("zh-Hans",),
)


def read(**raw: list[str]) -> ReadAnswers:
    return read_answers(QUESTIONNAIRE, raw)


def faults(**raw: list[str]) -> list[tuple[str, AnswerFaultKey]]:
    return [(fault.item, fault.key) for fault in read(**raw).faults]


def test_answers_are_codes_lists_of_codes_numbers_and_text() -> None:
    result = read(used=["1"], service=["5"], topics=["3", "1"], words=["好"], years=["4"], community=["440811001001"])
    assert result.faults == ()
    assert result.answers == {
        "age_confirmed": None,
        "used": "1",
        "service": "5",
        "topics": ["1", "3"],
        "words": "好",
        "years": 4,
        "community": "440811001001",
    }


def test_an_item_whose_condition_is_false_is_not_asked_whatever_was_posted() -> None:
    result = read(used=["2"], service=["5"])
    assert "service" not in result.answers
    assert result.faults == ()


def test_a_fault_in_an_item_that_is_not_asked_does_not_matter() -> None:
    assert faults(used=["2"], service=["77"]) == []


def test_a_blank_item_is_not_answered() -> None:
    assert read(used=[""], topics=["", " "], words=["  "], years=[]).answers == {
        "age_confirmed": None,
        "used": None,
        "topics": None,
        "words": None,
        "years": None,
        "community": None,
    }


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"a_stranger": ["1"]}, ("a_stranger", AnswerFaultKey.UNKNOWN_ITEM)),
        ({"notice": ["1"]}, ("notice", AnswerFaultKey.UNKNOWN_ITEM)),
        ({"used": ["6"]}, ("used", AnswerFaultKey.UNKNOWN_CODE)),
        ({"used": ["1", "2"]}, ("used", AnswerFaultKey.MORE_THAN_ONE)),
        ({"topics": ["1", "5"]}, ("topics", AnswerFaultKey.UNKNOWN_CODE)),
        ({"topics": ["1", "2", "3"]}, ("topics", AnswerFaultKey.TOO_MANY_CHOICES)),
        ({"topics": ["1", "99"]}, ("topics", AnswerFaultKey.EXCLUSIVE_CHOICE)),
        ({"words": ["一二三四五六"]}, ("words", AnswerFaultKey.TEXT_TOO_LONG)),
        ({"years": ["3.5"]}, ("years", AnswerFaultKey.NOT_AN_INTEGER)),
        ({"years": ["1" * 400]}, ("years", AnswerFaultKey.NOT_AN_INTEGER)),
        ({"years": ["-1"]}, ("years", AnswerFaultKey.CONSTRAINT)),
        ({"community": ["../../etc"]}, ("community", AnswerFaultKey.UNKNOWN_AREA)),
    ],
)
def test_a_wrong_answer_is_named_with_its_item(raw: dict[str, list[str]], expected: tuple[str, AnswerFaultKey]) -> None:
    assert faults(**raw) == [expected]


def test_every_fault_of_a_form_is_reported_at_once() -> None:
    assert [item for item, _ in faults(used=["6"], years=["x"], stranger=["1"])] == ["stranger", "used", "years"]


def test_a_fault_carries_what_a_sentence_about_it_needs() -> None:
    (fault,) = read(topics=["1", "2", "3"]).faults
    assert fault.parameters == {"maximum": 2, "found": 3}


def test_a_community_outside_the_tree_is_refused_when_the_tree_is_known() -> None:
    result = read_answers(QUESTIONNAIRE, {"community": ["999"]}, areas={"440811001001"})
    assert [fault.key for fault in result.faults] == [AnswerFaultKey.UNKNOWN_AREA]


def test_below_the_minimum_age_the_form_ends_and_leaves_nothing() -> None:
    result = read(age_confirmed=["2"], used=["1"], words=["我十二岁"], years=["not a number"])
    assert result.stopped_at == ITEMS[0]
    assert result.answers == {}
    assert result.faults == ()


def test_full_width_digits_are_a_number() -> None:
    assert read(years=["１２"]).answers["years"] == 12


def test_a_repeated_code_counts_once() -> None:
    assert read(topics=["2", "2"]).answers["topics"] == ["2"]


def test_the_same_answers_have_the_same_bytes_however_they_were_posted() -> None:
    browser = read(words=["甲\r\n乙"], topics=["3", "1"], used=["1"])
    app = read(used=["1"], topics=["1", "3"], words=["甲\n乙 "])
    assert canonical_bytes(browser.answers) == canonical_bytes(app.answers)


def test_canonical_bytes_are_sorted_compact_utf8() -> None:
    expected = '{"age_confirmed":null,"community":null,"service":null,"topics":["1"],"used":"1","words":"好","years":3}'
    assert canonical_bytes(read(used=["1"], topics=["1"], words=["好"], years=["3"]).answers) == expected.encode()


@pytest.mark.parametrize("rough", ["好\x00", "\x1b好", "好\ud800", "好\uffff"])
def test_characters_that_no_database_or_xml_can_hold_are_dropped(rough: str) -> None:
    assert read(words=[rough]).answers["words"] == "好"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("7", MissingKind.NOT_APPLICABLE),
        ("8", MissingKind.DONT_KNOW),
        ("9", MissingKind.REFUSED),
        (None, MissingKind.NOT_ANSWERED),
        (NOT_ASKED, MissingKind.NOT_ASKED),
        ("1", None),
    ],
)
def test_five_kinds_of_missing_are_told_apart(code: str | None, kind: MissingKind | None) -> None:
    assert missing_kind(QUESTIONNAIRE.item("used"), code) is kind


def test_dont_know_among_several_choices_is_missing_only_when_it_stands_alone() -> None:
    topics = QUESTIONNAIRE.item("topics")
    assert missing_kind(topics, ["8"]) is MissingKind.DONT_KNOW
    assert missing_kind(topics, ["1", "2"]) is None
