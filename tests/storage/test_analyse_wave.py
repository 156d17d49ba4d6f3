"""Analysing a wave: the same figures as the analysis on its own, two sources apart, everything kept with the wave."""

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import delete, select

from analysis.__main__ import main as run_analysis
from survey.actions.response.import_responses import import_responses
from survey.actions.response.receive_response import receive_response
from survey.actions.results.analyse_wave import SELF_SELECTED, AnalysedWave, AnalysisFailedError, analyse_wave
from survey.actions.results.report_wave import report_wave
from survey.actions.results.show_results import show_results
from survey.exchange.fault import FaultsFoundError
from survey.exchange.plan.analysis_plan import PLANNED_ANSWERS
from survey.exchange.report.explain_finding import explain_finding
from survey.instrument.load import to_definition
from survey.programme.indicator import Indicator, Rule, Unit
from survey.programme.quota import OverQuota
from survey.programme.target import Operator, Target
from survey.programme.wave import WaveError
from survey.programme.wave_indicator import WaveIndicator, dump_wave_indicator
from survey.response.response import Mode, Purpose, Source, Submission
from survey.storage import Storage
from survey.storage.analyses import AnalysisRunRow, newest_run
from survey.storage.events import EventRow
from survey.storage.marks import MarkRow
from survey.storage.response_imports import ImportedResponseRow
from survey.storage.responses import ResponseRow
from survey.storage.waves import WaveRow, require_wave, save_indicators, save_margins, save_wave
from tests.factories import DISTRICT, KEY, WAVE, store_wave
from tests.unit.exchange.generated import write_responses
from tests.unit.exchange.samples import QUESTIONNAIRE
from tests.unit.exchange.test_planned_indicator import make_indicator

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
SATISFIED = make_indicator(Rule.TOP, ("a4",), name="SAT_ALL")
BUS = make_indicator(Rule.TOP, ("b3",), exclude="78", name="BUS")
INDICATORS: tuple[WaveIndicator, ...] = (
    WaveIndicator(SATISFIED, Target("SAT_ALL", Operator.ABOVE, 0.60, Unit.RATE)),
    WaveIndicator(BUS, Target("BUS", Operator.AT_LEAST, 0.90, Unit.RATE)),
    WaveIndicator(make_indicator(Rule.ANY, ("a3",), count="123", exclude="", name="PARTIC")),
    WaveIndicator(make_indicator(Rule.INDEX, ("a4",), name="SCORE")),
    WaveIndicator(make_indicator(Rule.MEAN, (), parts=("SAT_ALL", "BUS"), name="BOTH")),
)


@pytest.fixture
def answered(storage: Storage, tmp_path: Path) -> Storage:
    """A wave with 200 responses of a drawn sample and 60 self-selected ones."""
    store_wave(storage, definition=to_definition(QUESTIONNAIRE))
    with storage.write() as session:
        save_indicators(session, WAVE, [(one.indicator.id, dump_wave_indicator(one)) for one in INDICATORS])
    data, mapping = write_responses(tmp_path)
    assert import_responses(storage, KEY, WAVE, file=data, mapping_file=mapping, now=NOW).new == 260
    return storage


def change_analysis(storage: Storage, text: str) -> None:
    with storage.write() as session:
        session.get_one(WaveRow, WAVE).analysis = text


def figure(result: Mapping[str, Any], source: str, indicator: str, **domain: str) -> Mapping[str, Any]:
    (entry,) = [one for one in result[source]["estimates"] if one["indicator"] == indicator and one["domain"] == domain]
    found: Mapping[str, Any] = entry
    return found


def plan_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "plan.yaml").read_text(encoding="utf-8"))
    return found


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_verdicts_of_an_open_wave_allow_for_looking_often_and_those_of_a_closed_one_do_not(
    answered: Storage, tmp_path: Path
) -> None:
    during = analyse_wave(answered, WAVE, tmp_path / "during", NOW)
    looks = plan_of(tmp_path / "during")["decisions"]["looks"]
    assert looks == {"kind": "any_time", "fraction": during.rows["prob"] / PLANNED_ANSWERS}
    assert 0 < during.result["prob"]["decisions"]["nominal_alpha"] < 0.01
    assert any(warning.startswith("decisions: fieldwork goes on") for warning in during.result["prob"]["warnings"])
    with answered.write() as session:
        session.get_one(WaveRow, WAVE).status = "closed"
    after = analyse_wave(answered, WAVE, tmp_path / "after", NOW)
    assert "decisions" not in plan_of(tmp_path / "after")
    assert figure(after.result, "prob", "SAT_ALL")["decision_alpha"] == 0.05
    kept = figure(during.result, "prob", "SAT_ALL")["intervals"]
    assert kept == figure(after.result, "prob", "SAT_ALL")["intervals"]


@pytest.mark.parametrize("part", ["", "qr"])
def test_the_analysis_on_its_own_gives_the_same_estimates(answered: Storage, part: str, tmp_path: Path) -> None:
    analyse_wave(answered, WAVE, tmp_path / "out", NOW)
    folder = tmp_path / "out" / part
    assert run_analysis(["run", str(folder / "plan.yaml"), "--out", str(tmp_path / "again")]) == 0
    again = json.loads((tmp_path / "again" / "estimates.json").read_text(encoding="utf-8"))
    assert again == json.loads((folder / "estimates.json").read_text(encoding="utf-8"))


def test_a_plan_on_the_file_that_was_imported_gives_the_same_figures(answered: Storage, tmp_path: Path) -> None:
    """Nothing is lost or changed between a file of responses and the estimates of the wave."""
    change_analysis(
        answered,
        "calibration: []\nsubset: {column: f3, in: [1, 2, '']}\ndesign: {weight: base_weight, strata: [stratum],"
        " psu: [psu]}\ninterval: {method: logit, level: 0.95}\n",
    )
    result = analyse_wave(answered, WAVE, tmp_path / "out", NOW).result
    drawn = [row for row in rows_of(tmp_path / "generated.csv") if row["kind"] == "drawn"]
    with (tmp_path / "drawn.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, drawn[0])
        writer.writeheader()
        writer.writerows(drawn)
    plan = {
        "data": {"file": "drawn.csv"},
        "design": {"weight": "weight", "strata": ["stratum"], "psu": ["area"]},
        "subset": {"column": "f3", "in": ["1", "2", ""]},
        "indicators": [{"id": "SAT_ALL", "item": "a4", "rule": "share", "count": ["4", "5"], "exclude": ["8"]}],
        "domains": [[], ["stratum"]],
        "interval": {"method": "logit", "level": 0.95},
    }
    (tmp_path / "direct.yaml").write_text(yaml.safe_dump(plan), encoding="utf-8")
    assert run_analysis(["run", str(tmp_path / "direct.yaml"), "--out", str(tmp_path / "direct")]) == 0
    direct = json.loads((tmp_path / "direct" / "estimates.json").read_text(encoding="utf-8"))
    for entry in direct["estimates"]:
        domain = {"street": entry["domain"]["stratum"]} if entry["domain"] else {}
        ours = figure(result, "prob", "SAT_ALL", **domain)
        for key in ("n", "n_base", "df"):
            assert ours[key] == entry[key]
        for key in ("estimate", "se", "lower", "upper", "deff"):
            assert ours[key] == pytest.approx(entry[key], rel=1e-12)


def test_the_derived_plan_is_raked_to_the_margins_of_streets(answered: Storage, tmp_path: Path) -> None:
    result = analyse_wave(answered, WAVE, tmp_path / "out", NOW).result
    plan = plan_of(tmp_path / "out")
    assert [step["method"] for step in plan["calibration"]] == ["rake", "trim", "rake"]
    assert plan["design"]["replicates"] == {"type": "jkn"}
    assert plan["domains"] == [[], ["street"], ["community"]]
    assert plan["subset"] == {"column": "in_population", "in": ["1"]}
    steps = result["prob"]["weights"]["steps"]
    assert all(step["converged"] for step in steps)
    totals = {row["margin_sex"]: float(row["total"]) for row in rows_of(tmp_path / "out" / "margins_sex.csv")}
    assert totals == {f"9901010{street} {sex}": 6000.0 for street in ("01", "02") for sex in ("1", "2")}
    assert sum(totals.values()) == pytest.approx(result["prob"]["weights"]["sum"], rel=1e-9)


def test_people_from_outside_the_population_are_in_no_rate(answered: Storage, tmp_path: Path) -> None:
    result = analyse_wave(answered, WAVE, tmp_path / "out", NOW).result
    rows = rows_of(tmp_path / "out" / "responses.csv")
    visitors = [row for row in rows if row["f3"] in ("3", "4")]
    assert result["outside_population"]["prob"] == len(visitors) > 0
    assert result["rows"] == {"prob": 200, "qr": 60}
    assert figure(result, "prob", "SAT_ALL")["n"] == 200 - len(visitors)
    assert {row["in_population"] for row in visitors} == {"0"}
    assert {row["margin_sex"] + row["margin_age"] for row in visitors} == {""}


def test_self_selected_answers_get_no_target_no_design_and_a_label(answered: Storage, tmp_path: Path) -> None:
    result = analyse_wave(answered, WAVE, tmp_path / "out", NOW).result
    plan = plan_of(tmp_path / "out" / "qr")
    assert "design" not in plan
    assert [one for one in plan["indicators"] if "target" in one] == []
    entries = result["qr"]["estimates"]
    assert {entry["decision"] for entry in entries} == {"none"}
    assert all(SELF_SELECTED in entry["flags"] for entry in entries)
    assert SELF_SELECTED not in figure(result, "prob", "SAT_ALL")["flags"]
    assert SELF_SELECTED in (tmp_path / "out" / "qr" / "plan.yaml").read_text(encoding="utf-8")
    assert "volunteers" not in plan


def test_the_plan_of_the_drawn_sample_compares_it_with_the_self_selected_answers(
    answered: Storage, tmp_path: Path
) -> None:
    """In the plan's own words, so that whoever has the bundle finds the same table; shares only, and no verdict."""
    result = analyse_wave(answered, WAVE, tmp_path / "out", NOW).result
    part = plan_of(tmp_path / "out")["volunteers"]
    theirs = rows_of(tmp_path / "out" / part["file"])
    assert len(theirs) == len(rows_of(tmp_path / "out" / "qr" / "responses.csv")) == 60
    compared = result["prob"]["two_samples"]
    assert compared["match"] == part["match"] != []
    matched = [row for row in theirs if row["in_population"] == "1" and all(row[name] for name in part["match"])]
    assert compared["volunteers"] == len(matched) > 20
    rates = {one["indicator"]: one for one in compared["compared"]}
    assert set(rates) == {"SAT_ALL", "BUS", "PARTIC"}
    for name, one in rates.items():
        assert one["drawn"] == pytest.approx(figure(result, "prob", name)["estimate"], rel=1e-9)
        assert min(one["drawn"], one["volunteers"]) <= one["blend"] <= max(one["drawn"], one["volunteers"])
    shown = show_results(answered, WAVE, DISTRICT)
    assert shown is not None and shown.two_samples is not None
    assert shown.two_samples.rates["BUS"].combined == rates["BUS"]["blend"]
    assert compared["flags"] == list(shown.two_samples.flags)


def test_every_rule_reaches_the_estimates(answered: Storage, tmp_path: Path) -> None:
    result = analyse_wave(answered, WAVE, tmp_path / "out", NOW).result
    assert 0.5 < figure(result, "prob", "SAT_ALL")["estimate"] < 0.95
    assert figure(result, "prob", "SAT_ALL")["target"] == 0.60
    assert 50 < figure(result, "prob", "SCORE")["estimate"] < 100
    assert 0 < figure(result, "prob", "BOTH")["estimate"] < 1
    assert 0 < figure(result, "prob", "PARTIC")["estimate"] < 1
    assert figure(result, "prob", "BUS")["point_meets"] is False
    assert figure(result, "prob", "BUS")["dk_share"] > 0


def test_a_computed_column_is_the_mean_over_the_parts(answered: Storage, tmp_path: Path) -> None:
    analyse_wave(answered, WAVE, tmp_path / "out", NOW)
    for row in rows_of(tmp_path / "out" / "responses.csv"):
        valid = row["a4"] in "12345" and row["b3"] in "12345"
        expected = ((row["a4"] in "45") + (row["b3"] in "45")) / 2 if valid else ""
        assert row["indicator_BOTH"] == str(expected)


def test_open_texts_stay_out_of_the_bundle(answered: Storage, tmp_path: Path) -> None:
    analyse_wave(answered, WAVE, tmp_path / "out", NOW)
    assert "路灯很亮" not in (tmp_path / "out" / "responses.csv").read_text(encoding="utf-8")
    assert "e3" not in rows_of(tmp_path / "out" / "responses.csv")[0]


def test_plan_and_result_are_kept_with_the_wave(answered: Storage, tmp_path: Path) -> None:
    analysed = analyse_wave(answered, WAVE, tmp_path / "out", NOW)
    with answered.read() as session:
        run = newest_run(session, WAVE, "done")
        events = session.scalars(select(EventRow.action).where(EventRow.subject == WAVE)).all()
    assert run is not None
    assert run.run_id == analysed.run_id
    assert json.loads(run.result) == analysed.result
    assert [plan["data"]["file"] for plan in yaml.safe_load_all(run.plan)] == ["responses.csv", "responses.csv"]
    assert run.finished_at is not None
    assert timedelta(0) < run.finished_at - NOW < timedelta(minutes=5)
    assert "analysis_done" in events


def test_a_wave_replaces_sections_of_its_plan(answered: Storage, tmp_path: Path) -> None:
    change_analysis(answered, "domains: [[], [f1]]\ncalibration: []\n")
    result = analyse_wave(answered, WAVE, tmp_path / "out", NOW).result
    plan = plan_of(tmp_path / "out")
    assert plan["calibration"] == []
    assert plan["design"]["weight"] == "base_weight"
    assert figure(result, "prob", "SAT_ALL", f1="2")["n"] > 0
    assert not (tmp_path / "out" / "margins_sex.csv").exists()


def test_without_margins_the_figures_say_that_they_are_not_calibrated(answered: Storage, tmp_path: Path) -> None:
    with answered.write() as session:
        save_margins(session, WAVE, [])
    analysed = analyse_wave(answered, WAVE, tmp_path / "out", NOW)
    assert "not calibrated: the wave has no population margins" in analysed.result["prob"]["warnings"]
    assert "prob: not calibrated: the wave has no population margins" in analysed.warnings


def test_an_indicator_that_nobody_answered_is_left_out_and_told(answered: Storage, tmp_path: Path) -> None:
    silent: Indicator = make_indicator(Rule.TOP, ("c3b",), exclude="54321", name="SILENT")
    unknown = make_indicator(Rule.TOP, ("c9",), name="UNKNOWN")
    with answered.write() as session:
        rows = [WaveIndicator(SATISFIED), WaveIndicator(silent), WaveIndicator(unknown)]
        save_indicators(session, WAVE, [(one.indicator.id, dump_wave_indicator(one)) for one in rows])
    result = analyse_wave(answered, WAVE, tmp_path / "out", NOW).result
    assert {entry["indicator"] for entry in result["prob"]["estimates"]} == {"SAT_ALL"}
    warnings = result["prob"]["warnings"]
    assert "indicator SILENT: nobody in its base; left out" in warnings
    assert "indicator UNKNOWN: resident v1 has no item c9; left out" in warnings


def test_one_source_that_cannot_be_analysed_does_not_hide_the_other(answered: Storage, tmp_path: Path) -> None:
    with answered.write() as session:
        for row in session.scalars(select(ResponseRow).where(ResponseRow.source == "prob").limit(3)):
            row.base_weight = None
    analysed = analyse_wave(answered, WAVE, tmp_path / "out", NOW)
    assert analysed.result["prob"] is None
    assert analysed.result["qr"] is not None
    expected = "expected a base weight for every response of a drawn sample, found 3 of 200 without"
    assert [line for line in analysed.warnings if expected in line]
    assert not (tmp_path / "out" / "plan.yaml").exists()


def test_a_failed_analysis_is_kept_with_its_reason_and_writes_nothing(answered: Storage, tmp_path: Path) -> None:
    change_analysis(answered, "calibration: [{method: rake, margins: [{by: [colour], totals: {red: 1}}]}]\n")
    with pytest.raises(AnalysisFailedError, match="column colour"):
        analyse_wave(answered, WAVE, tmp_path / "out", NOW)
    with answered.read() as session:
        run = newest_run(session, WAVE)
    assert run is not None
    assert run.status == "failed"
    assert "column colour" in run.message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["colour: red\n", "[1]\n", "design: [\n"])
def test_sections_that_make_no_plan_are_told(answered: Storage, text: str, tmp_path: Path) -> None:
    change_analysis(answered, text)
    with pytest.raises(AnalysisFailedError, match="analysis"):
        analyse_wave(answered, WAVE, tmp_path / "out", NOW)


def test_a_wave_without_live_responses_has_nothing_to_analyse(answered: Storage, tmp_path: Path) -> None:
    with answered.write() as session:
        session.execute(delete(ImportedResponseRow))
        session.execute(delete(ResponseRow))
    trial = Submission(WAVE, "t", "resident", 1, {"a4": "5"}, Source.QR, Mode.SELF, Purpose.TEST, "zh-Hans", None, NOW)
    receive_response(answered, KEY, trial, NOW)
    with pytest.raises(FaultsFoundError, match="expected live responses, found none"):
        analyse_wave(answered, WAVE, tmp_path / "out", NOW)


def test_an_unknown_wave_is_told_and_no_run_is_kept(answered: Storage, tmp_path: Path) -> None:
    with pytest.raises(WaveError, match="found 'wave-0'"):
        analyse_wave(answered, "wave-0", tmp_path / "out", NOW)
    with answered.read() as session:
        assert session.scalars(select(AnalysisRunRow)).all() == []


def test_the_report_prints_verdict_rule_and_label_of_each_source(answered: Storage, tmp_path: Path) -> None:
    made: AnalysedWave = analyse_wave(answered, WAVE, tmp_path / "out", NOW)
    report_wave(answered, WAVE, tmp_path / "report")
    rows = rows_of(tmp_path / "report" / "tables.csv")
    drawn = next(row for row in rows if row["区域"] == "全体" and row["来源"] == "概率抽样")
    assert drawn["估计值"] == f"{figure(made.result, 'prob', 'SAT_ALL')['estimate'] * 100:.1f}%"
    assert drawn["目标"] == "高于60%"
    assert drawn["规则"] == SATISFIED.rule_in_words("zh-Hans")
    scanned = [row for row in rows if row["来源"] == SELF_SELECTED]
    assert scanned
    assert {row["判断"] + row["下限"] + row["上限"] + row["目标"] for row in scanned} == {"————"}
    method = (tmp_path / "report" / "method.md").read_text(encoding="utf-8")
    assert "云统制〔2026〕1号" in method
    assert made.result["prob"]["plan_sha256"] in method
    assert "第001街道" in (tmp_path / "report" / "tables.html").read_text(encoding="utf-8")


def test_a_report_needs_an_analysis(answered: Storage, tmp_path: Path) -> None:
    with pytest.raises(WaveError, match="expected a finished analysis"):
        report_wave(answered, WAVE, tmp_path / "report")


def test_every_figure_stands_with_and_without_the_marked_responses(answered: Storage, tmp_path: Path) -> None:
    with answered.write() as session:
        of_qr = select(ResponseRow.response_id).where(ResponseRow.source == Source.QR.value)
        marked = sorted(session.scalars(of_qr))[:20]
        session.add_all(
            MarkRow(wave=WAVE, response_id=one, signs="same_browser", score=0.6, over_quota="") for one in marked
        )
        for row in session.scalars(select(ResponseRow).where(ResponseRow.source == Source.PROB.value).limit(60)):
            row.answers = json.dumps(json.loads(row.answers) | {"interview_present": ["1", "3"]})
    analysed = analyse_wave(answered, WAVE, tmp_path / "out", NOW)
    all_of_them = figure(analysed.result, "qr", "PARTIC")
    parts = [figure(analysed.result, "qr", "PARTIC", for_review=value) for value in ("0", "1")]
    everybody, unmarked, of_marked = (one["n_base"] for one in (all_of_them, *parts))
    assert everybody == unmarked + of_marked
    assert min(unmarked, of_marked) > 0
    assert {"for_review"} not in [set(one["domain"]) for one in analysed.result["prob"]["estimates"]]
    shown = show_results(answered, WAVE, DISTRICT)
    assert shown is not None
    pair = shown.without["for_review"]["PARTIC"]
    assert pair.prob is None
    assert pair.qr is not None
    assert pair.qr.n == unmarked
    assert shown.without["flagged"]["PARTIC"].qr == pair.qr, "the signs are all that the check doubts"
    alone, everybody_drawn = shown.without["watched"]["PARTIC"].prob, shown.pair("PARTIC", DISTRICT).prob
    assert alone is not None and everybody_drawn is not None
    assert 0 < alone.n < everybody_drawn.n


@pytest.mark.parametrize(("rule", "left"), [(OverQuota.COUNT, 0), (OverQuota.LEAVE_OUT, 20)])
def test_answers_over_quota_are_told_and_follow_the_rule_of_the_wave(
    answered: Storage, tmp_path: Path, rule: OverQuota, left: int
) -> None:
    before = analyse_wave(answered, WAVE, tmp_path / "before", NOW).rows["qr"]
    with answered.write() as session:
        save_wave(session, replace(require_wave(session, WAVE), over_quota=rule))
        of_qr = select(ResponseRow.response_id).where(ResponseRow.source == Source.QR.value)
        over = sorted(session.scalars(of_qr))[:20]
        session.add_all(MarkRow(wave=WAVE, response_id=one, signs="", score=0.0, over_quota="women") for one in over)
    analysed = analyse_wave(answered, WAVE, tmp_path / "out", NOW)
    assert analysed.rows["qr"] == before - left
    [told] = [one for one in analysed.warnings if "over quota: 20 answers" in one]
    assert explain_finding(told.removeprefix("qr: "), "zh-Hans", {}).startswith("配额满后又收到 20 份答卷")
    domains = [set(one["domain"]) for one in analysed.result["qr"]["estimates"]]
    assert ({"over_quota"} in domains) is (rule is OverQuota.COUNT), "while they count, figures stand with and without"
