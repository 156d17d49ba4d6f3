"""Exporting a wave: which responses, the files beside the data, and what an import makes of an export."""

import csv
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from survey.actions.export_responses import ExportFormat, ExportRequest, export_responses
from survey.actions.import_responses import import_responses
from survey.actions.receive_response import receive_response
from survey.exchange.fault import FaultsFoundError
from survey.instrument.load import to_definition
from survey.programme.area import AreaError
from survey.programme.wave import WaveError
from survey.response.response import Purpose
from survey.storage import Storage
from survey.storage.events import EventRow
from survey.storage.responses import stream_responses
from survey.storage.waves import save_wave
from tests.factories import KEY, WAVE, make_submission, make_wave, store_wave
from tests.unit.exchange.samples import FULL, QUESTIONNAIRE

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
REQUEST = ExportRequest(wave=WAVE, format=ExportFormat.CSV)


@pytest.fixture
def answered(storage: Storage) -> Storage:
    """A wave with two live responses in two communities, and a test response."""
    store_wave(storage, definition=to_definition(QUESTIONNAIRE))
    for number, area in enumerate(("990101001001", "990101002001"), start=1):
        sent = make_submission(answers=FULL | {"e3": None}, area=area, response_id=f"live-{number}")
        receive_response(storage, KEY, sent, NOW)
    trial = make_submission(answers={"a4": "1"}, purpose=Purpose.TEST, response_id="trial")
    receive_response(storage, KEY, trial, NOW)
    return storage


def ids(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["response_id"] for row in csv.DictReader(file)]


def test_only_live_responses_are_exported_unless_others_are_asked_for(answered: Storage, tmp_path: Path) -> None:
    assert export_responses(answered, REQUEST, tmp_path / "x.csv", NOW).rows == 2
    assert ids(tmp_path / "x.csv") == ["live-1", "live-2"]
    everything = replace(REQUEST, purposes=tuple(Purpose))
    assert export_responses(answered, everything, tmp_path / "y.csv", NOW).rows == 3


def test_an_export_can_be_limited_to_an_area_and_what_lies_below_it(answered: Storage, tmp_path: Path) -> None:
    export_responses(answered, replace(REQUEST, within="990101002"), tmp_path / "x.csv", NOW)
    assert ids(tmp_path / "x.csv") == ["live-2"]
    with pytest.raises(AreaError, match="999"):
        export_responses(answered, replace(REQUEST, within="999"), tmp_path / "x.csv", NOW)


@pytest.mark.parametrize("kind", list(ExportFormat))
def test_a_manifest_tells_rows_hash_and_questionnaire(answered: Storage, kind: ExportFormat, tmp_path: Path) -> None:
    made = export_responses(answered, replace(REQUEST, format=kind), tmp_path / f"x.{kind}", NOW)
    facts = json.loads(made.manifest.read_text(encoding="utf-8"))
    assert facts["data"]["rows"] == made.rows == 2
    assert facts["data"]["sha256"] == hashlib.sha256(made.data.read_bytes()).hexdigest()
    assert facts["codebook"]["sha256"] == hashlib.sha256(made.codebook.read_bytes()).hexdigest()
    assert (facts["questionnaire"], facts["questionnaire_version"]) == ("resident", 1)
    assert len(facts["questionnaire_sha256"]) == 64
    assert facts["exported_at"] == "2026-06-01T10:00:00+08:00"


def test_an_export_is_logged(answered: Storage, tmp_path: Path) -> None:
    export_responses(answered, replace(REQUEST, actor="analyst@yunxi.example"), tmp_path / "x.csv", NOW)
    with answered.read() as session:
        (event,) = session.scalars(select(EventRow).where(EventRow.action == "export_responses"))
    assert (event.actor, json.loads(event.detail)["rows"]) == ("analyst@yunxi.example", 2)


def test_an_export_that_fails_leaves_no_file(answered: Storage, tmp_path: Path) -> None:
    with pytest.raises(WaveError, match="found 'none'"):
        export_responses(answered, replace(REQUEST, wave="none"), tmp_path / "x.csv", NOW)
    assert [file.name for file in tmp_path.iterdir() if not file.name.startswith("survey.db")] == []


def test_a_folder_that_is_not_there_is_told(answered: Storage, tmp_path: Path) -> None:
    with pytest.raises(FaultsFoundError, match="a folder that is there"):
        export_responses(answered, REQUEST, tmp_path / "no" / "x.csv", NOW)


@pytest.mark.parametrize("kind", [ExportFormat.CSV, ExportFormat.XLSX])
def test_an_exported_file_can_be_imported_into_another_wave(
    answered: Storage, kind: ExportFormat, tmp_path: Path
) -> None:
    made = export_responses(answered, replace(REQUEST, format=kind), tmp_path / f"x.{kind}", NOW)
    other = make_wave("wave-2026-2")
    with answered.write() as session:
        save_wave(session, other)
    recorded = ("questionnaire_version", "purpose", "district", "street", "community", "in_population")
    recorded += ("suspicion_signs", "suspicion_score", "for_review", "over_quota")
    (tmp_path / "m.yaml").write_text(
        "id: response_id\nsource: source\nmode: mode\nlanguage: language\narea: area\npsu: psu\n"
        "stratum: stratum\nbase_weight: base_weight\ninterviewer: interviewer\nreceived_at: received_at\n"
        "started_at: started_at\nitems: {community: item_community}\n"
        f"ignore: [poster, {', '.join(recorded)}]\n"
    )
    result = import_responses(answered, KEY, other.id, file=made.data, mapping_file=tmp_path / "m.yaml", now=NOW)
    assert result.new == 2
    with answered.read() as session:
        first = list(stream_responses(session, WAVE))
        second = list(stream_responses(session, other.id))
    assert [one.answers for one in second] == [one.answers for one in first]
