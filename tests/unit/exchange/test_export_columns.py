"""What stands in an exported column, above all when there is no answer."""

import pytest

from survey.exchange.export.codebook import codebook_rows
from survey.exchange.export.export_columns import export_columns
from survey.instrument.answers import AnswerValue
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire, Section
from survey.instrument.text import Text
from tests.factories import make_area_tree
from tests.unit.exchange.samples import ITEMS, QUESTIONNAIRE, make_response

COLUMNS = {column.name: column for column in export_columns(QUESTIONNAIRE, make_area_tree())}


def value(column: str, answers: dict[str, AnswerValue]) -> object:
    return COLUMNS[column].read(make_response(answers))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [({}, -1), ({"b3": None}, -2), ({"b3": "8"}, 8), ({"b3": "9"}, 9), ({"b3": "7"}, 7), ({"b3": "4"}, 4)],
)
def test_the_five_kinds_of_missing_have_values_of_their_own(answers: dict[str, AnswerValue], expected: int) -> None:
    assert value("b3", answers) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [({}, [-1] * 4), ({"a3": None}, [-2] * 4), ({"a3": ["1", "3"]}, [1, 0, 1, 0]), ({"a3": ["99"]}, [0, 0, 0, 1])],
)
def test_a_select_multiple_item_is_one_column_of_0_and_1_per_choice(
    answers: dict[str, AnswerValue], expected: list[int]
) -> None:
    assert [value(f"a3_{code}", answers) for code in ("1", "2", "3", "99")] == expected


def test_codes_of_missing_cannot_be_taken_for_numbers_that_the_item_takes() -> None:
    assert value("years", {}) == -1  # its constraint refuses numbers below 0
    assert value("change", {"change": -1}) == -1
    assert value("change", {}) == -1_000_000_001
    assert value("change", {"change": None}) == -1_000_000_002


def test_an_item_named_like_a_recorded_column_keeps_both() -> None:
    response = make_response({"community": "990101002001"})
    assert COLUMNS["community"].read(response) == "990101001001"
    assert COLUMNS["item_community"].read(response) == "990101002001"


def test_the_area_is_given_at_every_level() -> None:
    response = make_response(area="990101002001")
    found = [COLUMNS[name].read(response) for name in ("area", "district", "street", "community")]
    assert found == ["990101002001", "990101", "990101002", "990101002001"]
    assert COLUMNS["community"].read(make_response(area="990101002")) is None


@pytest.mark.parametrize(("residence", "expected"), [("1", 1), ("2", 1), ("3", 0), ("4", 0), (None, 1)])
def test_a_response_from_outside_the_population_is_marked(residence: str | None, expected: int) -> None:
    assert value("in_population", {"f3": residence}) == expected


def test_codes_with_leading_zeros_stay_text() -> None:
    item = Item("k1", ItemType.SELECT_ONE, Text("问"), choices=(ITEMS[0].choices[0].__class__("01", Text("甲")),))
    columns = {c.name: c for c in export_columns(questionnaire_of(item), make_area_tree())}
    assert columns["k1"].read(make_response({"k1": "01"})) == "01"
    assert columns["k1"].read(make_response({})) == "-1"


def test_two_columns_of_one_name_are_refused() -> None:
    clash = Item("a3_1", ItemType.TEXT, Text("撞名"))
    with pytest.raises(ValueError, match="two columns would be named a3_1"):
        export_columns(questionnaire_of(ITEMS[2], clash), make_area_tree())


def test_the_codebook_has_a_row_per_column_with_codes_and_kinds_of_missing() -> None:
    rows = {row[0]: row for row in codebook_rows(COLUMNS.values())}
    assert list(rows) == list(COLUMNS)
    _, item, kind, text, english, _, codes, codes_en, missing = rows["b3"]
    assert (item, kind, text, english) == ("b3", "code", "公交满意吗？", "Satisfied with buses?")
    assert codes == "5 非常满意; 4 满意; 3 一般; 2 不满意; 1 非常不满意"
    assert codes_en.startswith("5 very satisfied; 4 satisfied")
    assert missing.split("; ") == [
        "-1 未问到 not asked",
        "-2 未作答 not answered",
        "7 没有去过（不适用）not applicable",
        "8 不了解（不了解）don't know",
        "9 不愿回答（拒答）refused",
    ]


def questionnaire_of(*items: Item) -> Questionnaire:
    section = Section("all", Text("全部"), items)
    return Questionnaire("tiny", 1, Text("小"), QUESTIONNAIRE.population, (section,), ("zh-Hans",))
