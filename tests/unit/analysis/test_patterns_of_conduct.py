"""Straight-lining, speed, interviewers, bursts, concentration: worked numbers, power, false alarms."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from analysis.patterns.bursts import bursts
from analysis.patterns.concentration import concentration
from analysis.patterns.evidence import Evidence, Pattern, PatternError, effect_of_leaving_out, flag
from analysis.patterns.interviewer_effect import interviewer_effect, outlying_interviewers
from analysis.patterns.speeders import speeders
from analysis.patterns.straight_lining import same_code_throughout, straight_lining
from tests.unit.analysis.simulated_answers import honest_survey


def test_effect_uses_weights_and_ignores_those_who_did_not_answer() -> None:
    pattern = flag("x", "m", "r", [Evidence("answer 1", (0,), 1.0)], 4)
    effect = effect_of_leaving_out(pattern, [1, 0, 1, np.nan], [3, 2, 1, 4])
    assert effect.share_all == pytest.approx(4 / 6)
    assert effect.share_without == pytest.approx(1 / 3)
    assert effect.flagged_weight_share == pytest.approx(0.3)


def test_effect_is_unknown_when_everybody_is_flagged() -> None:
    pattern = flag("x", "m", "r", [Evidence("all", (0, 1), 1.0)], 2)
    effect = effect_of_leaving_out(pattern, [1, 0])
    assert effect.share_without is None
    assert effect.difference is None


def test_flags_and_evidence_cannot_differ() -> None:
    with pytest.raises(PatternError, match="differ"):
        Pattern("x", "m", "r", (), np.array([True]))
    with pytest.raises(PatternError, match="expected 1 values"):
        effect_of_leaving_out(flag("x", "m", "r", [], 1), [1, 0])


REVERSED = [False, True, False, False, True]


def test_one_code_on_items_of_both_directions_is_flagged() -> None:
    answers = [
        [5, 5, 5, 5, 5],  # contradicts itself
        [5, 1, 5, 5, 1],  # consistent
        [3, 3, 3, 3, 3],  # neither, on everything
        [4, -1, 4, 4, -1],  # no reversed item answered
        [2, 2, -1, 2, 2],  # contradicts itself on four items
    ]
    pattern = straight_lining(answers, REVERSED, midpoint=3)
    assert pattern.flagged.tolist() == [True, False, False, False, True]
    assert [e.observed for e in pattern.evidence] == [5.0, 4.0]
    assert straight_lining(answers, REVERSED).flagged[2]


def test_a_battery_of_one_direction_flags_nobody_and_says_why() -> None:
    with pytest.raises(PatternError, match="items of both directions"):
        straight_lining([[5, 5]], [False, False])
    with pytest.raises(PatternError, match="k marks"):
        straight_lining([[5, 5]], REVERSED)


def test_straight_liners_are_found_among_honest_answers_with_few_false_alarms() -> None:
    """2,000 answers to 8 items, 3 of them reversed: all 40 implanted are found, at most 0.5 % of the others flagged."""
    answers = honest_survey(2000, 8, 3).answers
    turned = np.array([False, True, False, False, True, False, True, False])
    answers = np.where(turned & (answers <= 5), 6 - answers, answers)
    answers[:40] = 4
    pattern = straight_lining(answers, turned, midpoint=3, missing=(-1, 8))
    assert pattern.flagged[:40].all()
    assert pattern.flagged[40:].mean() <= 0.005


def test_speed_is_judged_by_reading_and_by_the_median() -> None:
    seconds = [29.0, 31.0, 300.0, 320.0, 280.0, np.nan, 99.0]
    by_reading = speeders(seconds, characters=450, median_fraction=0.0)
    assert by_reading.flagged.tolist() == [True, False, False, False, False, False, False]
    alike = [29.0, 62.0, 64.0, *np.linspace(170, 210, 21), np.nan]  # median 188, a third is 62.7
    both = speeders(alike, characters=450)
    assert np.flatnonzero(both.flagged).tolist() == [0, 1]
    assert both.evidence[0].expected == pytest.approx(np.nanmedian(alike) / 3)


def test_reading_limit_stands_when_most_answers_are_too_fast() -> None:
    rng = np.random.default_rng(2)
    seconds = np.r_[rng.lognormal(np.log(8), 0.2, 700), rng.lognormal(np.log(240), 0.4, 300)]
    assert speeders(seconds).flagged.mean() < 0.05
    pattern = speeders(seconds, characters=600)
    assert pattern.flagged[:700].all()
    assert pattern.flagged[700:].mean() < 0.01


def test_honest_speed_is_rarely_flagged() -> None:
    """Durations spread like a lognormal with sigma 0.4: a third of the median lies 2.75 sigma below, 0.3 %."""
    seconds = np.random.default_rng(4).lognormal(np.log(200), 0.4, 5000)
    assert speeders(seconds, characters=600).flagged.mean() < 0.006


def test_where_times_differ_widely_a_third_of_the_median_is_not_remarkable() -> None:
    """sigma 0.7: a third of the median is 1.57 sigma below it; the limit is then the lowest 0.5 %."""
    seconds = np.random.default_rng(5).lognormal(np.log(400), 0.7, 5000)
    assert speeders(seconds).flagged.mean() == pytest.approx(0.005, abs=0.003)
    assert speeders(seconds).evidence[0].expected == pytest.approx(400 * np.exp(-2.5758 * 0.7), rel=0.1)


@pytest.mark.parametrize("seconds", [[], [np.nan], [-1.0, 5.0]])
def test_durations_that_are_none_are_refused(seconds: list[float]) -> None:
    with pytest.raises(PatternError, match="durations"):
        speeders(seconds)


def test_icc_of_unequal_groups_equals_the_numbers_worked_by_hand() -> None:
    """Groups (1, 2), (4, 5, 6), (9): n = 6, g = 3. Grand mean 4.5."""
    y = np.array([1, 2, 4, 5, 6, 9.0])
    who = ["a", "a", "b", "b", "b", "c"]
    ssb = 2 * (1.5 - 4.5) ** 2 + 3 * (5 - 4.5) ** 2 + (9 - 4.5) ** 2  # 39
    ssw = 0.5 + 2.0
    msb, msw, n0 = ssb / 2, ssw / 3, (6 - 14 / 6) / 2
    found = interviewer_effect(y, who)
    assert found.f == pytest.approx(msb / msw)
    assert found.icc == pytest.approx((msb - msw) / (msb + (n0 - 1) * msw))
    assert found.p_value == pytest.approx(stats.f_oneway(y[:2], y[2:5], y[5:]).pvalue)
    assert found.deff == pytest.approx(1 + (14 / 6 - 1) * found.icc)
    assert (found.df_between, found.df_within) == (2, 3)


def interviews(seed: int, icc: float, *, area_effect: float = 0.0) -> tuple[NDArray[np.float64], ...]:
    """40 interviewers in 8 areas with 10 to 40 interviews each, item of variance 1."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(10, 41, 40)
    who = np.repeat(np.arange(40), sizes)
    effect = rng.normal(0, np.sqrt(icc), 40) + rng.normal(0, area_effect, 8)[np.arange(40) // 5]
    return effect[who] + rng.normal(0, np.sqrt(1 - icc), len(who)), who, who // 5


def test_icc_estimates_the_truth_and_its_interval_covers_it() -> None:
    """200 surveys with icc 0.08: mean within 0.008, coverage of 95 % intervals within 0.90 and 0.99."""
    found = [interviewer_effect(*interviews(seed, 0.08)[:2]) for seed in range(200)]
    assert np.mean([f.icc for f in found]) == pytest.approx(0.08, abs=0.008)
    covered = np.mean([f.icc_lower <= 0.08 <= f.icc_upper for f in found])
    assert 0.90 <= covered <= 0.99


def test_test_of_no_interviewer_effect_keeps_its_level_even_where_areas_differ() -> None:
    """300 surveys without effect: 5 % rejections within 3 standard errors; not adjusted for areas it breaks down."""
    data = [interviews(seed, 0.0, area_effect=0.5) for seed in range(300)]
    within = np.mean([interviewer_effect(y, who, areas=area).p_value <= 0.05 for y, who, area in data])
    across = np.mean([interviewer_effect(y, who).p_value <= 0.05 for y, who, _ in data])
    assert within == pytest.approx(0.05, abs=0.038)
    assert across > 0.9


def test_an_interviewer_who_invents_is_found_and_honest_ones_are_left_alone() -> None:
    """40 surveys, 20 interviewers with 60 interviews; one reports 100 %, the others 70 %: 9 of 10 are found."""
    found, alarms = 0, 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        who = np.repeat(np.arange(20), 60)
        y = (rng.random(1200) < 0.7).astype(float)
        alarms += bool(outlying_interviewers(y, who, areas=who // 5).evidence)
        y[who == 7] = 1.0
        found += "7 (1)" in [e.subject for e in outlying_interviewers(y, who, areas=who // 5).evidence]
    assert alarms <= 3
    assert found >= 36


def test_shares_near_one_are_compared_exactly() -> None:
    """100 surveys, 20 honest interviewers with 15 interviews at 95 %: Student's t flagged somebody in 4 % of them."""
    alarms = 0
    for seed in range(100):
        who = np.repeat(np.arange(20), 15)
        y = (np.random.default_rng(seed).random(300) < 0.95).astype(float)
        alarms += bool(outlying_interviewers(y, who, areas=who // 5).evidence)
    assert alarms <= 3
    y = np.r_[np.ones(60), np.zeros(12), np.ones(3)]
    who = np.repeat(["a", "b", "c"], [30, 30, 15])
    found = {one.subject: one.p_value for one in outlying_interviewers(y, who).evidence}
    assert found["c"] == pytest.approx(3 * 2 * stats.fisher_exact([[3, 12], [60, 0]], "less").pvalue)


def test_outliers_come_with_their_answers_and_the_mean_of_the_others() -> None:
    rng = np.random.default_rng(1)
    who = np.repeat(["an", "bo", "cy"], 60)
    y = rng.normal(3.0, 0.5, 180)
    y[who == "bo"] += 1.5
    (finding,) = [e for e in outlying_interviewers(y, who).evidence if e.subject == "bo"]
    assert finding.rows == tuple(range(60, 120))
    assert finding.observed == pytest.approx(y[who == "bo"].mean())
    assert finding.expected == pytest.approx(y[who != "bo"].mean())


@pytest.mark.parametrize(
    ("y", "who", "message"),
    [
        ([1.0, 0.0], ["a", "a"], "two interviewers"),
        ([1.0, 0.0], ["a", "b"], "two interviewers"),
        ([1.0, 1.0, 0.0, 0.0], ["a", "a", "b", "b"], "differ inside"),
        ([np.nan], ["a"], "at least some answers"),
        ([1.0], ["a", "b"], "one length"),
    ],
)
def test_interviews_that_cannot_show_an_effect_are_refused(y: list[float], who: list[str], message: str) -> None:
    with pytest.raises(PatternError, match=message):
        interviewer_effect(y, who)


def arrivals(seed: int, *, shape: float | None = None) -> tuple[pd.DatetimeIndex, NDArray[np.str_]]:
    """Three weeks of 12 posters with a daily rhythm; gamma-mixed (overdispersed) when `shape` is given."""
    rng = np.random.default_rng(seed)
    hours = pd.date_range("2025-03-01", periods=21 * 24, freq="h", tz="Asia/Shanghai")
    rhythm = np.where((hours.hour >= 7) & (hours.hour < 22), 1 + 0.8 * np.sin(np.asarray(hours.hour) / 3), 0.0)
    mean = rng.uniform(0.1, 1.2, 12)[:, None] * rhythm
    if shape is not None:
        mean = mean * rng.gamma(shape, 1 / shape, mean.shape)
    counts = rng.poisson(mean)
    place, hour = np.repeat(np.indices(counts.shape).reshape(2, -1), counts.ravel(), axis=1)
    return hours[hour].tz_convert("UTC"), np.char.add("poster ", place.astype(str))


@pytest.mark.parametrize("shape", [None, 2.0])
def test_ordinary_weeks_show_bursts_no_more_often_than_stated(shape: float | None) -> None:
    """40 clean histories at family-wise 1 %: no more than 3 with an alarm (upper 99.3 % limit)."""
    alarms = sum(bool(bursts(*arrivals(seed, shape=shape)).evidence) for seed in range(40))
    assert alarms <= 3


def test_an_hour_of_stuffing_is_found_at_its_place_and_hour() -> None:
    """25 answers in one hour at a place that gets about one: found in each of 20 histories, with few other flags."""
    others = 0
    for seed in range(20):
        times, places = arrivals(seed)
        moment = pd.Timestamp("2025-03-12 15:00", tz="Asia/Shanghai").tz_convert("UTC")
        times = times.append(pd.DatetimeIndex([moment + pd.Timedelta(minutes=m) for m in range(25)]))
        places = np.r_[places, np.full(25, "poster 3")]
        pattern = bursts(times, places)
        assert pattern.evidence[0].subject == "poster 3 2025-03-12 15:00"
        assert pattern.flagged[-25:].all()
        assert pattern.evidence[0].expected is not None
        assert pattern.evidence[0].expected < 4
        others += len(pattern.evidence) - 1
    assert others <= 2


def test_a_busy_place_is_held_against_itself_and_not_against_quiet_ones() -> None:
    rng = np.random.default_rng(8)
    hours = pd.date_range("2025-03-01", periods=240, freq="h", tz="UTC")
    counts = np.stack([rng.poisson(20, 240), rng.poisson(0.5, 240)])
    place, hour = np.repeat(np.indices(counts.shape).reshape(2, -1), counts.ravel(), axis=1)
    assert bursts(hours[hour], np.where(place == 0, "station", "lane")).evidence == ()


def test_one_place_alone_is_held_against_its_own_hours() -> None:
    rng = np.random.default_rng(9)
    hours = pd.date_range("2025-03-01", periods=240, freq="h", tz="UTC")
    counts = rng.poisson(2.0, 240)
    counts[100] = 30
    pattern = bursts(np.repeat(hours, counts), np.full(counts.sum(), "gate"))
    assert [e.observed for e in pattern.evidence] == [30.0]


def test_a_history_of_one_day_is_too_short() -> None:
    with pytest.raises(PatternError, match="48 hours"):
        bursts(["2025-03-01T08:00", "2025-03-01T09:00"], ["a", "a"])
    with pytest.raises(PatternError, match="a time and a place"):
        bursts([None, "2025-03-01T09:00"], ["a", "a"])


def test_concentration_equals_fishers_exact_test() -> None:
    marked = np.r_[np.ones(8, bool), np.zeros(12, bool), np.ones(4, bool), np.zeros(76, bool)]
    groups = np.repeat(["a", "b"], [20, 80])
    pattern = concentration(marked, groups)
    fisher = stats.fisher_exact([[8, 12], [4, 76]], alternative="greater").pvalue
    (finding,) = pattern.evidence
    assert finding.subject == "a"
    assert finding.p_value == pytest.approx(2 * fisher)
    assert finding.expected == pytest.approx(20 * 12 / 100)
    assert finding.rows == tuple(range(8))


def test_marks_that_follow_the_area_do_not_burden_its_interviewer() -> None:
    rng = np.random.default_rng(3)
    area = np.repeat([0, 1], 500)
    marked = rng.random(1000) < np.where(area == 0, 0.4, 0.05)
    who = area * 5 + rng.integers(0, 5, 1000)
    assert concentration(marked, who).evidence
    assert concentration(marked, who, strata=area).evidence == ()


def test_straight_lining_that_sits_with_one_interviewer_is_found() -> None:
    answers = honest_survey(1200, 8, 5).answers
    who = np.arange(1200) % 30
    alike = same_code_throughout(answers, missing=(-1, 8))
    assert concentration(alike, who).evidence == ()
    answers[who == 4] = np.where(np.arange(40)[:, None] < 25, 5, answers[who == 4])
    found = concentration(same_code_throughout(answers, missing=(-1, 8)), who)
    assert [e.subject for e in found.evidence] == ["4"]


def test_marks_and_groups_of_unequal_length_are_refused() -> None:
    with pytest.raises(PatternError, match="one length"):
        concentration([True], ["a", "b"])
