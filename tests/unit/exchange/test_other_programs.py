"""Exported files, opened by programs of other people: SPSS and Stata files by R, workbooks by LibreOffice."""

import csv
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from survey.actions.instrument.check_questionnaires import check_questionnaires
from survey.exchange.export.export_columns import export_columns
from survey.exchange.export.labelled_file import write_dta, write_sav
from survey.exchange.export.result_sheet import ResultLine, ResultSheet
from survey.exchange.export.xlsx_file import write_xlsx
from survey.programme.area import AreaLevel
from survey.programme.figure import Figure, Limits
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Source
from tests.factories import make_area_tree
from tests.published import FOLDER
from tests.unit.exchange.samples import FULL, QUESTIONNAIRE, make_response

COLUMNS = export_columns(QUESTIONNAIRE, make_area_tree())
# Answered, not asked, not answered, not applicable, don't know, refused; and a text that looks like a formula.
RESPONSES = [
    make_response(FULL | {"b3": "4", "e3": "=1+1"}, response_id="a"),
    make_response({}, response_id="b", base_weight=None),
    make_response(FULL | {"b3": None}, response_id="c"),
    make_response(FULL | {"b3": "7"}, response_id="d"),
    make_response(FULL | {"b3": "8"}, response_id="e"),
    make_response(FULL | {"b3": "9"}, response_id="f"),
]
HAVEN = shutil.which("Rscript") is not None and any(
    Path(place).is_dir() for place in ("/usr/lib/R/site-library/haven", "/usr/local/lib/R/site-library/haven")
)
CALC = shutil.which("soffice") is not None and Path("/usr/lib/libreoffice/program/libsclo.so").exists()


@pytest.mark.skipif(not HAVEN, reason="R with haven is not installed (r-cran-haven)")
def test_r_finds_labels_and_the_five_kinds_of_missing_in_spss_and_stata_files(tmp_path: Path) -> None:
    write_sav(tmp_path / "x.sav", COLUMNS, RESPONSES, "第一轮")
    write_dta(tmp_path / "x.dta", COLUMNS, RESPONSES, "第一轮")
    script = Path(__file__).with_name("read_back.R")
    command = ["Rscript", "--vanilla", str(script)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60, check=True)
    found = dict(line.split("\t", 1) for line in run.stdout.splitlines())
    assert found["sav label"] == found["dta label"] == "公交满意吗？"
    assert found["sav values"] == "4|-1|NA|7|8|9"
    assert found["sav missing"] == "FALSE|TRUE|TRUE|TRUE|TRUE|TRUE"
    assert found["sav labels"] == "未问到|非常不满意|不满意|一般|满意|非常满意|没有去过|不了解|不愿回答"
    assert found["dta values"] == "4|NA|NA|NA|NA|NA"
    assert found["dta tags"] == "NA|a|b|e|c|d"
    labels = set(found["dta labels"].split("|"))
    assert {"4 满意", ".a 未问到", ".b 未作答", ".c 不了解", ".d 不愿回答", ".e 没有去过"} <= labels
    for kind in ("sav", "dta"):
        assert found[f"{kind} text"].split("|")[0] == "=1+1"
        assert found[f"{kind} time"].split("|")[0] == "2026-05-18 16:30:00"  # Shanghai's, as both programs show it


@pytest.mark.skipif(not CALC, reason="LibreOffice Calc is not installed (libreoffice-calc-nogui)")
def test_libreoffice_opens_a_workbook_with_its_texts_numbers_and_times(tmp_path: Path) -> None:
    figure = Figure(402, True, estimate=0.754, limits=(Limits(0.711, 0.785, 0.9, "korn-graubard"),))
    environment = WaveIndicator(check_questionnaires(FOLDER).catalogue["ENV"])
    line = ResultLine(Source.PROB, environment, make_area_tree().at(AreaLevel.DISTRICT)[0], figure)
    computed = datetime(2026, 6, 1, tzinfo=UTC)
    write_xlsx(tmp_path / "x.xlsx", COLUMNS, RESPONSES, ResultSheet("run-1", computed, 3, (line,)))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    as_csv = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"  # UTF-8, every sheet
    command = ["soffice", profile, "--headless", "--convert-to", as_csv, "--outdir", str(tmp_path), "x.xlsx"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=True)
    with (tmp_path / "x-数据 data.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["response_id"] for row in rows] == list("abcdef")
    assert [row["b3"] for row in rows] == ["4", "-1", "-2", "7", "8", "9"]
    assert rows[0]["e3"] == "=1+1"  # the text, and not 2
    assert (rows[0]["base_weight"], rows[1]["base_weight"]) == ("40", "")
    assert rows[0]["received_at"] == "2026-05-18 16:30:00"
    with (tmp_path / "x-编码本 codebook.csv").open(encoding="utf-8", newline="") as file:
        assert [row["column"] for row in csv.DictReader(file)] == [column.name for column in COLUMNS]
    with (tmp_path / "x-结果 results.csv").open(encoding="utf-8", newline="") as file:
        (told,) = csv.DictReader(file)
    assert (told["基数 n"], told["估计值 estimate"], told["90%下限 lower"], told["95%下限 lower"]) == (
        "402",
        "75.4%",
        "71.1%",
        "",
    )
    assert "3 answers came or changed later" in (tmp_path / "x-结果说明 about results.csv").read_text(encoding="utf-8")
