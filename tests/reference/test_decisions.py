"""Publication rules, verdicts, rank sets and intervals against recorded numbers (R 4.2, survey 4.5, csranks)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.decision import compare_with_target, decide, decide_share, korn_graubard_limits, present
from analysis.estimates.intervals import Proportions, share_interval
from analysis.ranks import (
    RankSets,
    goldstein_healey_multiplier,
    klein_wright_wieczorek,
    marginal_rank_sets,
    mogstad_romano_shaikh_wilhelm,
    pairwise_bonferroni,
    pairwise_holm,
    places,
)
from tests.reference.agreement import agree

RECORDED = json.loads((Path(__file__).parent / "decisions.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", RECORDED["presentation"], ids=lambda case: str(case["name"]))
def test_publication_rules_for_proportions(case: dict[str, Any]) -> None:
    found = present(case["p"], case["se"], case["df"], case["n"])
    assert (found.shown, found.reason, list(found.review)) == (
        case["decision"] == "present",
        case["reason"],
        case["review"],
    )
    agree("interval korn-graubard", "limits", [found.lower, found.upper], case["kg95"], rel=1e-9)
    assert [found.effective_n, found.effective_n_used] == pytest.approx([case["n_eff"], case["n_eff_used"]], rel=1e-9)
    limits = korn_graubard_limits(case["p"], case["se"], case["df"], case["n"], 0.90)
    agree("interval korn-graubard", "limits", limits, case["nchs_kg90"], rel=1e-9)


@pytest.mark.parametrize("case", RECORDED["targets"])
def test_verdict_follows_the_90_percent_limits(case: dict[str, Any]) -> None:
    verdict = decide_share(case["p"], case["se"], case["df"], case["n"], case["target"], ">=", case["alpha"])
    assert verdict == case["decision"]
    test = compare_with_target(case["p"], case["se"], case["df"], case["target"])
    if case["t"] is None:
        assert test is None
    else:
        assert test is not None
        assert (test.t, test.p_not_met) == pytest.approx((case["t"], case["p_not_met"]), rel=1e-9)
        assert test.p_met == pytest.approx(1 - case["p_not_met"], rel=1e-9)


@pytest.mark.parametrize(
    ("lower", "upper", "operator", "verdict"),
    [
        (0.80, 0.90, ">=", "met"),
        (0.80, 0.90, ">", "undetermined"),
        (0.8000001, 0.90, ">", "met"),
        (0.70, 0.80, ">", "not_met"),
        (0.70, 0.80, ">=", "undetermined"),
        (0.70, 0.7999999, ">=", "not_met"),
        (float("nan"), 0.9, ">", "undetermined"),
    ],
)
def test_strict_and_non_strict_targets_differ_at_the_boundary(
    lower: float, upper: float, operator: str, verdict: str
) -> None:
    assert decide(lower, upper, 0.80, operator) == verdict


@pytest.mark.parametrize("case", RECORDED["ranks"])
def test_rank_sets_by_every_method(case: dict[str, Any]) -> None:
    estimates, covariance = np.array(case["estimates"]), np.diag(case["variances"])
    assert places(estimates).tolist() == case["rank"]

    def same(found: RankSets, name: str) -> None:
        assert (found.lowest.tolist(), found.highest.tolist()) == (case[name]["L"], case[name]["U"]), name

    same(klein_wright_wieczorek(estimates, covariance, 0.05), "kww_bonferroni")
    same(klein_wright_wieczorek(estimates, covariance, 0.05, sidak=True), "kww_sidak")
    same(pairwise_bonferroni(estimates, covariance, 0.05), "pairwise_bonferroni")
    same(pairwise_holm(estimates, covariance, 0.05), "pairwise_holm")
    same(mogstad_romano_shaikh_wilhelm(estimates, covariance, 0.05), "csranks_simultaneous_mc")
    same(marginal_rank_sets(estimates, covariance, 0.05, draws=100_000), "csranks_marginal_mc")
    multiplier = goldstein_healey_multiplier(covariance, 0.05)
    assert multiplier == pytest.approx(case["goldstein_healey_multiplier"], rel=1e-8)


@pytest.mark.parametrize("case", RECORDED["intervals"])
def test_intervals_of_shares(case: dict[str, Any]) -> None:
    """To the digits recorded; R interpolates `likelihood` and scales it by n/(n-1), so it is compared for large n."""
    values = (case["p"], case["se"], case["df"], case["rows"], case["answered"])
    share = Proportions(*(np.array([float(value)]) for value in values))
    for method, levels in case["ci"].items():
        for level, limits in levels.items():
            lower, upper = share_interval(method, int(level) / 100, share)
            if method == "likelihood" and case["answered"] < 100:
                continue
            tolerance = 2e-2 if method == "likelihood" else 1e-8
            agree(f"interval {method}", "limits", [lower[0], upper[0]], limits, rel=tolerance)
