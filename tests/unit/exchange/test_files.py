"""The five formats, written and read back by other programs."""

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from pyarrow import parquet
from python_calamine import CalamineWorkbook

from survey.exchange.export.csv_file import write_csv
from survey.exchange.export.export_columns import Column, export_columns
from survey.exchange.export.labelled_file import write_dta, write_sav
from survey.exchange.export.parquet_file import write_parquet
from survey.exchange.export.xlsx_file import write_xlsx
from survey.exchange.fault import FaultsFoundError
from survey.instrument.answers import AnswerValue
from survey.instrument.choice import Choice
from survey.instrument.item import Item, ItemType
from survey.instrument.text import Text
from survey.response.response import Response
from tests.factories import make_area_tree
from tests.unit.exchange.samples import FULL, QUESTIONNAIRE, make_response
from tests.unit.exchange.test_export_columns import questionnaire_of

COLUMNS = export_columns(QUESTIONNAIRE, make_area_tree())
FORMULAS = ["=1+1", "+8613", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1+1", "-1"]
NOTHING: dict[str, AnswerValue] = dict.fromkeys(FULL, None)


def responses(*answers: dict[str, AnswerValue]) -> list[Response]:
    return [make_response(one) for one in answers]


def cells(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("words", FORMULAS)
def test_a_residents_text_is_no_formula_in_csv(words: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "x.csv", COLUMNS, responses({"e3": words}))
    found = cells(tmp_path / "x.csv")[0]["e3"]
    # A text that reads like a code of missing is the price of the codes; it runs nothing.
    assert found == (words if words in ("-1", "-2") else f"'{words}")


def test_raw_csv_keeps_a_residents_text_as_it_is(tmp_path: Path) -> None:
    write_csv(tmp_path / "x.csv", COLUMNS, responses({"e3": "=1+1"}), raw=True)
    assert cells(tmp_path / "x.csv")[0]["e3"] == "=1+1"


def test_csv_has_a_byte_order_mark_only_when_asked_for(tmp_path: Path) -> None:
    write_csv(tmp_path / "with.csv", COLUMNS, responses(FULL))
    write_csv(tmp_path / "without.csv", COLUMNS, responses(FULL), bom=False)
    assert (tmp_path / "with.csv").read_bytes() == b"\xef\xbb\xbf" + (tmp_path / "without.csv").read_bytes()


def test_csv_holds_numbers_codes_and_local_time(tmp_path: Path) -> None:
    assert write_csv(tmp_path / "x.csv", COLUMNS, responses(FULL, {}, NOTHING)) == 3
    full, absent, empty = cells(tmp_path / "x.csv")
    assert {name: full[name] for name in ("a4", "change", "base_weight", "received_at", "e3")} == {
        "a4": "5",
        "change": "-1",
        "base_weight": "40.0",
        "received_at": "2026-05-18T16:30:00+08:00",
        "e3": "路灯很亮",
    }
    assert (absent["a4"], empty["a4"], absent["a3_1"], empty["a3_1"]) == ("-1", "-2", "-1", "-2")


@pytest.mark.parametrize("words", FORMULAS)
def test_a_residents_text_is_text_in_xlsx(words: str, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "x.xlsx", COLUMNS, responses({"e3": words}))
    header, row = CalamineWorkbook.from_path(str(tmp_path / "x.xlsx")).get_sheet_by_index(0).to_python()
    assert row[header.index("e3")] == words


def test_xlsx_carries_the_codebook_on_its_second_sheet(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "x.xlsx", COLUMNS, responses(FULL))
    book = CalamineWorkbook.from_path(str(tmp_path / "x.xlsx"))
    assert [row[0] for row in book.get_sheet_by_index(1).to_python()][1:] == [column.name for column in COLUMNS]


def kinds() -> list[Response]:
    """Answered, not asked, not answered, not applicable, don't know, refused."""
    return responses({"b3": "4"}, {}, {"b3": None}, {"b3": "7"}, {"b3": "8"}, {"b3": "9"})


def test_sav_keeps_the_kinds_of_missing_apart_as_user_missing(tmp_path: Path) -> None:
    assert write_sav(tmp_path / "x.sav", COLUMNS, kinds(), "第一轮") == 6
    kept, meta = pyreadstat.read_sav(tmp_path / "x.sav", user_missing=True)
    assert [None if pd.isna(value) else value for value in kept["b3"]] == [4, -1, None, 7, 8, 9]
    valid, _ = pyreadstat.read_sav(tmp_path / "x.sav")
    assert [None if pd.isna(value) else value for value in valid["b3"]] == [4, None, None, None, None, None]
    assert meta.variable_value_labels["b3"][4] == "满意"
    assert meta.column_names_to_labels["b3"] == "公交满意吗？"


def test_dta_keeps_the_kinds_of_missing_apart_as_extended_missing(tmp_path: Path) -> None:
    assert write_dta(tmp_path / "x.dta", COLUMNS, kinds(), "第一轮") == 6
    kept, meta = pyreadstat.read_dta(tmp_path / "x.dta", user_missing=True)
    assert list(kept["b3"]) == [4, "a", "b", "e", "c", "d"]
    assert meta.variable_value_labels["b3"]["c"] == "不了解"


def test_dta_names_a_column_that_is_too_long_for_stata(tmp_path: Path) -> None:
    item = Item("a" * 32, ItemType.SELECT_MULTIPLE, Text("长"), choices=(Choice("1", Text("甲")),))
    columns: tuple[Column, ...] = export_columns(questionnaire_of(item), make_area_tree())
    with pytest.raises(FaultsFoundError, match="at most 32 characters"):
        write_dta(tmp_path / "x.dta", columns, [], "")


def test_a_long_chinese_label_is_cut_at_a_whole_character(tmp_path: Path) -> None:
    item = Item("k1", ItemType.SELECT_ONE, Text("问" * 200), choices=(Choice("1", Text("答" * 100)),))
    columns = export_columns(questionnaire_of(item), make_area_tree())
    write_sav(tmp_path / "x.sav", columns, responses({"k1": "1"}), "")
    _, meta = pyreadstat.read_sav(tmp_path / "x.sav")
    assert meta.variable_value_labels["k1"][1] == "答" * 39 + "…"
    assert meta.column_names_to_labels["k1"] == "问" * 84 + "…"


def test_parquet_holds_codes_with_their_labels(tmp_path: Path) -> None:
    assert write_parquet(tmp_path / "x.parquet", COLUMNS, kinds()) == 6
    table = parquet.read_table(tmp_path / "x.parquet")
    assert table.column("b3").to_pylist() == [4, -1, -2, 7, 8, 9]
    metadata: Any = table.schema.field("b3").metadata
    assert json.loads(metadata[b"codes"])["4"] == {"zh-Hans": "满意", "en": "satisfied"}
    assert json.loads(metadata[b"missing"]) == {
        "7": "not_applicable",
        "8": "dont_know",
        "9": "refused",
        "-1": "not_asked",
        "-2": "not_answered",
    }


@pytest.mark.parametrize("write", [write_csv, write_xlsx, write_parquet])
def test_a_wave_without_responses_gives_a_file_with_its_columns(write: Any, tmp_path: Path) -> None:
    assert write(tmp_path / "file", COLUMNS, []) == 0
    assert (tmp_path / "file").stat().st_size > 0


@pytest.mark.parametrize(("write", "read"), [(write_sav, pyreadstat.read_sav), (write_dta, pyreadstat.read_dta)])
def test_a_wave_without_responses_gives_a_labelled_file_with_its_columns(write: Any, read: Any, tmp_path: Path) -> None:
    assert write(tmp_path / "file", COLUMNS, [], "") == 0
    table, _ = read(tmp_path / "file")
    assert list(table.columns) == [column.name for column in COLUMNS]
