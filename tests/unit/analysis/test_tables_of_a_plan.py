"""Small areas and two samples as keys of a plan: beside the direct figures, never in their place."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.fault import FaultsFound
from analysis.frame import frame_of
from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from analysis.result import Result, TwoSamples
from analysis.small_areas import fay_herriot
from analysis.two_samples.mass_imputation import logistic
from analysis.two_samples.participation import expit
from tests.unit.analysis.small_town import DESIGN, SHARE, small_town

AREAS = {"indicator": "q", "over": ["ward"]}


def with_wards(n: int = 1500) -> pd.DataFrame:
    table = small_town(n, seed=4)
    return table.assign(ward=[f"w{k % 24:02d}" for k in range(n)])


def run(table: pd.DataFrame, folder: Path = Path(), **parts: Any) -> Result:
    plan: dict[str, Any] = {"design": DESIGN, "indicators": [SHARE], "domains": [[]]}
    return run_plan(parse_plan(plan | parts), frame=frame_of(table), folder=folder)


def test_model_based_estimates_stand_beside_the_direct_ones_with_their_error(tmp_path: Path) -> None:
    lines = [f"w{k:02d},{0.1 * (k % 5)}" for k in range(24)]
    (tmp_path / "wards.csv").write_text("ward,elderly\n" + "\n".join(lines) + "\n")
    part = AREAS | {"covariates": "wards.csv", "using": ["elderly"]}
    found = run(with_wards(), tmp_path, domains=[[], ["ward"]], small_areas=[part])
    (table,) = found.small_areas
    direct = {one.domain["ward"]: one for one in found.estimates if one.domain}
    everyone = found.estimates[0]
    assert table.label == "model-based"
    for area in table.areas:
        one = direct[area.domain["ward"]]
        assert (area.direct, area.se, area.n) == (one.estimate, one.se, one.n_base)
        assert area.sampling_variance == pytest.approx((everyone.se or 0) ** 2 * everyone.n_base / area.n)
    x = np.array([[1.0, 0.1 * (k % 5)] for k in range(24)])
    fit = fay_herriot([a.direct for a in table.areas], [a.sampling_variance for a in table.areas], x)
    assert [area.model_based for area in table.areas] == pytest.approx(fit.eblup.tolist())
    assert [area.rmse**2 for area in table.areas] == pytest.approx(fit.mse.tolist())
    assert all(area.rmse**2 < 1.3 * area.sampling_variance for area in table.areas)


def test_rank_sets_for_each_domain_on_its_own_are_no_wider_than_those_for_all_at_once() -> None:
    methods = ("marginal", "mogstad-romano-shaikh-wilhelm")
    parts = [{"indicator": "q", "over": ["ward"], "method": method} for method in methods]
    own, joint = run(with_wards(6000), ranks=parts).ranks
    assert (own.method, joint.method) == methods
    pairs = list(zip(own.ranked, joint.ranked, strict=True))
    assert all(all_.lowest <= one.lowest <= one.rank <= one.highest <= all_.highest for one, all_ in pairs)
    assert any(one.highest - one.lowest < all_.highest - all_.lowest for one, all_ in pairs)


def test_few_areas_are_flagged_and_too_few_have_no_model() -> None:
    (few,) = run(small_town(), small_areas=[{"indicator": "q", "over": ["area"]}]).small_areas
    assert few.flags == ("fewer than 20 domains: the error of the model's variance is large",)
    one_area = small_town().assign(area="all")
    (none,) = run(one_area, small_areas=[{"indicator": "q", "over": ["area"]}]).small_areas
    assert none.areas == ()
    assert none.flags[0].startswith("no model: ")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ward,elderly\nw00,0.1\n", "a line for every domain of ward"),
        ("ward,young\nw00,0.1\n", "expected the columns ward, elderly"),
        ("ward,elderly\nw00,many\n", "line 2: expected numbers in elderly, found many"),
    ],
)
def test_covariates_that_do_not_fit_are_named(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "wards.csv").write_text(text)
    with pytest.raises(FaultsFound) as caught:
        run(with_wards(), tmp_path, small_areas=[AREAS | {"covariates": "wards.csv", "using": ["elderly"]}])
    assert fault in str(caught.value)


def volunteers(tmp_path: Path, n: int = 900) -> pd.DataFrame:
    """People who scan a code: the young more often, and whoever is content more often than can be explained."""
    random = np.random.default_rng(3)
    table = small_town(6 * n, seed=9)
    content = table["q"].isin([4, 5])
    chance = table["age"].map({"young": 0.35, "middle": 0.15, "old": 0.05}) * np.where(content, 1.0, 0.5)
    chosen = table[random.random(len(table)) < chance]
    chosen.drop(columns=["w", "stratum", "psu"]).to_csv(tmp_path / "scanned.csv", index=False)
    return chosen


def compare(tmp_path: Path, **parts: Any) -> TwoSamples:
    part = {"file": "scanned.csv", "match": ["age", "sex"], "replicates": 60}
    found = run(small_town(700), tmp_path, volunteers=part, **parts).two_samples
    assert found is not None
    return found


def test_volunteers_stand_beside_the_drawn_sample_and_the_disagreement_is_tested(tmp_path: Path) -> None:
    chosen = volunteers(tmp_path)
    found = compare(tmp_path)
    (one,) = found.compared
    answered = chosen["q"][chosen["q"].between(1, 5)]
    assert found.volunteers == len(chosen)
    assert one.volunteers_unweighted == pytest.approx((answered >= 4).mean())
    assert one.drawn == pytest.approx(run(small_town(700)).estimates[0].estimate)
    assert one.difference > 0.08
    assert one.p_value < 0.01
    assert one.share_drawn > 0.8
    assert one.blend == pytest.approx(one.share_drawn * one.drawn + (1 - one.share_drawn) * one.volunteers)
    # Model and pseudo-weights use the same saturated variable here, so that their estimates are close.
    assert one.mass_imputed == pytest.approx(one.volunteers, abs=0.02)
    assert one.doubly_robust == pytest.approx(one.volunteers, abs=0.02)
    assert 0 < one.se_mass_imputed < 0.1


def test_both_samples_are_calibrated_by_the_plans_steps(tmp_path: Path) -> None:
    volunteers(tmp_path)
    margin = {"by": ["age"], "totals": {"young": 600, "middle": 300, "old": 100}}
    steps = [{"method": "rake", "margins": [margin]}]
    one = compare(tmp_path, calibration=steps).compared[0]
    assert one.drawn == pytest.approx(run(small_town(700), calibration=steps).estimates[0].estimate)


def test_levels_that_only_volunteers_have_are_named(tmp_path: Path) -> None:
    volunteers(tmp_path)
    path = tmp_path / "scanned.csv"
    path.write_text(path.read_text().replace("old", "ancient"))
    with pytest.raises(FaultsFound, match="levels of age that the drawn sample has: middle, old, young, found ancient"):
        compare(tmp_path)


def rewritten(tmp_path: Path, change: Any) -> None:
    path = tmp_path / "scanned.csv"
    change(pd.read_csv(path)).to_csv(path, index=False)


def test_the_subset_of_the_plan_holds_for_the_volunteers_too(tmp_path: Path) -> None:
    chosen = volunteers(tmp_path)
    subset = {"column": "area", "in": ["hill", "lake"]}
    found = compare(tmp_path, subset=subset)
    inside = chosen[chosen["area"] != "port"]
    answered = inside["q"][inside["q"].between(1, 5)]
    assert found.volunteers == len(inside)
    assert found.compared[0].volunteers_unweighted == pytest.approx((answered >= 4).mean())
    assert found.compared[0].drawn == pytest.approx(run(small_town(700), subset=subset).estimates[0].estimate)


def test_volunteers_without_a_level_to_match_on_are_left_out_and_counted(tmp_path: Path) -> None:
    chosen = volunteers(tmp_path)
    rewritten(tmp_path, lambda table: table.assign(age=table["age"].mask(table.index < 20)))
    found = compare(tmp_path)
    assert found.volunteers == len(chosen) - 20
    assert found.flags == ("20 of the volunteers did not tell what samples are matched on: left out of the matching",)


def test_the_drawn_without_a_level_stay_in_the_rate_of_the_drawn_sample(tmp_path: Path) -> None:
    volunteers(tmp_path)
    drawn = small_town(700)
    drawn["age"] = drawn["age"].mask(drawn.index < 30)
    found = run(drawn, tmp_path, volunteers={"file": "scanned.csv", "match": ["age"], "replicates": 20})
    assert found.two_samples is not None
    assert found.two_samples.compared[0].drawn == pytest.approx(found.estimates[0].estimate)
    assert found.two_samples.flags[0].startswith("30 of the drawn sample did not tell")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda table: table.drop(columns="age"), "scanned.csv: column age: expected a column of this name"),
        (
            lambda table: table.assign(age=""),
            r"scanned.csv: column age: expected levels to match on \(volunteers.match\)",
        ),
    ],
)
def test_a_matching_variable_that_is_not_there_is_a_fault_that_names_file_and_column(
    tmp_path: Path, change: Any, fault: str
) -> None:
    volunteers(tmp_path)
    rewritten(tmp_path, change)
    with pytest.raises(FaultsFound, match=fault):
        compare(tmp_path)
    assert run(small_town(700), tmp_path).two_samples is None, "nobody asked for volunteers, nobody reads their file"


def test_margins_that_volunteers_cannot_meet_leave_them_matched_with_a_flag(tmp_path: Path) -> None:
    volunteers(tmp_path)
    rewritten(tmp_path, lambda table: table[table["area"] != "port"])
    margin = {"by": ["area"], "totals": {"hill": 4000, "lake": 3000, "port": 3000}}
    found = compare(tmp_path, calibration=[{"method": "rake", "margins": [margin]}])
    assert found.flags[0].startswith("volunteers are matched and not calibrated: ")
    assert "port" in found.flags[0]
    assert found.compared[0].volunteers > 0


def test_samples_that_cannot_be_compared_leave_every_other_figure(tmp_path: Path) -> None:
    chosen = volunteers(tmp_path)
    lonely = small_town(700)
    lonely.loc[lonely.index < 40, ["stratum", "psu"]] = ["harbour", 99]
    few = {"file": "scanned.csv", "match": ["age"], "replicates": 20}
    found = run(lonely, tmp_path, volunteers=few)
    assert found.estimates[0].estimate is not None
    assert found.two_samples is not None and found.two_samples.compared == ()
    assert found.two_samples.flags == (
        "not compared: stratum harbour: one PSU; merge it with another for the bootstrap",
    )
    many = small_town(700).assign(w=0.01)  # fewer people than volunteers
    found = run(many, tmp_path, volunteers=few)
    assert len(chosen) > 7 and found.two_samples is not None
    assert found.two_samples.flags[0].startswith("not compared: participation model: no solution")
    rewritten(tmp_path, lambda table: table.assign(q=9))
    flags = compare(tmp_path).flags
    assert flags[0].startswith("not compared: scanned.csv: indicator q (q): expected at least one answer in the base")
    assert flags[-1] == "not compared: no indicator was answered in both samples"


def test_logistic_regression_reproduces_the_shares_of_groups() -> None:
    x = np.array([[1.0, 0], [1, 1]])
    beta = logistic(x, np.array([[3.0, 1.0], [1.0, 4.0]]), np.full((2, 2), 4.0))
    assert expit(x @ beta) == pytest.approx(np.array([[0.75, 0.25], [0.25, 1.0]]))
