"""What must not change a figure: row order, weight scale, names of strata, split rows, other domains, and the like."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.result import Result
from tests.unit.analysis.small_town import (
    AGE,
    DESIGN,
    LINEAR,
    POSTSTRATIFY,
    RAKE,
    RAKING,
    SEX,
    SHARE,
    TRIM,
    run,
    small_town,
)

WEIGHTINGS = [[], [RAKE], [RAKING], [LINEAR], [POSTSTRATIFY], [POSTSTRATIFY, RAKE, TRIM]]
METHODS = ["logit", "beta", "likelihood", "asin", "xlogit", "wilson", "mean", "korn-graubard"]


def figures(result: Result) -> list[float | None]:
    found: list[float | None] = []
    for estimate in result.estimates:
        found += [estimate.estimate, estimate.se, float(estimate.df)]
        found += [limit for interval in estimate.intervals for limit in (interval.lower, interval.upper)]
    return found


def same(one: Result, other: Result) -> None:
    assert figures(one) == pytest.approx(figures(other), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("calibration", WEIGHTINGS)
def test_row_order_changes_nothing(calibration: list[dict[str, Any]]) -> None:
    town = small_town()
    shuffled = town.sample(frac=1, random_state=3).reset_index(drop=True)
    same(run(town, calibration=calibration), run(shuffled, calibration=calibration))


@settings(max_examples=15)
@given(st.floats(min_value=1e-4, max_value=1e4), st.sampled_from([[], [RAKE], [RAKING], [POSTSTRATIFY]]))
def test_scale_of_the_weights_changes_nothing(scale: float, calibration: list[dict[str, Any]]) -> None:
    town = small_town()
    scaled = town.assign(w=town["w"] * scale)
    same(run(town, calibration=calibration), run(scaled, calibration=calibration))


def test_a_row_split_into_two_half_rows_of_its_psu_changes_neither_estimate_nor_error() -> None:
    town = small_town()
    half = town.loc[[7, 30]].assign(w=lambda rows: rows["w"] / 2)
    split = pd.concat([town.drop([7, 30]), half, half], ignore_index=True)
    for calibration in ([], [RAKING], [POSTSTRATIFY]):
        for whole, parts in zip(
            run(town, calibration=calibration).estimates, run(split, calibration=calibration).estimates, strict=True
        ):
            assert (parts.estimate, parts.se) == pytest.approx((whole.estimate, whole.se), rel=1e-9)


def test_names_of_strata_and_psus_change_nothing() -> None:
    town = small_town()
    renamed = town.assign(
        stratum=town["stratum"].map({"north": "z", "south": "a", "west": "m"}), psu=1000 - 7 * town["psu"]
    )
    same(run(town, calibration=[RAKE]), run(renamed, calibration=[RAKE]))


@pytest.mark.parametrize("method", METHODS)
def test_interval_of_the_complement_is_the_mirror(method: str) -> None:
    town = small_town()
    interval = {"method": method, "level": 0.9}
    yes = run(town, interval=interval)
    no = run(town, indicators=[SHARE | {"count": [1, 2, 3]}], interval=interval)
    for first, second in zip(yes.estimates, no.estimates, strict=True):
        assert first.se == pytest.approx(second.se, rel=1e-10)
        assert first.intervals[0].lower == pytest.approx(1 - (second.intervals[0].upper or 0), rel=1e-8)


def test_by_domains_equals_a_subset_for_each() -> None:
    town = small_town()
    for calibration in ([], [RAKE], [LINEAR]):
        by_area = {tuple(e.domain.values()): e for e in run(town, calibration=calibration).estimates if e.domain}
        for area in ("hill", "lake", "port"):
            subset = {"column": "area", "in": [area]}
            (alone,) = run(town, calibration=calibration, subset=subset, domains=[[]]).estimates
            found = by_area[(area,)]
            assert (alone.estimate, alone.se, alone.df) == pytest.approx(
                (found.estimate, found.se, found.df), rel=1e-10
            )


def test_another_domain_does_not_change_a_figure() -> None:
    town = small_town()
    everyone = run(town, calibration=[RAKE], domains=[[]]).estimates[0]
    among_others = run(town, calibration=[RAKE], domains=[["area"], ["sex", "age"], []]).estimates[-1]
    assert (everyone.estimate, everyone.se) == (among_others.estimate, among_others.se)


@pytest.mark.parametrize("calibration", [[RAKE], [RAKING], [{"method": "poststratify", "margins": [SEX]}]])
def test_a_calibrated_variable_has_no_sampling_error_and_says_so(calibration: list[dict[str, Any]]) -> None:
    town = small_town()
    (found,) = run(
        town,
        calibration=calibration,
        indicators=[{"id": "f", "item": "sex", "rule": "share", "count": ["F"]}],
        domains=[[]],
    ).estimates
    assert found.estimate == pytest.approx(0.52, rel=1e-9)
    assert found.se == 0
    assert found.intervals[0].lower is None
    assert "fixed by design: no sampling variance, no interval" in found.flags


def test_raking_twice_changes_nothing() -> None:
    town = small_town()
    once = run(town, calibration=[RAKE]).weights.values
    twice = run(town, calibration=[RAKE, RAKE]).weights.values
    assert twice == pytest.approx(once, rel=1e-10)


def test_jackknife_equals_linearisation_for_totals() -> None:
    town = small_town()
    total = [{"id": "v", "item": "visits", "rule": "total"}]
    linear = run(town, indicators=total)
    jackknife = run(town, indicators=total, design=DESIGN | {"replicates": {"type": "jkn"}})
    for first, second in zip(linear.estimates, jackknife.estimates, strict=True):
        assert first.se == pytest.approx(second.se, rel=1e-10)


def test_bootstrap_is_near_the_jackknife_and_repeats_with_its_seed() -> None:
    town = small_town()
    design = DESIGN | {"replicates": {"type": "bootstrap", "number": 800, "seed": 11}}
    first, again = run(town, design=design).estimates[0], run(town, design=design).estimates[0]
    jackknife = run(town, design=DESIGN | {"replicates": {"type": "jkn"}}).estimates[0]
    assert first.se == again.se
    assert first.se == pytest.approx(jackknife.se, rel=0.12)


def test_stacked_waves_give_the_variance_of_a_change() -> None:
    """Independent waves: stratum is (wave, stratum), so the variance of the change is the sum of the variances."""
    town = pd.concat([small_town(seed=5).assign(wave=1), small_town(seed=6).assign(wave=2)], ignore_index=True)
    design = DESIGN | {"strata": ["wave", "stratum"]}
    contrast = {"indicator": "q", "between": [{"wave": 2}, {"wave": 1}]}
    result = run(town, design=design, domains=[["wave"]], contrasts=[contrast])
    first, second = result.estimates
    (change,) = result.contrasts
    assert change.estimate == pytest.approx((second.estimate or 0) - (first.estimate or 0), rel=1e-12)
    assert change.se == pytest.approx(np.hypot(first.se or 0, second.se or 0), rel=1e-12)


def test_domain_against_the_whole_uses_their_covariance() -> None:
    town = small_town()
    contrast = {"indicator": "q", "between": [{"area": "hill"}, {}]}
    result = run(town, contrasts=[contrast])
    everyone, hill = result.estimates[:2]
    independent = np.hypot(everyone.se or 0, hill.se or 0)
    assert 0 < (result.contrasts[0].se or 0) < independent


def test_people_without_a_level_keep_their_share_of_the_weights() -> None:
    town = small_town()
    town.loc[town.index[::9], "sex"] = None
    step = {"method": "rake", "margins": [SEX, AGE], "missing": "keep", "tolerance": 1e-13}
    weights = run(town, calibration=[step]).weights.values
    absent = town["sex"].isna().to_numpy()
    share = town["w"][absent].sum() / town["w"].sum()
    assert weights[absent].sum() / weights.sum() == pytest.approx(share, rel=1e-9)
    women = (town["sex"] == "F").to_numpy()
    assert weights[women].sum() / weights[~absent].sum() == pytest.approx(0.52, rel=1e-9)


def test_a_domain_inside_one_psu_has_no_share_in_the_replicate_without_that_psu() -> None:
    """What is left of its weights is the rounding of a difference, which must not count as a share of its own."""
    town = small_town()
    place = town["stratum"].astype(str) + town["psu"].astype(str)
    town = town.assign(place=place, w=town["w"] * 0.1 + 1 / 3)
    design = DESIGN | {"replicates": {"type": "jkn"}}
    for estimate in run(town, design=design, domains=[["place"]]).estimates:
        assert estimate.se == 0, estimate.domain
