"""Base weights and nonresponse as parts of a plan: weights by hand, the variance as the true derivative, replicates."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.domains import crossed_domains
from analysis.estimates.linearised import influence
from analysis.estimates.measure import measures_of
from analysis.estimates.tabulate import tabulate
from analysis.fault import FaultsFound
from analysis.frame import frame_of
from analysis.pipeline import prepare, run_plan
from analysis.plan_file import parse_plan
from tests.unit.analysis.small_town import small_town

ADJUST = {"method": "nonresponse", "status": "status", "classes": ["stratum", "dwelling"], "minimum": 5}
DESIGN = {"weight": "w", "strata": ["stratum"], "psu": ["psu"]}
YES = {"id": "q", "item": "q", "rule": "share", "count": [4, 5]}
SEX = {"by": ["sex"], "totals": {"F": 520, "M": 480}}


def fieldwork(n: int = 240) -> pd.DataFrame:
    """All sampled cases; only respondents have answers, and sex is known of them alone."""
    table = small_town(n)
    random = np.random.default_rng(8)
    table["dwelling"] = random.choice(["flat", "house"], n)
    statuses = ["respondent", "nonrespondent", "ineligible", "unknown eligibility"]
    table["status"] = random.choice(statuses, n, p=[0.6, 0.25, 0.08, 0.07])
    silent = table["status"] != "respondent"
    table.loc[silent, ["q", "sex", "visits"]] = np.nan
    return table


def plan(*steps: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"design": DESIGN, "calibration": list(steps), "indicators": [YES], "domains": [[], ["area"]]} | parts


def estimate(table: pd.DataFrame, *steps: dict[str, Any], **parts: Any) -> Any:
    return run_plan(parse_plan(plan(*steps, **parts)), frame=frame_of(table))


def test_a_respondent_stands_for_the_eligible_of_its_class_and_its_part_of_the_unknown() -> None:
    table = pd.DataFrame(
        {
            "psu": [1, 1, 2, 2, 3, 3],
            "w": [40.0, 20.0, 20.0, 10.0, 10.0, 7.0],
            "status": [
                *("respondent", "respondent", "nonrespondent", "ineligible", "unknown eligibility", "respondent"),
            ],
            "area": ["a", "a", "a", "a", "a", "b"],
            "q": [1, 0, None, None, None, 1],
        }
    )
    step = {"method": "nonresponse", "status": "status", "classes": ["area"], "minimum": 1}
    found = run_plan(
        parse_plan(
            {
                "design": {"weight": "w", "psu": ["psu"]},
                "calibration": [step],
                "indicators": [{"id": "q", "item": "q", "rule": "share"}],
            }
        ),
        frame=frame_of(table),
    )
    factor = (90 + 10) / 90 * 80 / 60
    assert found.weights.values.tolist() == pytest.approx([40 * factor, 20 * factor, 0, 0, 0, 7])
    assert found.estimates[0].n == 3
    assert found.weights.base["sum"] == 107


@pytest.mark.parametrize(
    "after",
    [
        [],
        [{"method": "poststratify", "margins": [SEX]}],
        [{"method": "linear", "margins": [SEX, {"numeric": "members", "total": 2600}]}],
    ],
    ids=["alone", "then post-stratified", "then calibrated"],
)
def test_influence_is_the_derivative_of_the_estimate_by_the_base_weights(after: list[dict[str, Any]]) -> None:
    """Exact for these steps: u_i = d_i times the derivative, summed over the PSU, nonrespondents included."""
    table = fieldwork()
    frame, parsed = frame_of(table), parse_plan(plan(ADJUST, *after))
    sample = prepare(parsed, frame)
    (measure,) = measures_of(parsed.indicators[0], frame)
    domains = crossed_domains(["area"], frame, sample.inside)
    found = influence(sample, tabulate(sample, [measure], domains))
    step = 1e-5
    for psu in range(0, sample.design.psus, 3):
        rows = sample.design.psu_of_row == psu
        values = []
        for sign in (1, -1):
            moved = table.assign(w=table["w"] * np.where(rows, 1 + sign * step, 1.0))
            values.append([f.estimate for f in estimate(moved, ADJUST, *after).estimates if f.domain])
        derivative = (np.array(values[0]) - np.array(values[1])) / (2 * step)
        assert found[psu] == pytest.approx(derivative, rel=1e-5, abs=1e-9)


def test_linearised_error_after_nonresponse_and_raking_is_close_to_the_jackknife() -> None:
    rake = {"method": "rake", "margins": [SEX, {"by": ["age"], "totals": {"young": 300, "middle": 400, "old": 300}}]}
    table = fieldwork(600)
    linear = estimate(table, ADJUST, rake).estimates
    jackknife = estimate(table, ADJUST, rake, design=DESIGN | {"replicates": {"type": "jkn"}}).estimates
    for one, other in zip(linear, jackknife, strict=True):
        assert one.estimate == pytest.approx(other.estimate, rel=1e-12)
        assert one.se == pytest.approx(other.se, rel=0.12)


def test_rows_of_nonrespondents_change_the_error_but_a_response_of_everybody_does_not() -> None:
    everybody = small_town().assign(status="respondent", dwelling="flat")
    plain, adjusted = estimate(everybody).estimates[0], estimate(everybody, ADJUST).estimates[0]
    assert (plain.estimate, plain.se, plain.df) == pytest.approx((adjusted.estimate, adjusted.se, adjusted.df))
    table = fieldwork()
    kept = table[table["status"] == "respondent"]
    assert estimate(table, ADJUST).estimates[0].se != pytest.approx(estimate(kept).estimates[0].se, rel=1e-3)


def test_thin_classes_are_merged_and_named() -> None:
    found = estimate(fieldwork(), ADJUST | {"minimum": 60})
    assert any(text.startswith("nonresponse: classes too thin and merged:") for text in found.warnings)
    assert found.weights.steps[0]["deff_factor"] > 0


def test_base_weights_come_from_selection_probabilities_and_household_size() -> None:
    table = small_town().assign(pi=0.2, pi_home=0.1, adults=lambda t: t["members"])
    drawing = {"psu": "pi", "unit": "pi_home", "eligible": "adults"}
    found = estimate(table, design={"selection": drawing, "psu": ["psu"]})
    assert found.weights.values == pytest.approx(50.0 * table["members"].to_numpy())
    capped = {"selection": drawing | {"cap": 2}, "psu": ["psu"]}
    assert estimate(table, design=capped).weights.max == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("change", "design", "fault"),
    [
        ({"status": "gone"}, {}, "column status: expected one of respondent"),
        ({"dwelling": None}, {}, "column dwelling: expected a class for every case"),
        ({"pi": 0.0}, {"selection": {"psu": "pi", "unit": "w"}}, "pi_psu (pi, w): expected a probability above 0"),
    ],
)
def test_faults_of_statuses_classes_and_probabilities_are_named(
    change: dict[str, Any], design: dict[str, Any], fault: str
) -> None:
    with pytest.raises(FaultsFound) as caught:
        estimate(fieldwork().assign(**change), ADJUST, design=design or DESIGN)
    assert fault in str(caught.value)


def test_nonresponse_must_be_the_first_step_and_weight_and_selection_exclude_each_other() -> None:
    post = {"method": "poststratify", "margins": [SEX]}
    with pytest.raises(FaultsFound, match="nonresponse as the first step"):
        parse_plan(plan(post, ADJUST))
    with pytest.raises(FaultsFound, match="either weight or selection"):
        parse_plan(plan(design={"weight": "w", "selection": {"psu": "a", "unit": "b"}}))
