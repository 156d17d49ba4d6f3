"""Importing a file of responses: everything or nothing, once, with the rows that the reception of a form leaves."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey.actions.response.import_responses import ImportedResponses, import_responses
from survey.actions.response.receive_response import receive_response
from survey.exchange.fault import FaultsFoundError
from survey.instrument.load import to_definition
from survey.programme.wave import WaveError, WaveStatus
from survey.response.receipt import Outcome, sign_receipt
from survey.response.response import Mode, Purpose, Source, Submission
from survey.storage import Storage
from survey.storage.events import EventRow
from survey.storage.responses import ConflictRow, LedgerRow, ResponseRow, stream_responses
from tests.factories import KEY, WAVE, make_wave, store_wave
from tests.unit.exchange.samples import QUESTIONNAIRE

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
MAPPING = """
id: row
source: {value: prob}
mode: {value: paper}
area: {value: "990101001001"}
stratum: {value: "990101001"}
psu: {value: "990101001001"}
base_weight: {value: 40}
"""
ROWS = "row,a4,a3\n1,5,1;3\n2,8,\n3,,99\n"


@pytest.fixture
def wave(storage: Storage) -> str:
    return store_wave(storage, definition=to_definition(QUESTIONNAIRE)).wave.id


def put(storage: Storage, folder: Path, rows: str = ROWS, **options: bool) -> ImportedResponses:
    (folder / "r.csv").write_text(rows, encoding="utf-8")
    (folder / "m.yaml").write_text(MAPPING, encoding="utf-8")
    return import_responses(
        storage, KEY, WAVE, file=folder / "r.csv", mapping_file=folder / "m.yaml", now=NOW, **options
    )


def count(storage: Storage, table: type[ResponseRow | LedgerRow | ConflictRow]) -> int:
    with storage.read() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_second_import_doubles_nothing(storage: Storage, wave: str, tmp_path: Path) -> None:
    first = put(storage, tmp_path)
    assert (first.new, first.already_received) == (3, 0)
    second = put(storage, tmp_path)
    assert (second.new, second.already_received, second.conflicts) == (0, 3, 0)
    assert (count(storage, ResponseRow), count(storage, LedgerRow)) == (3, 3)


def test_an_imported_response_leaves_the_rows_that_a_form_leaves(storage: Storage, wave: str, tmp_path: Path) -> None:
    put(storage, tmp_path)
    with storage.read() as session:
        imported = next(stream_responses(session, wave))
        row = session.get(ResponseRow, (wave, imported.response_id))
    assert row is not None
    sent = Submission(
        wave,
        imported.response_id,
        "resident",
        1,
        imported.answers,
        Source.PROB,
        Mode.PAPER,
        Purpose.LIVE,
        "zh-Hans",
        "990101001001",
        NOW,
    )
    assert receive_response(storage, KEY, sent, NOW).outcome is Outcome.ALREADY_RECEIVED
    assert row.receipt == sign_receipt(KEY, wave, imported.response_id, row.sha256)
    assert (row.stratum, row.base_weight, row.mode, row.source) == ("990101001", 40.0, "paper", "prob")


def test_a_row_with_other_content_than_before_is_kept_for_review(storage: Storage, wave: str, tmp_path: Path) -> None:
    put(storage, tmp_path)
    again = put(storage, tmp_path, ROWS.replace("1,5,", "1,4,"))
    assert (again.new, again.already_received, again.conflicts) == (0, 2, 1)
    assert (count(storage, ResponseRow), count(storage, ConflictRow)) == (3, 1)
    assert put(storage, tmp_path, ROWS.replace("1,5,", "1,4,")).already_received == 3


def test_one_bad_row_stops_the_whole_file(storage: Storage, wave: str, tmp_path: Path) -> None:
    with pytest.raises(FaultsFoundError, match="row 4, column a4"):
        put(storage, tmp_path, ROWS.replace("3,,99", "3,6,99"))
    assert count(storage, ResponseRow) == 0
    assert count(storage, LedgerRow) == 0


def test_a_dry_run_counts_and_writes_nothing(storage: Storage, wave: str, tmp_path: Path) -> None:
    result = put(storage, tmp_path, dry_run=True)
    assert (result.new, result.stored) == (3, False)
    assert count(storage, ResponseRow) == 0


def test_an_import_is_logged_with_the_files_hash(storage: Storage, wave: str, tmp_path: Path) -> None:
    put(storage, tmp_path)
    with storage.read() as session:
        (event,) = session.scalars(select(EventRow).where(EventRow.action == "import_responses"))
    detail = json.loads(event.detail)
    assert (event.subject, detail["file"], detail["new"], len(detail["sha256"])) == (wave, "r.csv", 3, 64)


def test_more_rows_than_one_statement_takes_are_stored(storage: Storage, wave: str, tmp_path: Path) -> None:
    rows = "row,a4\n" + "".join(f"{number},{1 + number % 5}\n" for number in range(1234))
    assert put(storage, tmp_path, rows).new == 1234
    assert put(storage, tmp_path, rows).already_received == 1234


def test_an_import_tells_how_far_it_is(storage: Storage, wave: str, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    put(storage, tmp_path)
    import_responses(
        storage,
        KEY,
        WAVE,
        file=tmp_path / "r.csv",
        mapping_file=tmp_path / "m.yaml",
        now=NOW,
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 6), (2, 6), (3, 6), (6, 6)]


def test_an_import_into_no_wave_names_the_waves(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(WaveError, match=r"expected the id of a wave \(none\), found 'wave-2026-1'"):
        put(storage, tmp_path)


def test_a_draft_takes_no_responses(storage: Storage, tmp_path: Path) -> None:
    store_wave(storage, make_wave(status=WaveStatus.DRAFT), definition=to_definition(QUESTIONNAIRE))
    with pytest.raises(WaveError, match="found a draft; open it first"):
        put(storage, tmp_path)
