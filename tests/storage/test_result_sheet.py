"""The tables of results in the workbook of a wave's responses: those of its newest run, and nothing without one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from survey.actions.results.export_responses import ExportFormat, ExportRequest, export_responses
from survey.actions.results.show_results import show_results
from survey.programme.area import AreaLevel
from survey.response.response import Purpose
from survey.storage import Storage
from survey.storage.analyses import AnalysisRunRow, newest_run
from survey.storage.areas import load_area_tree
from tests.demonstration import STREET, WAVE, Demonstration

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SHEETS = ["数据 data", "编码本 codebook", "结果 results", "结果说明 about results"]
WORKBOOK = ExportRequest(wave=WAVE, format=ExportFormat.XLSX)


@pytest.fixture(scope="module")
def storage(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    opened = Storage(demonstration.copy_to(tmp_path_factory.mktemp("sheet")))
    yield opened
    opened.close()


def sheets(storage: Storage, request: ExportRequest, folder: Path) -> dict[str, list[dict[str, object]]]:
    """The rows of every sheet by the names in its first line."""
    export_responses(storage, request, folder / "x.xlsx", NOW)
    found = {}
    for sheet in load_workbook(folder / "x.xlsx", read_only=True).worksheets:
        head, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(map(str, head), row, strict=True)) for row in rows]
    return found


def test_a_workbook_holds_the_figures_of_the_newest_run_in_both_languages(storage: Storage, tmp_path: Path) -> None:
    with storage.read() as session:
        district = load_area_tree(session).at(AreaLevel.DISTRICT)[0].code
    results = show_results(storage, WAVE, district)
    assert results is not None
    found = sheets(storage, WORKBOOK, tmp_path)
    assert list(found) == SHEETS
    rows = {(row["来源 source"], row["指标代码 indicator"], row["区域代码 area"]): row for row in found["结果 results"]}
    assert len(rows) == len(found["结果 results"])
    assert len(rows) == sum((pair.prob is not None) + (pair.qr is not None) for pair in results.figures.values())
    drawn, scanned = (next(key[0] for key in rows if str(key[0]).startswith(word)) for word in ("概率抽样", "自愿扫码"))
    figure = results.pair("ENV", district).prob
    row = rows[drawn, "ENV", district]
    assert figure is not None and row["估计值 estimate"] == figure.estimate and row["基数 n"] == figure.n
    assert row["90%下限 lower"] == figure.limits[0].lower and row["95%上限 upper"] == figure.limits[1].upper
    assert row["判断 decision"] == "达标 met" and row["目标 target"] == "高于75%"
    assert row["label"] and row["label"] != row["指标"] and row["area name"] and row["rule"] != row["规则"]
    alone = rows[scanned, "ENV", district]
    assert alone["估计值 estimate"] is not None
    assert (alone["90%下限 lower"], alone["目标 target"], alone["判断 decision"]) == (None, None, "—")
    held = [row for row in rows.values() if row["可否公布 publishable"] == "否 no"]
    assert held and all(row["估计值 estimate"] is None and row["90%下限 lower"] is None for row in held)


def test_a_workbook_of_a_street_holds_no_figure_of_another_area(storage: Storage, tmp_path: Path) -> None:
    request = ExportRequest(wave=WAVE, format=ExportFormat.XLSX, within=STREET)
    areas = {str(row["区域代码 area"]) for row in sheets(storage, request, tmp_path)["结果 results"]}
    assert STREET in areas and all(area.startswith(STREET) for area in areas)


def test_a_workbook_of_trial_answers_or_of_a_wave_that_was_never_computed_has_no_sheet_of_results(
    storage: Storage, tmp_path: Path
) -> None:
    trials = ExportRequest(wave=WAVE, format=ExportFormat.XLSX, purposes=(Purpose.TEST,))
    assert list(sheets(storage, trials, tmp_path)) == SHEETS[:2]
    with storage.write() as session:
        run = newest_run(session, WAVE, "done")
        assert run is not None
        session.get_one(AnalysisRunRow, (WAVE, run.run_id)).started_at -= timedelta(days=1)
    about = [str(text) for row in sheets(storage, WORKBOOK, tmp_path)[SHEETS[3]] for text in row.values()]
    assert any("答卷，不在结果里" in text for text in about), "answers came after the computation began"
    with storage.write() as session:
        session.delete(session.get_one(AnalysisRunRow, (WAVE, run.run_id)))
    assert list(sheets(storage, WORKBOOK, tmp_path)) == SHEETS[:2]
