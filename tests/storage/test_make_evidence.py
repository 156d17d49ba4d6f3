"""The evidence bundle of the demonstration: nobody's name in it, the same bytes again, and R finds the same figures."""

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from survey.actions.results.make_evidence import make_evidence
from survey.actions.texts.code_text import code_text
from survey.actions.texts.edit_categories import add_category
from survey.actions.texts.open_texts import open_texts
from survey.app import create_app
from survey.settings import read_settings
from survey.storage import Storage
from tests.demonstration import SECRET_KEY, STREET, WAVE, Demonstration

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def storage(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    opened = Storage(demonstration.copy_to(tmp_path_factory.mktemp("evidence")))
    add_category(opened, WAVE, "e3", "停车", "", NOW, "somebody")
    texts = open_texts(opened, WAVE, "e3", "990101")
    assert texts is not None
    for one in texts.texts[:30]:
        codes = ["1"] if "停" in one.text else []
        code_text(opened, WAVE, "e3", one.response, codes, "990101", NOW, "somebody@office.example")
    yield opened
    opened.close()


def made(storage: Storage, key: str = SECRET_KEY) -> bytes:
    target = io.BytesIO()
    make_evidence(storage, WAVE, key, target, NOW, "somebody")
    return target.getvalue()


@pytest.fixture(scope="module")
def bundle(storage: Storage) -> bytes:
    return made(storage)


@pytest.fixture(scope="module")
def folder(bundle: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    unpacked = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(io.BytesIO(bundle)).extractall(unpacked)
    return unpacked


def test_the_command_takes_a_wave_like_every_other_and_leaves_nothing_when_there_is_none(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    values = {"DATABASE_URL": demonstration.copy_to(tmp_path), "SECRET_KEY": SECRET_KEY, "SURVEY_ENV": "test"}
    run, out = create_app(read_settings(values | {"SURVEY_VAR": str(tmp_path)})).test_cli_runner(), tmp_path / "e.zip"
    refused = run.invoke(args=["evidence", "--wave", "nowhere", "--out", str(out)])
    assert refused.exit_code == 1
    assert "nowhere" in refused.output
    assert not list(tmp_path.glob("*e.zip*"))
    written = run.invoke(args=["evidence", "--wave", WAVE, "--out", str(out)])
    assert written.exit_code == 0, written.output
    assert "prob/recompute.R" in zipfile.ZipFile(out).namelist()


def test_the_same_answers_give_the_same_bytes(storage: Storage, bundle: bytes) -> None:
    assert made(storage) == bundle


def test_every_file_has_its_sha256_in_the_manifest(folder: Path) -> None:
    import hashlib

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    listed = {entry["file"]: entry["sha256"] for entry in manifest["files"]}
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert set(files) == {*listed, "manifest.json"}
    assert {"prob/volunteers.csv", "prob/two_samples.csv"} <= set(listed)
    assert {"prob/recompute.R", "prob/functions.R", "prob/margins_sex.csv", "qr/plan.yaml", "README.md"} <= set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == digest, name


def test_nobody_and_no_sampling_unit_can_be_named(folder: Path) -> None:
    rows = []
    for name in ("responses.csv", "volunteers.csv"):
        with (folder / "prob" / name).open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file))
    taken_away = {"response_id", "interviewer", "started_at", "received_at", "poster", "area"}
    assert rows and not taken_away & set(rows[0])
    assert all(re.fullmatch("P[A-Z2-7]{8}", row["psu"]) for row in rows if row["source"] == "prob")
    assert all(re.fullmatch("P[A-Z2-7]{8}|", row["community"]) for row in rows)
    codes = re.compile(rf"{STREET}\d{{3}}")
    for path in folder.rglob("*"):
        if path.is_file():
            assert not codes.search(path.read_text(encoding="utf-8-sig")), path.name


def test_coded_texts_stand_in_it_as_categories_without_a_text_or_a_coder(folder: Path) -> None:
    told = json.loads((folder / "text_coding.json").read_text(encoding="utf-8"))
    assert [(one["item"], one["coded"]) for one in told] == [("e3", 30)]
    coded = {}
    for source in ("prob", "qr"):
        with (folder / source / "responses.csv").open(encoding="utf-8", newline="") as file:
            coded[source] = [row["e3_about_1"] for row in csv.DictReader(file)]
    assert sum(value in {"0", "1"} for values in coded.values() for value in values) == 30
    assert told[0]["categories"][0]["texts"] == {
        source: n if (n := values.count("1")) == 0 or n >= 3 else None for source, values in coded.items()
    }
    assert "office.example" not in json.dumps(told)


def test_pseudonyms_need_the_key_of_the_installation(storage: Storage, folder: Path) -> None:
    other = zipfile.ZipFile(io.BytesIO(made(storage, "another key, as long as a key of an installation")))
    ours = set(re.findall("P[A-Z2-7]{8}", (folder / "prob" / "responses.csv").read_text(encoding="utf-8")))
    assert ours.isdisjoint(re.findall("P[A-Z2-7]{8}", other.read("prob/responses.csv").decode()))


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed; R is too heavy for the packages")
def test_r_recomputes_every_figure_of_the_demonstration(folder: Path) -> None:
    run = subprocess.run(
        ["Rscript", "recompute.R"], cwd=folder / "prob", capture_output=True, text=True, timeout=600, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    found = re.search(r"^largest difference (\S+)$", run.stdout, re.MULTILINE)
    assert found is not None
    print(f"largest difference {found[1]}")
    assert float(found[1]) < 1e-6
