"""Tables as wjx.cn, Tencent questionnaires, KoboToolbox, ODK Central and LimeSurvey export them become equal answers.

What would tell who answered is left out.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from survey.exchange.fault import FaultsFoundError
from survey.exchange.imports.assignment import Assignment, to_mapping
from survey.exchange.imports.proposal import propose, recognise, with_values
from survey.exchange.imports.response_table import ResponseReader
from survey.exchange.input_table import InputTable
from survey.response.response import Answers
from tests.unit.exchange.samples import QUESTIONNAIRE

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIRST: Answers = {"a4": "5", "b3": "7", "a3": ["1", "3"], "years": 5, "e3": "路灯", "f1": "1"}
SECOND: Answers = {"a4": "2", "b3": "4", "a3": ["99"], "years": None, "e3": None, "f1": "2"}
WJX_HEAD = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
WJX_ASKED = ("1、总体满意吗？", "2、公交满意吗？", "3、参加过哪些？", "4、住了几年？", "5、意见箱")
WJX_OWN = ("2026/5/20 10:00:00", "60秒", "微信", "N/A", "10.0.0.9")
TENCENT_HEAD = ("编号", "开始答题时间", "结束答题时间", "答题时长", "地理位置省", "昵称")
KOBO_TAIL = ("_id", "_uuid", "_submission_time", "_submitted_by", "_index")
CENTRAL_TAIL = ("meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "ReviewState")
LIME_HEAD = ("id", "submitdate", "lastpage", "startlanguage", "ipaddr")
TIME = "2026-05-20 10:00:00"

LAYOUTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "wjx": (
        (
            *WJX_HEAD,
            "1、总体满意吗？",
            "2、公交满意吗？",
            "3、参加过哪些？",
            "4、住了几年？",
            "5、意见箱",
            "6、性别（单选）",
        ),
        ("1", *WJX_OWN, "非常满意", "没有去过", "志愿服务┋捐款", "5", "路灯", "男"),
        ("2", *WJX_OWN, "不满意", "满意", "都没有", "(空)", "(跳过)", "女"),
    ),
    "wjx by number": (
        (*WJX_HEAD, *WJX_ASKED, "6、性别"),
        ("1", *WJX_OWN, "1", "6", "1┋3", "5", "路灯", "1"),
        ("2", *WJX_OWN, "4", "2", "4", "(空)", "(空)", "2"),
    ),
    "tencent": (
        (
            *(*TENCENT_HEAD, "1.总体满意吗？", "2.公交满意吗？", "3.参加过哪些？:志愿服务", "3.参加过哪些？:捐款"),
            *("3.参加过哪些？:都没有", "4.住了几年？", "5.意见箱", "6.性别"),
        ),
        ("1", TIME, TIME, "60", "某省", "某人", "非常满意", "没有去过", "1", "1", "", "5", "路灯", "男"),
        ("2", TIME, TIME, "60", "某省", "某人", "不满意", "满意", "", "", "1", "", "", "女"),
    ),
    "kobo": (
        ("start", "end", "g/a4", "g/b3", "g/a3", "g/a3/1", "g/a3/3", "years", "e3", "f1", *KOBO_TAIL),
        ("2026-05-20T10:00:00.000+08:00", "", "5", "7", "1 3", "1", "1", "5", "路灯", "1", "7", "u1", TIME, "fy", "1"),
        ("2026-05-20T10:00:00.000+08:00", "", "2", "4", "99", "0", "0", "", "", "2", "8", "u2", TIME, "fy", "2"),
    ),
    "odk-central": (
        ("SubmissionDate", "start", "g-a4", "g-b3", "g-a3", "g-years", "e3", "f1", *CENTRAL_TAIL),
        ("2026-05-20T02:00:00.000Z", "", "5", "7", "1 3", "5", "路灯", "1", "uuid:1", "uuid:1", "9", "fy", ""),
        ("2026-05-20T02:00:00.000Z", "", "2", "4", "99", "", "", "2", "uuid:2", "uuid:2", "9", "fy", ""),
    ),
    "limesurvey": (
        (*LIME_HEAD, "a4", "b3", "a3[1]", "a3[2]", "a3[3]", "a3[99]", "years", "e3", "f1"),
        ("1", TIME, "2", "zh", "10.0.0.9", "5", "7", "Y", "", "Y", "", "5", "路灯", "1"),
        ("2", TIME, "2", "zh", "10.0.0.9", "2", "4", "", "", "", "Y", "", "", "2"),
    ),
    "limesurvey in words": (
        (
            *("Response ID", "Date submitted", "Last page", "Satisfied overall?", "Satisfied with buses?"),
            *("Which ones? [志愿服务]", "Which ones? [捐款]", "Which ones? [none]", "Years?", "Opinion box", "Sex"),
        ),
        ("1", TIME, "2", "very satisfied", "not been there", "Yes", "Yes", "No", "5", "路灯", "男"),
        ("2", TIME, "2", "dissatisfied", "satisfied", "No", "No", "Yes", "", "", "女"),
    ),
}


def table_of(name: str) -> InputTable:
    head, *rows = LAYOUTS[name]
    return InputTable("export.csv", head, tuple(enumerate(rows, start=2)))


def read(table: InputTable, assignment: Assignment) -> list[Answers]:
    mapping = to_mapping(assignment, table.file)
    rows = ResponseReader("w1", QUESTIONNAIRE, mapping, frozenset(), NOW).read(table, table.records())
    return [row.submission.answers for row in rows if row.submission]


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_export_of_another_tool_becomes_the_same_answers(name: str) -> None:
    table = table_of(name)
    assert recognise(table.header).name == name.split(" ", maxsplit=1)[0]
    proposal = propose(table, QUESTIONNAIRE)
    assert all(code for codes in proposal.assignment.values.values() for code in codes.values())
    for answers, expected in zip(read(table, proposal.assignment), (FIRST, SECOND), strict=True):
        assert {name: answers.get(name) for name in expected} == expected


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_would_tell_who_answered_goes_nowhere(name: str) -> None:
    targets = propose(table_of(name), QUESTIONNAIRE).assignment.targets
    personal = {"来自IP", "昵称", "地理位置省", "_submitted_by", "SubmitterName", "SubmitterID", "ipaddr"}
    assert {targets[column] for column in personal & set(targets)} <= {""}


def test_a_value_that_nobody_can_tell_is_left_open_and_is_a_fault_until_a_person_decides() -> None:
    table = InputTable("x.csv", ("id", "a4"), ((2, ("1", "挺好的")), (3, ("2", "满意"))))
    proposal = propose(table, QUESTIONNAIRE)
    assert (proposal.assignment.layout, proposal.values["a4"]) == ("plain", {"挺好的": 1, "满意": 1})
    assert proposal.assignment.values["a4"] == {"挺好的": "", "满意": "4"}
    with pytest.raises(FaultsFoundError, match="row 2, column a4"):
        read(table, proposal.assignment)
    decided = replace(proposal.assignment, values={"a4": {"挺好的": "5"}})
    filled = with_values(decided, table, QUESTIONNAIRE).assignment
    assert [answers["a4"] for answers in read(table, filled)] == ["5", "4"]


def test_an_assignment_survives_its_tree_and_without_an_id_it_is_no_mapping() -> None:
    assignment = propose(table_of("wjx"), QUESTIONNAIRE).assignment
    assert Assignment.from_tree(assignment.to_tree()) == assignment
    without = replace(assignment, targets=dict.fromkeys(assignment.targets, ""))
    with pytest.raises(FaultsFoundError, match="id"):
        to_mapping(without, "export.csv")


def test_columns_by_code_belong_to_an_item_that_takes_several() -> None:
    table = InputTable("x.csv", ("id", "one"), ((2, ("1", "1")),))
    wrong = Assignment("plain", {"id": "id", "one": "item:a4=5"})
    with pytest.raises(FaultsFoundError, match="takes one code"):
        read(table, wrong)


def test_one_bad_time_does_not_make_the_others_bad_and_a_value_nobody_knows_is_one_fault() -> None:
    head, first, second = LAYOUTS["wjx"]
    table = InputTable("x.xlsx", head, ((2, first), (3, ("2", "not a day", *second[2:6], "挺好的", *second[7:]))))
    with pytest.raises(FaultsFoundError) as raised:
        read(table, propose(table, QUESTIONNAIRE).assignment)
    assert [fault.where for fault in raised.value.faults] == [
        "row 3, column 提交答卷时间",
        "row 3, column 1、总体满意吗？",
    ]
    assert raised.value.faults[0].expected == "a time such as 2026/03/01 09:30:00"


def test_a_file_without_a_row_is_a_fault() -> None:
    table = InputTable("x.csv", ("id", "a4"), ())
    with pytest.raises(FaultsFoundError, match="expected at least one row of responses, found none"):
        read(table, propose(table, QUESTIONNAIRE).assignment)
