"""An exported file is read again and compared: whatever differs in a value, a row or a label is found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from survey.exchange.export.csv_file import write_csv
from survey.exchange.export.export_columns import Column, export_columns
from survey.exchange.export.labelled_file import write_dta, write_sav
from survey.exchange.export.parquet_file import write_parquet
from survey.exchange.export.reread import ExportDiffersError, Witness, compare_labels
from survey.exchange.export.xlsx_file import write_xlsx
from survey.instrument.text import Text
from survey.response.response import Response
from tests.factories import make_area_tree
from tests.unit.exchange.samples import FULL, QUESTIONNAIRE, make_response

COLUMNS = export_columns(QUESTIONNAIRE, make_area_tree())
STARTED = datetime(2026, 5, 18, 3, 38, 11, 29_384, UTC)  # a fraction that a workbook rounds
RESPONSES = [
    make_response(),
    make_response({}, response_id="b", interviewer="fy-01", base_weight=None),
    make_response(FULL | {"a4": "8", "b3": "9", "e3": "=1+1", "years": None, "a3": None}, response_id="c"),
    make_response(FULL | {"b3": "7", "c3b": None}, response_id="d", started_at=STARTED),
]
Writer = Callable[[Path, tuple[Column, ...], list[Response]], object]
WRITERS: dict[str, Writer] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "parquet": write_parquet,
    "sav": lambda path, columns, responses: write_sav(path, columns, responses, "title"),
    "dta": lambda path, columns, responses: write_dta(path, columns, responses, "title"),
}


def witness_of(responses: list[Response]) -> Witness:
    witness = Witness(COLUMNS, len(responses))
    assert list(witness.watch(responses)) == responses
    return witness


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_that_holds_what_was_written_passes_and_any_other_does_not(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{kind}"
    WRITERS[kind](path, COLUMNS, RESPONSES)
    assert witness_of(RESPONSES).compare(path, kind) == len(RESPONSES)
    other_answer = [*RESPONSES[:3], make_response(FULL | {"b3": "8", "c3b": None}, response_id="d", started_at=STARTED)]
    with pytest.raises(ExportDiffersError, match="row 4, column b3"):
        witness_of(other_answer).compare(path, kind)
    other_missing = [
        *RESPONSES[:3],
        make_response({**FULL, "b3": "7", "c3b": "3"}, response_id="d", started_at=STARTED),
    ]
    with pytest.raises(ExportDiffersError, match="row 4, column c3b"):
        witness_of(other_missing).compare(path, kind)
    with pytest.raises(ExportDiffersError, match="expected 3 rows, found 4"):
        witness_of(RESPONSES[:3]).compare(path, kind)


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_another_label_is_found(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{kind}"
    WRITERS[kind](path, COLUMNS, RESPONSES)
    compare_labels(path, kind, COLUMNS)
    place = next(number for number, column in enumerate(COLUMNS) if column.name == "b3")
    codes = tuple(replace(code, label=Text("别的")) if code.value == 4 else code for code in COLUMNS[place].codes)
    for wrong in (replace(COLUMNS[place], label=Text("别的问题")), replace(COLUMNS[place], codes=codes)):
        with pytest.raises(ExportDiffersError, match="label of b3"):
            compare_labels(path, kind, [*COLUMNS[:place], wrong, *COLUMNS[place + 1 :]])
