"""Figures of a plan: rules, bases, don't-knows, degenerate shares, decisions, ranks, and what null means."""

import numpy as np
import pandas as pd
import pytest

from tests.unit.analysis.small_town import DESIGN, RAKE, SHARE, run, small_town


def test_excluded_codes_leave_the_base_and_their_share_is_told() -> None:
    town = small_town()
    (found,) = run(town, domains=[[]]).estimates
    valid = town["q"].isin([1, 2, 3, 4, 5])
    yes = town["q"].isin([4, 5])
    unknown = town["q"] == 9
    assert (found.n, found.n_base) == (len(town), int(valid.sum()))
    assert found.estimate == pytest.approx(town["w"][yes].sum() / town["w"][valid].sum(), rel=1e-12)
    assert found.dk_share == pytest.approx(town["w"][unknown].sum() / town["w"][valid | unknown].sum(), rel=1e-12)


def test_degrees_of_freedom_leave_out_excluded_codes_but_not_missing_answers() -> None:
    """Every row its own PSU: rows minus strata. Missing answers are dropped after R's degf has been counted."""
    town = small_town()
    (found,) = run(town, domains=[[]], design={"weight": "w", "strata": ["stratum"]}).estimates
    assert found.df == len(town) - int((town["q"] == 9).sum()) - 3


def test_mean_with_values_and_its_decision() -> None:
    town = small_town()
    values = {1: 0, 2: 30, 3: 60, 4: 80, 5: 100}
    indicator = {"id": "m", "item": "q", "rule": "mean", "values": values, "exclude": [9]}
    town_scores = town["q"].map({float(code): value for code, value in values.items()})
    (found,) = run(town, domains=[[]], indicators=[indicator | {"target": {"operator": ">=", "value": 10}}]).estimates
    valid = town_scores.notna()
    expected = np.average(town_scores[valid], weights=town["w"][valid])
    assert found.estimate == pytest.approx(float(expected), rel=1e-12)
    assert (found.decision, found.point_meets, found.intervals[0].method) == ("met", True, "t")


def test_any_counts_people_with_at_least_one_of_the_codes() -> None:
    town = small_town().assign(a=[1, 0, None, None] * 60, b=[0, 0, 1, None] * 60, w=1.0)
    (found,) = run(
        town, domains=[[]], indicators=[{"id": "any", "items": ["a", "b"], "rule": "any", "count": [1]}]
    ).estimates
    assert (found.estimate, found.n_base) == (pytest.approx(2 / 3), 180)


def test_ratio_of_two_columns() -> None:
    town = small_town()
    indicator = {"id": "r", "rule": "ratio", "numerator": "visits", "denominator": "members"}
    (found,) = run(town, domains=[[]], indicators=[indicator]).estimates
    assert found.estimate == pytest.approx((town["w"] * town["visits"]).sum() / (town["w"] * town["members"]).sum())


def test_shares_of_a_distribution_sum_to_one() -> None:
    found = run(
        small_town(), domains=[["area"]], indicators=[{"id": "d", "item": "q", "rule": "distribution", "exclude": [9]}]
    ).estimates
    hill = [figure.estimate or 0 for figure in found if figure.domain == {"area": "hill"}]
    assert len(hill) == 5
    assert sum(hill) == pytest.approx(1.0, rel=1e-12)


def test_a_share_of_100_percent_has_an_exact_lower_limit() -> None:
    town = small_town().assign(q=5)
    interval = {"method": ["korn-graubard", "logit"], "level": [0.95, 0.90]}
    (found,) = run(
        town, domains=[[]], interval=interval, indicators=[SHARE | {"target": {"operator": ">", "value": 0.9}}]
    ).estimates
    assert (found.estimate, found.se, found.deff) == (1.0, 0.0, None)
    assert [part.lower for part in found.intervals] == pytest.approx(
        [0.025 ** (1 / 240), 0.05 ** (1 / 240)] * 2, rel=1e-12
    )
    assert [part.upper for part in found.intervals] == [1.0] * 4
    assert found.decision == "met"
    assert "0 % or 100 %: exact one-sided limits, deff not defined" in found.flags


def test_a_domain_without_degrees_of_freedom_has_no_interval_and_no_verdict() -> None:
    town = small_town()
    town["area"] = np.where(town["psu"] == 2, "cape", "rest")
    target = SHARE | {"target": {"operator": ">=", "value": 0.5}}
    cape = run(town, domains=[["area"]], indicators=[target]).estimates[0]
    assert cape.domain == {"area": "cape"}
    assert (cape.df, cape.intervals[0].lower, cape.decision) == (0, None, "undetermined")
    assert "no degrees of freedom: no interval" in cape.flags


def test_a_domain_without_answers_is_null_and_says_so() -> None:
    town = small_town()
    town.loc[town["area"] == "hill", "q"] = np.nan
    hill = run(town, domains=[["area"]]).estimates[0]
    assert (hill.estimate, hill.se, hill.n_base, hill.publishable) == (None, None, 0, False)
    assert hill.flags == ("no answers: nothing is estimated",)


def test_few_answers_are_not_published_and_decide_nothing() -> None:
    target = SHARE | {"target": {"operator": ">=", "value": 0.01}}
    found = run(small_town(), domains=[["area", "sex", "age"]], indicators=[target]).estimates
    few = [figure for figure in found if figure.n_base < 30]
    assert few
    assert {figure.decision for figure in few} == {"undetermined"}
    assert not any(figure.publishable for figure in few)


def test_no_target_means_no_decision() -> None:
    (found,) = run(small_town(), domains=[[]]).estimates
    assert (found.target, found.decision, found.point_meets) == (None, "none", None)


def test_lonely_psus_are_warned_about_by_name() -> None:
    town = small_town()
    town.loc[town["psu"] == 12, "stratum"] = "island"
    assert "design: one PSU in stratum island; treated by lonely_psu: adjust" in run(town).warnings


def test_replicates_without_a_level_of_a_margin_are_named_with_the_level() -> None:
    town = small_town()
    town.loc[(town["psu"] == 2) & (town.index % 2 == 0), "area"] = "rock"  # nobody but in one PSU
    margin = {"by": ["area"], "totals": {"hill": 300, "lake": 300, "port": 300, "rock": 100}}
    result = run(
        town,
        design=DESIGN | {"replicates": {"type": "jkn"}},
        calibration=[{"method": "rake", "margins": [margin]}],
        domains=[["area"]],
    )
    assert result.warnings == (
        "replicates: nobody has a level of the margins: calibration[0], area = rock (replicate 3); "
        "the other levels are met",
    )
    rock = next(figure for figure in result.estimates if figure.domain["area"] == "rock")
    assert rock.df == 0 and "no degrees of freedom: no interval" in rock.flags


def test_replicates_without_an_answer_of_a_domain_are_named_and_count_for_nothing() -> None:
    """R's svrVar does the same: "1 replicates gave NA results and were discarded"."""
    town = small_town()
    random = np.random.default_rng(7)
    names = [f"rep_{k}" for k in range(1, 9)]
    for name in names:
        town[name] = random.choice([0.5, 1.5], len(town))
    town.loc[town["area"] == "port", "rep_4"] = 0.0
    design = DESIGN | {"replicates": {"type": "given", "columns": names, "scale": 1 / 8, "combined": False}}
    result = run(town, design=design, domains=[["area"]])
    assert result.warnings == (
        "replicates: nobody of a domain answered: q, area = port (replicate 4); "
        "such a replicate counts for nothing in its standard error, as in R",
    )
    port = town[(town["area"] == "port") & town["q"].between(1, 5)]
    others = [name for name in names if name != "rep_4"]
    thetas = np.array([np.average(port["q"] >= 4, weights=port["w"] * port[name]) for name in others])
    found = next(figure for figure in result.estimates if figure.domain["area"] == "port")
    assert found.se == pytest.approx(np.sqrt(((thetas - thetas.mean()) ** 2).sum() / 8))


def test_a_lonely_stratum_of_a_total_is_centred_at_the_mean_of_all_psus() -> None:
    """survey 4.5: (t - mean of all PSU totals)^2 beside the ordinary strata; computed here by hand."""
    town = small_town()
    town.loc[town["psu"] == 12, "stratum"] = "island"
    (found,) = run(town, domains=[[]], indicators=[{"id": "v", "item": "visits", "rule": "total"}]).estimates
    totals = (town["w"] * town["visits"]).groupby([town["stratum"], town["psu"]]).sum()
    expected = 0.0
    for name, stratum in totals.groupby(level=0):
        n = len(stratum)
        if name == "island":
            expected += float((stratum.iloc[0] - totals.mean()) ** 2)
        else:
            expected += float(n / (n - 1) * ((stratum - stratum.mean()) ** 2).sum())
    assert found.se == pytest.approx(expected**0.5, rel=1e-12)


def test_variance_of_a_stratified_mean_by_the_textbook() -> None:
    """Cochran 1977, §5.2: sum W_h^2 (1 - f_h) s_h^2 / n_h for equal weights within strata."""
    town = pd.DataFrame(
        {
            "stratum": ["a"] * 4 + ["b"] * 3,
            "y": [2.0, 4.0, 4.0, 6.0, 10.0, 12.0, 17.0],
            "w": [5.0] * 4 + [10.0] * 3,
            "size": [20] * 4 + [30] * 3,
        }
    )
    design = {"weight": "w", "strata": ["stratum"], "fpc": "size"}
    (found,) = run(town, domains=[[]], design=design, indicators=[{"id": "y", "item": "y", "rule": "mean"}]).estimates
    first, second = town["y"][:4].var(ddof=1), town["y"][4:].var(ddof=1)
    expected = 0.4**2 * (1 - 4 / 20) * first / 4 + 0.6**2 * (1 - 3 / 30) * second / 3
    assert found.estimate == pytest.approx(0.4 * 4 + 0.6 * 13)
    assert found.se == pytest.approx(expected**0.5, rel=1e-12)


def test_ranks_show_ties_as_sets() -> None:
    (ranking,) = run(small_town(), ranks=[{"indicator": "q", "over": ["area"]}]).ranks
    assert [unit.rank for unit in ranking.ranked] == [1, 2, 3]
    assert all(unit.lowest <= unit.rank <= unit.highest for unit in ranking.ranked)


def test_the_weights_of_the_result_are_the_final_ones() -> None:
    weights = run(small_town(), calibration=[RAKE]).weights
    assert weights.sum == pytest.approx(1000)
    assert (weights.min, weights.max) == (weights.values.min(), weights.values.max())
    assert weights.steps[0]["converged"] is True


def test_numbers_texts_and_categories_are_the_same_codes() -> None:
    town = small_town()
    texts = town.assign(q=town["q"].map(lambda v: None if np.isnan(v) else f"{v:.1f}"), psu=town["psu"].astype(str))
    categories = town.assign(q=town["q"].astype("category"), area=town["area"].astype("category"))
    plain = [(e.domain, e.estimate, e.se) for e in run(town).estimates]
    for other in (texts, categories):
        assert [(e.domain, e.estimate, e.se) for e in run(other).estimates] == plain


def test_the_first_stage_alone_counts_without_a_finite_population() -> None:
    town = small_town().assign(home=lambda rows: rows.index % 5, homes=50)
    second = {"second_stage": {"psu": ["home"], "fpc": "homes"}}
    assert run(town, design=DESIGN | second).estimates[0].se == run(town).estimates[0].se
