"""Small areas and two samples as keys of a plan: beside the direct figures, never in their place."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.fault import FaultsFound
from analysis.frame import frame_of
from analysis.mass_imputation import expit, logistic
from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from analysis.result import Result, TwoSamples
from analysis.small_areas import fay_herriot
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


def test_logistic_regression_reproduces_the_shares_of_groups() -> None:
    x = np.column_stack([np.ones(8), [0, 0, 0, 0, 1, 1, 1, 1]])
    beta = logistic(x, np.array([1.0, 1, 1, 0, 1, 0, 0, 0]), np.ones(8))
    assert expit(np.array([[1.0, 0], [1, 1]]) @ beta) == pytest.approx([0.75, 0.25])
