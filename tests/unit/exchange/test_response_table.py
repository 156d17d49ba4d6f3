"""A file of responses and its mapping become submissions, or every fault of every row."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter

from survey.exchange.fault import FaultsFoundError
from survey.exchange.imports.response_mapping import ResponseMapping, read_mapping
from survey.exchange.imports.response_table import ReadRow, ResponseReader, imported_response_id
from survey.exchange.input_table import read_table
from survey.exchange.keyed_file import fit
from survey.response.response import Mode, Source, Submission
from tests.factories import make_area_tree
from tests.unit.exchange.samples import QUESTIONNAIRE

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
AREAS = frozenset(make_area_tree().by_code)
MINIMAL = {"id": "row", "source": {"value": "qr"}, "mode": {"value": "self"}}
DRAWN = {
    "id": "row",
    "source": {"value": "prob"},
    "mode": {"column": "how", "codes": {"Web": "self", "Mail": "paper", "Phone": "phone"}},
    "area": {"column": "district", "codes": {"1": "990101001", "2": "990101002"}},
    "stratum": "district",
    "psu": "row",
    "base_weight": {"value": "1"},
    "items": {"f1": {"column": "sex", "codes": {"M": "1", "F": "2"}}},
    "ignore": ["wave"],
}


def read(tmp_path: Path, content: str, mapping: dict[str, object] | None = None, name: str = "r.csv") -> list[ReadRow]:
    (tmp_path / name).write_text(content, encoding="utf-8")
    shape = fit("m.yaml", mapping or MINIMAL, ResponseMapping)
    table = read_table(tmp_path / name)
    return ResponseReader("w1", QUESTIONNAIRE, shape, AREAS, NOW).read(table, table.records())


def submission(rows: Sequence[ReadRow]) -> Submission:
    (row,) = rows
    assert row.submission is not None
    return row.submission


def faults(tmp_path: Path, content: str, mapping: dict[str, object] | None = None) -> list[str]:
    with pytest.raises(FaultsFoundError) as raised:
        read(tmp_path, content, mapping)
    return [str(fault) for fault in raised.value.faults]


def test_a_row_becomes_a_submission_with_its_design(tmp_path: Path) -> None:
    sent = submission(read(tmp_path, "row,wave,how,district,sex,a4\n17,q3,Mail,2,F,5\n", DRAWN))
    assert (sent.source, sent.mode, sent.area) == (Source.PROB, Mode.PAPER, "990101002")
    assert sent.design is not None
    assert (sent.design.stratum, sent.design.psu, sent.design.base_weight) == ("2", "17", 1.0)
    assert sent.answers["a4"] == "5"
    assert sent.answers["f1"] == "2"
    assert sent.response_id == imported_response_id("w1", "17")


def test_the_same_row_of_another_wave_is_another_response() -> None:
    assert imported_response_id("w1", "17") != imported_response_id("w2", "17")


def test_a_code_that_a_statistics_program_wrote_with_a_decimal_point_is_that_code(tmp_path: Path) -> None:
    assert submission(read(tmp_path, "row,a4,years\n1,4.0,12.0\n")).answers["a4"] == "4"


@pytest.mark.parametrize(
    ("content", "expected"),
    [("row,a3\n1,1;3\n", ["1", "3"]), ("row,a3_1,a3_2,a3_3\n1,1,0,1\n", ["1", "3"]), ("row,a3\n1,\n", None)],
)
def test_several_choices_stand_in_one_cell_or_in_columns_of_0_and_1(
    content: str, expected: list[str] | None, tmp_path: Path
) -> None:
    assert submission(read(tmp_path, content)).answers["a3"] == expected


@pytest.mark.parametrize("cell", ["", "NA", "-2"])
def test_missing_values_are_not_answered(cell: str, tmp_path: Path) -> None:
    assert submission(read(tmp_path, f"row,a4\n1,{cell}\n")).answers["a4"] is None


def test_a_negative_number_is_an_answer_where_the_item_takes_it(tmp_path: Path) -> None:
    answers = submission(read(tmp_path, "row,change,years\n1,-1,-1\n")).answers
    assert (answers["change"], answers["years"]) == (-1, None)


def test_an_item_that_its_condition_leaves_out_is_not_asked(tmp_path: Path) -> None:
    assert "c3b" not in submission(read(tmp_path, "row,b3,c3b\n1,7,-1\n")).answers


def test_an_answer_to_an_item_that_was_not_asked_is_a_fault_unless_the_mapping_drops_it(tmp_path: Path) -> None:
    content = "row,b3,c3b\n1,7,5\n"
    expected = "nothing, because the item is asked only if ${b3} != '7'"
    assert faults(tmp_path, content) == [f"r.csv: row 2, column c3b: expected {expected}, found '5'"]
    assert "c3b" not in submission(read(tmp_path, content, MINIMAL | {"unasked": "drop"})).answers


def test_times_without_a_zone_are_shanghais(tmp_path: Path) -> None:
    mapping = MINIMAL | {"received_at": "day", "time_format": "%d.%m.%Y"}
    (row,) = read(tmp_path, "row,day\n1,03.05.2026\n", mapping)
    assert row.received_at == datetime(2026, 5, 2, 16, 0, tzinfo=UTC)


def test_a_response_without_a_time_arrived_at_the_import(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "row,a4\n1,5\n")
    assert row.received_at == NOW


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("row,a4\n1,6\n", "row 2, column a4: expected a code among 5, 4, 3, 2, 1, 8, found '6'"),
        ("row,a3\n1,1;2;3\n", "row 2, column a3: expected at most 2 codes, found '1;2;3'"),
        ("row,a3\n1,1;99\n", "row 2, column a3: expected code 99 alone, found '1;99'"),
        ("row,a3_1\n1,2\n", "row 2, column a3_1: expected 0 or 1, found '2'"),
        ("row,years\n1,-4\n", "row 2, column years: expected a value with . >= 0, found '-4'"),
        ("row,years\n1,many\n", "row 2, column years: expected a whole number, found 'many'"),
        ("row,e3\n1," + "好" * 31 + "\n", "row 2, column e3: expected at most 30 characters"),
        ("row,community\n1,999\n", "row 2, column community: expected a code of the area tree, found '999'"),
        ("row,a4\n,5\n", "row 2, column row: expected an id of the row, found nothing"),
        ("row,a4\n1,5\n1,4\n", "row 3, column row: expected every id once, found '1' again, as in row 2"),
        ("id,a4\n1,5\n", "column row (id): expected a column of this name, found id, a4"),
        ("row,colour\n1,5\n", "column colour: expected an item's name"),
    ],
)
def test_a_fault_names_row_and_column_and_what_was_expected(content: str, fault: str, tmp_path: Path) -> None:
    assert [one for one in faults(tmp_path, content) if fault in one], faults(tmp_path, content)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("1,w,Fax,1,M,5", "column how: expected a value under mode.codes (Web, Mail, Phone), found 'Fax'"),
        ("1,w,,1,M,5", "column how: expected self or interviewer or phone or paper, found nothing"),
        ("1,w,Web,3,M,5", "column district: expected a value under area.codes (1, 2), found '3'"),
        ("1,w,Web,,M,5", "column district: expected a stratum for a response of a drawn sample, found nothing"),
        ("1,w,Web,1,X,5", "column sex: expected a value under items.f1.codes (M, F), found 'X'"),
    ],
)
def test_a_value_that_the_mapping_does_not_translate_is_a_fault(row: str, fault: str, tmp_path: Path) -> None:
    found = faults(tmp_path, f"row,wave,how,district,sex,a4\n{row}\n", DRAWN)
    assert [one for one in found if fault in one], found


@pytest.mark.parametrize("weight", ["0", "-1", "nan", "inf", "heavy", "1e999"])
def test_a_base_weight_is_a_number_above_0(weight: str, tmp_path: Path) -> None:
    mapping = DRAWN | {"base_weight": "w"}
    found = faults(tmp_path, f"row,wave,how,district,sex,w\n1,x,Web,1,M,{weight}\n", mapping)
    assert found == [f"r.csv: row 2, column w: expected a number above 0, found '{weight}'"]


def test_every_fault_of_every_row_is_told_at_once(tmp_path: Path) -> None:
    assert len(faults(tmp_path, "row,a4,years\n1,6,x\n2,5,3\n3,7,-3\n")) == 4


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("mode", None, "m.yaml: mode: expected a value, found nothing"),
        ("colour", "red", "m.yaml: colour: expected no such key, found it"),
        ("mode", {}, "m.yaml: mode: expected either `column` or `value`"),
        ("mode", {"value": "self", "codes": {"a": "b"}}, "`codes` only with `column`"),
        ("unasked", "maybe", "m.yaml: unasked: expected 'fault' or 'drop', found 'maybe'"),
    ],
)
def test_a_fault_of_the_mapping_names_its_key(key: str, value: object, fault: str) -> None:
    tree: dict[str, object] = {name: one for name, one in MINIMAL.items() if name != key}
    if value is not None:
        tree[key] = value
    with pytest.raises(FaultsFoundError, match=fault.replace("(", r"\(")):
        fit("m.yaml", tree, ResponseMapping)


def test_a_mapping_is_read_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("id: row\nsource: {value: qr}\nmode: {column: m, codes: {no: self, 01: paper}}\n")
    assert read_mapping(tmp_path / "m.yaml").mode.codes == {"no": "self", "01": "paper"}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "row 1: expected a row of column names, found an empty file"),
        (b"a,a\n1,2\n", "every column name once"),
        (b"a,\n1,2\n", "row 1, column 2: expected a column name"),
        (b"a,b\n1\n", "row 2: expected 2 cells as in the header, found 1 cells"),
        (b"a,b\n1,2,3\n", "row 2: expected 2 cells as in the header, found 3 cells"),
        (b'a,b\n"1,2\n', "expected CSV"),
        (b"a\n\x00\xff\x00\xff\n", "expected text in UTF-8 or GB 18030"),
    ],
)
def test_a_broken_csv_file_is_told(content: bytes, fault: str, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes(content)
    with pytest.raises(FaultsFoundError, match=fault):
        read_table(tmp_path / "r.csv")


@pytest.mark.parametrize(("name", "fault"), [("none.csv", "no such file"), ("r.doc", "a name ending in")])
def test_a_file_that_cannot_be_read_is_told(name: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "r.doc").write_bytes(b"x")
    with pytest.raises(FaultsFoundError, match=fault):
        read_table(tmp_path / name)


def test_a_file_that_only_claims_to_be_xlsx_is_told(tmp_path: Path) -> None:
    (tmp_path / "r.xlsx").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(FaultsFoundError, match=r"a readable \.xlsx file"):
        read_table(tmp_path / "r.xlsx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_as_offices_save_it(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes("编号;意见\r\n1;路灯很亮\r\n\r\n".encode(encoding))
    table = read_table(tmp_path / "r.csv")
    assert list(table.records()) == [(2, {"编号": "1", "意见": "路灯很亮"})]


def test_xlsx_cells_are_read_as_the_text_that_they_show(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "r.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["row", "weight", "done", "words"])
        sheet.write_row(1, 0, [7, 0.5, True, "好"])
    assert read_table(tmp_path / "r.xlsx").rows == ((2, ("7", "0.5", "1", "好")),)
