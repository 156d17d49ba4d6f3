"""A cycle's score: the weighted sum of its years, nothing while one is missing, every edition kept."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from survey.actions.figures.list_figures import find_indicator
from survey.actions.figures.record_figures import check_figure, enter_figure, import_figures
from survey.actions.instrument.check_questionnaires import check_questionnaires
from survey.actions.programme.keep_cycle import keep_cycle, offered_scores
from survey.actions.results.report_period import report_period
from survey.actions.results.score_cycle import ShownCycle, list_cycles, show_cycle
from survey.instrument.population import Population
from survey.programme.cycle import Cycle, CycleError, Gap, ScoreSource, read_weights
from survey.programme.wave import WaveStatus
from survey.programme.wave_indicator import WaveIndicator, dump_wave_indicator
from survey.storage import Storage
from survey.storage.analyses import AnalysisRunRow
from survey.storage.waves import save_indicators, save_wave
from tests.factories import DISTRICT, make_wave
from tests.published import FOLDER, store_real_wave
from tests.released import entry, estimates

NOW = datetime(2029, 3, 1, tzinfo=UTC)
SCORE = WaveIndicator(check_questionnaires(FOLDER).catalogue["SCORE"])
CYCLE = Cycle(
    "cycle-2026",
    "2026—2028 创建周期",
    ScoreSource.SURVEY,
    "SCORE",
    Population.RESIDENTS,
    read_weights("2026", "15/25/60"),
    0,
    "office@yunxi.example",
    NOW,
)


def ask(
    storage: Storage, name: str, closed: datetime | None, score: float, *, n: int = 350, first: bool = False
) -> None:
    """A wave of the mock assessment with its analysis, made two days after it was closed."""
    status = WaveStatus.OPEN if closed is None else WaveStatus.CLOSED
    opened = datetime(2026, 2, 1, tzinfo=UTC)
    wave = make_wave(name, questionnaire="benchmark", status=status, opened_at=opened, closed_at=closed)
    if first:
        store_real_wave(storage, "benchmark", wave)
    found = estimates({DISTRICT: n}) | {"estimates": [entry(SCORE, DISTRICT, n, score) | {"se": 2.0}]}
    started = (closed or opened) + timedelta(days=2)
    result = json.dumps({"prob": found, "qr": None, "rows": {"prob": n, "qr": 0}})
    run = {"run_id": f"run-{name}", "status": "done", "started_at": started, "finished_at": started, "plan": ""}
    with storage.write() as session:
        save_wave(session, wave)
        session.flush()
        save_indicators(session, wave.id, [("SCORE", dump_wave_indicator(SCORE))])
        session.add(AnalysisRunRow(wave=wave.id, result=result, **run))


def shown(storage: Storage, now: datetime = NOW) -> ShownCycle:
    found = show_cycle(storage, CYCLE.id, now)
    assert found is not None
    return found


def day(year: int, month: int = 6) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


def test_a_cycle_is_the_weighted_sum_of_its_years_and_nothing_while_one_is_missing(storage: Storage) -> None:
    ask(storage, "w26", day(2026), 80.0, first=True)
    ask(storage, "w27a", day(2027), 84.0)
    ask(storage, "w27b", day(2027, 11), 92.0)
    keep_cycle(storage, FOLDER, CYCLE, new=True)
    missing = shown(storage)
    assert missing.score.total is None and missing.score.limits is None
    assert [year.gaps for year in missing.score.years] == [(), (), (Gap.NO_WAVE,)]
    # 0.15 × 80 + 0.25 × (84 + 92) / 2, out of the 40 points that two years can give.
    assert (missing.score.so_far, missing.score.reachable) == (pytest.approx(34.0), Decimal(40))
    ask(storage, "w28", day(2028), 90.0)
    whole = shown(storage).score
    assert whole.total == pytest.approx(88.0) and whole.one_rule and whole.label == "问卷调查成绩（内部参考分）"
    # Standard errors 2, 2/√2 and 2: √((0.15×2)² + (0.25×√2)² + (0.6×2)²) = √1.655
    assert whole.limits == pytest.approx((88 - 1.959964 * 1.286468, 88 + 1.959964 * 1.286468))
    page = report_period(storage, "2028", "html", NOW).decode()
    assert "周期得分 88.0 分，95% 区间 85.5–90.5" in page and CYCLE.name in page
    assert "周期得分" not in report_period(storage, "2028-H1", "html", NOW).decode()


def test_a_year_counts_only_when_it_is_over_and_all_its_waves_are_final(storage: Storage) -> None:
    ask(storage, "w26", day(2026), 80.0, first=True)
    keep_cycle(storage, FOLDER, CYCLE, new=True)
    within = shown(storage, day(2026, 12)).score
    assert within.years[0].score == 80.0 and within.years[0].points is None
    assert within.years[0].gaps == (Gap.YEAR_NOT_OVER,)
    ask(storage, "w27", None, 90.0)
    ask(storage, "few", day(2028), 95.0, n=12)
    assert shown(storage, day(2027)).score.years[1].gaps == (Gap.NOT_FINAL, Gap.YEAR_NOT_OVER)
    assert shown(storage).score.years[2].gaps == (Gap.HELD_BACK,)
    keep_cycle(storage, FOLDER, replace(CYCLE, id="others", population=Population.MERCHANTS), new=True)
    others = next(one for one in list_cycles(storage, NOW) if one.cycle.id == "others")
    assert {year.gaps for year in others.score.years} == {(Gap.NO_WAVE,)}, "populations are never pooled"


def test_a_wave_that_scored_by_another_rule_is_told(storage: Storage) -> None:
    ask(storage, "w26", day(2026), 80.0, first=True)
    ask(storage, "w27", day(2027), 80.0)
    other = replace(SCORE, indicator=replace(SCORE.indicator, items=SCORE.indicator.items[:5]))
    with storage.write() as session:
        save_indicators(session, "w27", [("SCORE", dump_wave_indicator(other))])
    keep_cycle(storage, FOLDER, CYCLE, new=True)
    assert not shown(storage).score.one_rule


def test_a_reported_year_counts_when_a_second_person_has_checked_it(storage: Storage, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("indicator,period,value,name,unit\nADM_ASSESS,2026,91.5,上级测评成绩,分\n", encoding="utf-8")
    _, (figure,) = import_figures(storage, table, NOW, "one@yunxi.example")
    cycle = replace(CYCLE, source=ScoreSource.REPORTED, indicator="ADM_ASSESS")
    keep_cycle(storage, FOLDER, cycle, new=True)
    assert [year.gaps for year in shown(storage).score.years] == [
        (Gap.NOT_CHECKED,),
        (Gap.NO_FIGURE,),
        (Gap.NO_FIGURE,),
    ]
    check_figure(storage, figure, accept=True, reason="", now=NOW, actor="two@yunxi.example")
    score = shown(storage).score
    assert (score.so_far, score.reachable, score.unit) == (pytest.approx(13.725), Decimal(15), "分")
    enter_figure(storage, "ADM_ASSESS", "2026", "92", "", NOW, "one@yunxi.example")
    assert find_indicator(storage, "ADM_ASSESS") is not None
    assert shown(storage).score.so_far == pytest.approx(13.725), "what waits for a check changes nothing"


def test_a_change_is_a_new_edition_with_a_reason_and_two_at_once_are_told(storage: Storage) -> None:
    first = keep_cycle(storage, FOLDER, CYCLE, new=True)
    assert keep_cycle(storage, FOLDER, first, new=False) == first, "nothing changed"
    wanted = replace(first, weights=read_weights("2026", "20/30/50"))
    with pytest.raises(CycleError, match="reason: expected why"):
        keep_cycle(storage, FOLDER, wanted, new=False)
    second = keep_cycle(storage, FOLDER, replace(wanted, reason="new plan"), new=False)
    assert second.edition == 2
    with pytest.raises(CycleError, match="edition: expected 2, which stands now, found 1"):
        keep_cycle(storage, FOLDER, replace(first, name="other", reason="late"), new=False)
    with pytest.raises(CycleError, match="id: expected one that is not taken"):
        keep_cycle(storage, FOLDER, CYCLE, new=True)
    with pytest.raises(CycleError, match="indicator: expected a score"):
        keep_cycle(storage, FOLDER, replace(CYCLE, id="rate", indicator="SUPPORT"), new=True)
    assert [(one.edition, one.reason) for one in shown(storage).editions] == [(2, "new plan"), (1, "")]
    assert "SCORE" in {one.indicator for one in offered_scores(storage, FOLDER)}


@pytest.mark.parametrize(
    ("first", "weights", "told"),
    [
        ("2026", "15/25/50", "sum: expected percentages that sum to 100, found 90"),
        ("2026", "0/40/60", "above 0"),
        ("2026", "a/b", "such as 15/25/60"),
        ("26", "100", "years: expected a year"),
        ("2026", "/".join(["5"] * 20), "1 to 10 years, found 20"),
    ],
)
def test_weights_that_make_no_whole_are_told(first: str, weights: str, told: str) -> None:
    with pytest.raises(CycleError, match=told):
        replace(CYCLE, weights=read_weights(first, weights))
