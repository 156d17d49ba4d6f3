"""Exporting a wave: which responses, the files beside the data, and what an import makes of an export."""

import csv
import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from survey.actions.response.import_responses import import_responses
from survey.actions.response.receive_response import receive_response
from survey.actions.results.export_responses import ExportFormat, ExportRequest, export_responses
from survey.exchange.fault import FaultsFoundError
from survey.instrument.answers import missing_kind
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


def test_more_rows_than_a_sheet_takes_are_told_before_any_is_written(
    answered: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey.exchange.export.xlsx_file.MOST_ROWS", 1)  # in place of 1,048,575
    steps: list[int] = []
    request = replace(REQUEST, format=ExportFormat.XLSX)
    with pytest.raises(FaultsFoundError, match="at most 1 rows; export csv or parquet"):
        export_responses(answered, request, tmp_path / "x.xlsx", NOW, lambda done, _: steps.append(done))
    assert steps == []
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


def test_the_ddi_codebook_has_a_variable_for_each_column(answered: Storage, tmp_path: Path) -> None:
    """That it is valid by its schema is shown in tests/unit/exchange/test_ddi.py."""
    export_responses(answered, REQUEST, tmp_path / "x.csv", NOW)
    names = {"d": "ddi:codebook:2_5"}
    root = ElementTree.parse(tmp_path / "x.ddi.xml").getroot()
    variables = root.findall("d:dataDscr/d:var", names)
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [one.get("name") for one in variables] == next(csv.reader(file))
    satisfied = next(one for one in variables if one.get("name") == "a4")
    categories = {
        category.findtext("d:catValu", namespaces=names): category.get("missing")
        for category in satisfied.findall("d:catgry", names)
    }
    assert categories["5"] is None
    assert categories["-1"] == "Y"
    assert root.findtext("d:fileDscr/d:fileTxt/d:dimensns/d:caseQnty", namespaces=names) == "2"


def test_a_codebook_for_people_stands_beside_the_data_in_three_languages(answered: Storage, tmp_path: Path) -> None:
    made = export_responses(answered, REQUEST, tmp_path / "x.csv", NOW)
    assert {path.name for path in made.all} == {path.name for path in tmp_path.glob("x.*")}
    page = (tmp_path / "x.codebook.html").read_text(encoding="utf-8")
    label = QUESTIONNAIRE.item("a4").label
    for language in ("zh-Hans", "zh-Hant", "en"):
        assert escape(label.in_language(language)) in page


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed; R is too heavy for the packages")
def test_r_reads_an_export_with_labels_and_the_kinds_of_missing(answered: Storage, tmp_path: Path) -> None:
    export_responses(answered, REQUEST, tmp_path / "x.csv", NOW)
    (tmp_path / "look.R").write_text(
        'source("x.R", encoding = "UTF-8")\n'
        'cat(nrow(data), is.factor(data$a4), any(!is.na(attr(data$e3, "missing_kind"))), nlevels(data$a4))\n'
    )
    run = subprocess.run(["Rscript", "look.R"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    item = QUESTIONNAIRE.item("a4")
    valid = sum(missing_kind(item, choice.code) is None for choice in item.choices)
    assert run.stdout == f"2 TRUE TRUE {valid}", run.stderr
