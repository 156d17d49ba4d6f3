"""Pages of the results on the demonstration: figures that were really computed, scope of an account, downloads."""

import csv
import io
import json
import re
import zipfile
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import delete, update

from survey.actions.jobs.run_jobs import run_next_job
from survey.actions.results.show_results import WaveResults, show_results
from survey.programme.figure import Decision
from survey.response.response import Source
from survey.storage.analyses import AnalysisRunRow, newest_run
from survey.storage.responses import LedgerRow, ResponseRow
from survey.web.services import Services
from survey.web.words import VERDICTS
from tests.demonstration import DISTRICT_ANALYST, OFFICE, OTHER_STREET, STREET, STREET_ANALYST, WAVE
from tests.web.conftest import storage_of
from tests.web.page import WebPage
from tests.web.staff.conftest import StaffVisitor, Visit

RESULTS = f"/staff/results/{WAVE}"
DISTRICT = "990101"
SELF_SELECTED = "自愿扫码，不代表全体居民"
HELD_BACK = "样本不足，不公布"


def results_of(app: Flask, area: str = DISTRICT) -> WaveResults:
    found = show_results(storage_of(app), WAVE, area)
    assert found is not None
    return found


def rows(page: WebPage) -> dict[str, list[str]]:
    """The cells of the table of results by the text of their row head."""
    table = next(e for e in page.all("table") if "results" in e.attributes.get("class", ""))
    found: dict[str, list[str]] = {}
    for cell in page.elements:
        row = next((parent for parent in cell.inside if parent.tag == "tr"), None)
        if table in cell.inside and cell.tag == "td" and row is not None:
            head = next((e for e in page.all("th", scope="row") if row in e.inside), None)
            if head is not None:
                found.setdefault(" ".join(head.text.split()), []).append(" ".join(cell.text.split()))
    return found


def downloaded(visit: Visit, address: str) -> list[list[str]]:
    answer = visit(DISTRICT_ANALYST).client.get(address)
    assert answer.status_code == 200, address
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_every_indicator_stands_with_rate_interval_target_verdict_and_rule(demo_app: Flask, visit: Visit) -> None:
    page = visit(DISTRICT_ANALYST).get(RESULTS)
    results = results_of(demo_app)
    table = rows(page)
    assert len(results.indicators) >= 10
    for each in results.indicators:
        label = each.indicator.label.zh_hans
        figure = results.pair(each.indicator.id, DISTRICT).prob
        assert figure is not None
        cells = table[label]
        assert each.indicator.rule_in_words("zh-Hans") in page.text
        if each.target is not None:
            assert each.target.in_words("zh-Hans") in cells
        if figure.estimate is not None:
            assert any(re.fullmatch(r"\d+\.\d+%", cell) for cell in cells), label
            assert str(figure.n) in cells
        if figure.decision is not Decision.NONE:
            assert str(VERDICTS[figure.decision]) in cells[0]


def test_what_the_page_says_is_what_was_computed(demo_app: Flask, visit: Visit) -> None:
    with storage_of(demo_app).read() as session:
        run = newest_run(session, WAVE, "done")
    assert run is not None
    stored = json.loads(run.result)["prob"]["estimates"]
    entry = next(one for one in stored if one["indicator"] == "SAFE" and one["domain"] == {})
    limits = next(one for one in entry["intervals"] if (one["method"], one["level"]) == ("korn-graubard", 0.9))
    cells = rows(visit(DISTRICT_ANALYST).get(RESULTS))["群众安全感"]
    assert f"{entry['estimate'] * 100:.1f}%" in cells
    assert f"{limits['lower'] * 100:.1f}%–{limits['upper'] * 100:.1f}%" in " ".join(cells)
    assert {"met": "达标", "not_met": "未达标", "undetermined": "尚不能判断"}[entry["decision"]] in cells[0]


def test_while_fieldwork_goes_on_the_page_says_that_verdicts_allow_for_looking_often(
    demo_app: Flask, visit: Visit
) -> None:
    level = results_of(demo_app).looking_level
    assert level is not None
    assert 0.98 < level < 1
    for page in (RESULTS, f"{RESULTS}/indicators/SAFE"):
        text = visit(DISTRICT_ANALYST).get(page).text
        assert "调查尚未结束。" in text
        assert f"{100 * level:.1f}% 区间" in text


def test_a_verdict_is_a_sign_and_a_word(visit: Visit) -> None:
    page = visit(DISTRICT_ANALYST).get(RESULTS)
    signs = {"met": ("✓", "达标"), "not_met": ("✗", "未达标"), "undetermined": ("?", "尚不能判断")}
    verdicts = [e for e in page.all("span") if e.attributes.get("class", "").startswith("decision ")]
    assert len(verdicts) >= 5
    for verdict in verdicts:
        sign, word = signs[verdict.attributes["class"].removeprefix("decision ")]
        assert verdict.text.split() == [sign, word]


def test_self_selected_answers_stand_apart_without_interval_and_verdict(demo_app: Flask, visit: Visit) -> None:
    page = visit(DISTRICT_ANALYST).get(RESULTS)
    assert SELF_SELECTED in page.text
    qr_cells = [e.text for e in page.all("td") if e.attributes.get("class", "").split()[:1] == ["qr"]]
    assert any(re.fullmatch(r"\d+\.\d%", text.strip()) for text in qr_cells)
    assert not any("–" in text or "达标" in text or "判断" in text for text in qr_cells)
    for pair in results_of(demo_app).figures.values():
        if pair.qr is not None:
            assert (pair.qr.limits, pair.qr.decision) == ((), Decision.NONE)


def test_both_samples_and_the_combined_estimate_stand_side_by_side_for_the_district(
    demo_app: Flask, visit: Visit
) -> None:
    page, results = visit(DISTRICT_ANALYST).get(RESULTS), results_of(demo_app)
    assert results.two_samples is not None
    shown = re.sub(r"\s+", "", page.text.split("抽样与扫码对照", 1)[1])
    unrounded = downloaded(visit, f"{RESULTS}?as=csv&k=1")
    for each in results.indicators:
        one = results.two_samples.rates.get(each.indicator.id)
        prob = results.pair(each.indicator.id, DISTRICT).prob
        if one is not None and prob is not None and prob.estimate is not None:
            difference = f"{one.difference * 100:+z.1f}{one.se_difference * 100:.1f}"
            combined = f"{one.combined * 100:.1f}%{one.rmse * 100:.1f}"
            assert difference in shown and combined in shown, each.indicator.id
            exact = next(row for row in unrounded if row[0] == each.indicator.label.zh_hans)
            assert (float(exact[4]), float(exact[7])) == (one.difference, one.combined)
    assert len(results.two_samples.rates) > 10
    assert "每位居民都有机会扫码。" in shown
    assert "抽样与扫码对照" not in visit(STREET_ANALYST).get(RESULTS).text, "rates of the whole are not a street's"


def test_the_chart_tells_the_same_in_words(demo_app: Flask, visit: Visit) -> None:
    page = visit(DISTRICT_ANALYST).get(RESULTS)
    chart = page.one("svg", class_="chart")
    described = page.one("desc").text
    assert chart.attributes["aria-labelledby"] == "chart-title chart-desc"
    for each in results_of(demo_app).indicators:
        if not each.is_score:
            assert each.indicator.label.zh_hans in described
    assert len(re.findall(r"\d+\.\d+%", described)) >= len(results_of(demo_app).indicators)


def test_communities_and_streets_are_held_back_by_the_publication_rules(demo_app: Flask, visit: Visit) -> None:
    page = visit(DISTRICT_ANALYST).get(f"{RESULTS}/indicators/SAFE")
    table = rows(page)
    results = results_of(demo_app)
    held = [area for area in results.areas if (one := results.pair("SAFE", area.code).prob) and not one.publishable]
    assert held, "the demonstration is small enough for this"
    for area in held:
        cells = table[area.name.zh_hans]
        assert HELD_BACK in cells
        drawn = cells[:7]  # verdict, held back, target, n and three dashes; the QR columns come after
        assert "%" not in "".join(cell for cell in drawn if "高于" not in cell), area.name
        figure = results.pair("SAFE", area.code).prob
        assert figure and not [flag for flag in figure.flags if flag.startswith("0 %")], "a flag would tell the rate"


def test_an_unknown_wave_indicator_or_area_is_not_found(visit: Visit) -> None:
    analyst = visit(DISTRICT_ANALYST)
    for address in ("/staff/results/nothing", f"{RESULTS}/indicators/NOTHING", f"{RESULTS}?area=123456789"):
        analyst.get(address, 404)


def test_an_account_of_a_street_sees_its_street_and_nothing_else(demo_app: Flask, visit: Visit) -> None:
    analyst = visit(STREET_ANALYST)
    page = analyst.get(RESULTS)
    options = {
        option.attributes["value"]
        for option in page.all("option")
        if any(parent.attributes.get("name") == "area" for parent in option.inside)
    }
    assert STREET in options
    assert all(code.startswith(STREET) for code in options)
    analyst.get(f"{RESULTS}?area={OTHER_STREET}", 404)
    analyst.get(f"{RESULTS}?area={DISTRICT}", 404)
    results = results_of(demo_app, STREET)
    assert {area for _, area in results.figures} <= options
    whole, part = results_of(demo_app), results
    assert sum(part.responses.values()) < sum(whole.responses.values())


def test_an_account_of_an_unknown_area_sees_nothing(demo_app: Flask) -> None:
    results = results_of(demo_app, "999999")
    assert (results.areas, dict(results.figures), dict(results.responses)) == ((), {}, {})


def test_the_filter_in_the_address_chooses_the_area(visit: Visit) -> None:
    page = visit(DISTRICT_ANALYST).get(f"{RESULTS}?area={STREET}")
    assert page.one("option", selected="").attributes["value"] == STREET
    assert any("澄和街道" in heading.text for heading in page.all("h2"))


def test_what_a_page_shows_is_what_it_downloads(demo_app: Flask, visit: Visit) -> None:
    results = results_of(demo_app)
    for area in (DISTRICT, STREET):
        table = downloaded(visit, f"{RESULTS}?area={area}&as=csv&k=0")
        assert len(table) == 1 + len(results.indicators)
        for row, each in zip(table[1:], results.indicators, strict=True):
            prob = results.pair(each.indicator.id, area).prob
            assert prob is not None
            assert row[2] == ("" if prob.estimate is None else str(prob.estimate)), row[0]
            assert int(row[8]) == prob.n
    by_area = downloaded(visit, f"{RESULTS}/indicators/ENV?as=csv&k=0")
    assert [row[0] for row in by_area[1:]] == [area.name.zh_hans for area in results.areas]
    assert {row[2] for row in by_area[1:] if "不公布" in row[-1]} == {""}
    assert downloaded(visit, f"{RESULTS}?as=csv&k=2")[0][1:] == ["全部", "样本量", "去掉有疑点", "样本量"]
    visit(STREET_ANALYST).get(f"{RESULTS}?as=csv&k=1", 404)


def test_estimates_are_downloaded_unrounded_and_held_back_ones_are_empty(demo_app: Flask, visit: Visit) -> None:
    answer = visit(DISTRICT_ANALYST).client.get(f"{RESULTS}/estimates.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    results = results_of(demo_app)
    for row in table:
        pair = results.pair(row["indicator"], row["area"])
        figure = pair.prob if row["source"] == "prob" else pair.qr
        assert figure is not None
        assert row["estimate"] == ("" if figure.estimate is None else str(figure.estimate))
        assert row["rule"]
        if row["publishable"] == "false" or row["source"] == "qr":
            assert (row["lower_90"], row["upper_95"], row["deff"]) == ("", "", "")
    assert {row["source"] for row in table} == {"prob", "qr"}


def test_a_street_downloads_its_own_estimates_and_answers(visit: Visit) -> None:
    analyst = visit(STREET_ANALYST)
    estimates = analyst.client.get(f"{RESULTS}/estimates.csv").data.decode("utf-8-sig")
    assert all(row["area"].startswith(STREET) for row in csv.DictReader(io.StringIO(estimates)))
    with zipfile.ZipFile(io.BytesIO(analyst.client.get(f"{RESULTS}/responses.zip").data)) as archive:
        data = archive.read(f"{WAVE}.csv").decode("utf-8-sig")
    areas = {row["community"] for row in csv.DictReader(io.StringIO(data))}
    assert areas and all(area.startswith(STREET) for area in areas)


def test_answers_are_downloaded_with_codebook_and_manifest(demo_app: Flask, visit: Visit) -> None:
    answer = visit(DISTRICT_ANALYST).client.get(f"{RESULTS}/responses.zip")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        endings = ("R", "codebook.csv", "codebook.html", "csv", "csv.manifest.json", "ddi.xml")
        assert sorted(archive.namelist()) == [f"{WAVE}.{ending}" for ending in endings]
        lines = list(csv.DictReader(io.StringIO(archive.read(f"{WAVE}.csv").decode("utf-8-sig"))))
        manifest = json.loads(archive.read(f"{WAVE}.csv.manifest.json"))
    assert len(lines) == manifest["data"]["rows"] == sum(results_of(demo_app).responses.values())


def test_the_report_is_for_the_whole_district_and_the_evidence_for_its_analyst(demo_app: Flask, visit: Visit) -> None:
    analyst, office, street = visit(DISTRICT_ANALYST), visit(OFFICE), visit(STREET_ANALYST)
    for what in ("report-pdf", "evidence"):
        assert made(demo_app, street, what) is None
    assert made(demo_app, office, "responses-xlsx") is None and made(demo_app, office, "evidence") is None
    periods = [one.attributes["value"] for one in office.get("/staff/results/").all("option")]
    assert any("-Q" in period for period in periods) and any("-H" in period for period in periods)
    assert "简报与汇总" not in street.get("/staff/results/").text
    starts = {"docx": b"PK", "pdf": b"%PDF", "html": b"<!doctype html>"}
    for ending, start in starts.items():
        content = made(demo_app, office, f"report-{ending}")
        assert content is not None and content.startswith(start)
    evidence = made(demo_app, analyst, "evidence")
    assert evidence is not None
    with zipfile.ZipFile(io.BytesIO(evidence)) as archive:
        assert "prob/recompute.R" in archive.namelist()


def test_a_street_gets_its_own_answers_as_a_workbook_and_nobody_else_gets_the_file(
    demo_app: Flask, visit: Visit
) -> None:
    street, district = visit(STREET_ANALYST), visit(DISTRICT_ANALYST)
    content = made(demo_app, street, "responses-xlsx")
    assert content is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read(f"{WAVE}.xlsx.manifest.json"))
    assert f"{WAVE}.xlsx" in names and manifest["within"] == STREET
    [job] = street.get("/staff/jobs/").all("th", scope="row")
    assert job.text == "导出答卷"
    address = next(a.attributes["href"] for a in street.get("/staff/jobs/").all("a") if "/file" in a.attributes["href"])
    assert district.client.get(address).status_code == 404
    assert "还没有后台任务" in district.get("/staff/jobs/").text


def test_a_job_shows_how_far_it_is_and_is_cancelled_with_a_button(demo_app: Flask, visit: Visit) -> None:
    analyst = visit(DISTRICT_ANALYST)
    page = analyst.send(f"{RESULTS}/make", analyst.get(RESULTS), what="report-pdf")
    assert "等待中" in page.text and page.all("progress")
    [form] = [form for form in page.all("form") if "/cancel" in form.attributes["action"]]
    page = analyst.send(form.attributes["action"], page)
    assert "已取消" in page.text and not page.all("progress")


def made(app: Flask, visitor: StaffVisitor, what: str) -> bytes | None:
    """Ask for a file as the form does, let a worker make it, download it; None when it is refused."""
    token = visitor.get(RESULTS).all("input", name="csrf_token")[0].attributes["value"]
    asked = visitor.client.post(f"{RESULTS}/make", data={"csrf_token": token, "what": what})
    if asked.status_code == 403:
        return None
    services: Services = app.extensions["minyi"]
    while run_next_job(services.storage, services.settings, lambda: datetime.now(UTC)):
        pass
    page = visitor.get(asked.location)
    [file] = [a.attributes["href"] for a in page.all("a") if a.attributes["href"].endswith("/file")]
    content: bytes = visitor.client.get(file).data
    return content


def test_the_office_sees_results_and_downloads_no_answers(visit: Visit) -> None:
    office = visit(OFFICE)
    page = office.get(RESULTS)
    assert "responses.zip" not in " ".join(e.attributes.get("href", "") for e in page.all("a"))
    assert office.client.get(f"{RESULTS}/responses.zip").status_code == 403


def test_without_a_run_there_is_a_button_and_no_number(demo_app: Flask, visit: Visit) -> None:
    with storage_of(demo_app).write() as session:
        session.execute(delete(AnalysisRunRow))
    page = visit(DISTRICT_ANALYST).get(RESULTS)
    assert "还没有结果" in page.text
    assert [button.text for button in page.all("button") if "计算" in button.text] == ["开始计算"]
    assert not page.all("table")


@pytest.mark.parametrize(("status", "said"), [("running", "正在计算"), ("failed", "最近一次计算没有成功")])
def test_a_run_that_goes_on_or_failed_is_said(demo_app: Flask, visit: Visit, status: str, said: str) -> None:
    with storage_of(demo_app).write() as session:
        now = datetime.now(UTC)
        row = AnalysisRunRow(wave=WAVE, run_id="later", status=status, started_at=now, message="plan: no <such> column")
        session.add(row)
    page = visit(DISTRICT_ANALYST).get(RESULTS)
    assert said in page.text
    assert bool(page.all("meta", **{"http-equiv": "refresh"})) == (status == "running")
    if status == "failed":
        assert "plan: no <such> column" in page.text
    assert page.one("svg", class_="chart"), "the results before it are still there"


def test_responses_that_came_after_the_run_are_announced(demo_app: Flask, visit: Visit) -> None:
    with storage_of(demo_app).write() as session:
        later = datetime(2027, 1, 1, tzinfo=UTC)
        first = session.query(ResponseRow).filter_by(source=Source.QR.value, purpose="live").first()
        assert first is not None
        for table in (ResponseRow, LedgerRow):
            session.execute(update(table).where(table.response_id == first.response_id).values(received_at=later))
    assert "此后答卷有变动，尚未计入：新收 1 份。" in visit(DISTRICT_ANALYST).get(RESULTS).text


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_results_speak_the_language_that_was_chosen(visit: Visit, language: str) -> None:
    analyst = visit(DISTRICT_ANALYST)
    assert analyst.get(f"{RESULTS}?language={language}").one("html").attributes["lang"] == language
    page = analyst.get(RESULTS)
    assert page.one("html").attributes["lang"] == language, "kept for the session"
    if language == "en":
        heads = [e.text for e in page.elements if e.tag in {"th", "h2", "h3", "dt", "button", "figcaption", "summary"}]
        assert not re.search("[\u4e00-\u9fff]", "".join(heads))
