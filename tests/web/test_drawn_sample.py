"""A sample that was drawn elsewhere, from the uploaded file to the weights of the export, beside what R gives the same.

R's figures: tests/reference/drawn_sample.R.
"""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook

from analysis.frame import frame_of
from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from survey.accounts.account import Account, Role
from survey.actions.fieldwork.enrol_device import Enrolment, enrol_device
from survey.actions.results.export_responses import ExportFormat, ExportRequest, export_responses
from survey.storage.fieldwork import list_cases
from tests.factories import DISTRICT, NOW, StoredWave
from tests.fieldwork import Field, answer_record, body_of, visit_record
from tests.published import store_real_wave
from tests.reference.agreement import agree
from tests.web.conftest import make_account, open_session, storage_of

FOLDER = Path(__file__).parent.parent / "reference"
FILE = FOLDER / "drawn_sample.csv"
R: dict[str, Any] = json.loads((FOLDER / "drawn_sample.json").read_text(encoding="utf-8"))
KEY = "of the tests"  # the SECRET_KEY of the application under test
Answer = tuple[str, str, str, float]  # stratum, PSU, what was said, weight


def drawn() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_workbook() -> bytes:
    """The same file as a spreadsheet program saves it: numbers are numbers."""
    book, content = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.append(list(drawn()[0]))
    for row in drawn():
        sheet.append([float(text) if name.endswith("概率") else text for name, text in row.items()])
    book.save(content)
    return content.getvalue()


def send_form(client: FlaskClient, address: str, to: str, **fields: object) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    assert token is not None
    answer = client.post(to, data={"csrf_token": token[1], **fields}, follow_redirects=True)
    assert answer.status_code == 200, answer.text[:400]
    return answer.text


def deliver(phone: FlaskClient, device: Enrolment, record: dict[str, Any]) -> None:
    bearer = {"Authorization": f"Bearer {device.deliver_token}"}
    told = phone.post(f"/field/records/{record['id']}", data=body_of(record, device), headers=bearer).get_json()
    assert told["outcome"] == "accepted", told


def upload_and_assign(app: Flask, wave: str, worker: Account, suffix: str) -> None:
    """What the office does: the file, then all dwellings to one worker."""
    office = app.test_client()
    open_session(app, office, make_account(app, Role.OFFICE))
    page = f"/staff/fieldwork/{wave}"
    frame = (io.BytesIO(FILE.read_bytes() if suffix == ".csv" else as_workbook()), f"样本{suffix}")
    taken = send_form(office, f"{page}/sample", f"{page}/sample/frame", intent="drawn", frame=frame)
    assert "已收下样本 24 户" in taken
    share = {"action": "share", "area": DISTRICT, "code": worker.interviewer_code}
    assert "已处理 24 户" in send_form(office, f"{page}/cases", f"{page}/cases", **share)


def interview_everybody(app: Flask, stored: StoredWave, worker: Account) -> list[Answer]:
    """What the worker does with a device; returns what the export has to say, from the numbers of the file alone."""
    storage, phone = storage_of(app), app.test_client(use_cookies=False)
    device = enrol_device(storage, KEY, worker, "红色手机", NOW)
    work = phone.get("/field/work", headers={"Authorization": f"Bearer {device.work_token}"}).get_json()
    with storage.read() as session:
        field = Field(stored, worker, tuple(list_cases(session, stored.wave.id)))
    numbers = {case.id: number for number, case in enumerate(field.cases)}
    rows = {row["地址"]: row for row in drawn()}
    expected = []
    for case in work["cases"]:
        row, number = rows[case["address"]], numbers[case["id"]]
        assert str(case["eligible"] or "") == row["合格人数"]
        if not row["a1"]:
            deliver(phone, device, visit_record(field, number, disposition="2111"))
            continue
        deliver(phone, device, visit_record(field, number, disposition="110"))
        said = {"age_confirmed": ["1"], "a1": [row["a1"]]}
        given = {"answers": said, "eligible": int(row["persons"]), "place": case["place"]}
        deliver(phone, device, answer_record(field, KEY, **given))
        selected = float(row["单元入样概率"]) * float(row["住户入样概率"]) * (1 / int(row["persons"]))
        expected.append((row["层"], row["初级单元"], row["a1"], 1 / selected))
    return expected


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_weights_of_an_uploaded_sample_are_one_over_its_probabilities_and_those_of_r(
    app: Flask, tmp_path: Path, suffix: str
) -> None:
    stored = store_real_wave(storage_of(app))
    worker, wave = make_account(app, Role.INTERVIEWER), stored.wave.id
    upload_and_assign(app, wave, worker, suffix)
    expected = sorted(interview_everybody(app, stored, worker))

    out = tmp_path / "answers.csv"
    export_responses(storage_of(app), ExportRequest(wave=wave, format=ExportFormat.CSV), out, NOW)
    exported = pd.read_csv(out, dtype={"a1": str})
    rows = sorted(exported[["stratum", "psu", "a1", "base_weight"]].itertuples(index=False, name=None))
    assert [row[:3] for row in rows] == [row[:3] for row in expected]
    weights = [row[3] for row in rows]
    assert weights == pytest.approx([row[3] for row in expected], rel=1e-14)
    agree("uploaded sample", "weights", weights, [row[3] for row in sorted(map(tuple, R["weights"]))], rel=1e-14)
    design = {"weight": "base_weight", "strata": ["stratum"], "psu": ["psu"]}
    indicator = {"id": "aware", "item": "a1", "rule": "share", "count": ["3"]}
    result = run_plan(parse_plan({"design": design, "indicators": [indicator]}), frame=frame_of(exported))
    [aware] = result.estimates
    agree("uploaded sample", "weights", [result.weights.sum], [R["total"]], rel=1e-14)
    agree("uploaded sample", "estimate", [aware.estimate], [R["share"]], rel=1e-12)
    agree("uploaded sample", "standard error", [aware.se], [R["se"]], rel=1e-10)
