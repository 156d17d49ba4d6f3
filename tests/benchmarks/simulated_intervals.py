"""Coverage of every interval of a share, and errors of the verdict, by repeated samples."""

from collections.abc import Iterator
from typing import get_args

import numpy as np

from analysis.decision import decide, present
from analysis.estimates.intervals import Proportions, share_interval
from analysis.frame import Floats
from analysis.plan_indicator import IntervalMethod
from tests.benchmarks.simulated_samples import Scenario, draw, estimate

METHODS = get_args(IntervalMethod)
ALPHA = 0.05
AWAY = 0.03
PRESENTED = 1_000

Row = dict[str, str | float]


def coverage_rows(scenario: Scenario, shares: Proportions) -> Iterator[Row]:
    """One row for each method: coverage and width at 95 %, and how often one 90 % limit lies beyond the truth."""
    for method in METHODS:
        lower, upper = share_interval(method, 0.95, shares)
        low, high = share_interval(method, 1 - 2 * ALPHA, shares)
        defined = ~np.isnan(lower)
        yield _described(scenario) | {
            "method": method,
            "defined": float(defined.mean()),
            "coverage": float(((lower <= scenario.rate) & (scenario.rate <= upper))[defined].mean()),
            "width": float((upper - lower)[defined].mean()),
            "false_met": float((low > scenario.rate)[defined].mean()),
            "false_not_met": float((high < scenario.rate)[defined].mean()),
        }


def verdict_row(scenario: Scenario, shares: Proportions) -> Row:
    """What the project's own rule decides at the boundary and three points away, among all samples."""
    limits = share_interval("korn-graubard", 1 - 2 * ALPHA, shares)
    above = min(scenario.rate + AWAY, (1 + scenario.rate) / 2)
    shown = [
        present(*(float(part[k]) for part in (shares.p, shares.se, shares.df, shares.answered))).shown
        for k in range(min(PRESENTED, shares.p.shape[0]))
    ]
    return _described(scenario) | {
        "false_met": _share_of("met", limits, scenario.rate, ">"),
        "false_not_met": _share_of("not_met", limits, scenario.rate, ">="),
        "power_met": _share_of("met", limits, scenario.rate - AWAY, ">="),
        "power_not_met": _share_of("not_met", limits, above, ">="),
        "undetermined_at_90": _share_of("undetermined", limits, 0.90, ">="),
        "publishable": float(np.mean(shown)),
    }


def _share_of(verdict: str, limits: tuple[Floats, Floats], target: float, operator: str) -> float:
    pairs = zip(limits[0].tolist(), limits[1].tolist(), strict=True)
    return float(np.mean([decide(low, high, target, operator) == verdict for low, high in pairs]))


def _described(scenario: Scenario) -> Row:
    return {
        "scenario": scenario.name,
        "psus": scenario.psus,
        "strata": scenario.strata,
        "people": scenario.people,
        "rate": scenario.rate,
        "icc": scenario.icc,
        "weight_cv": scenario.weight_cv,
        "domain": scenario.domain,
    }


def simulate(scenario: Scenario, samples: int, random: np.random.Generator) -> tuple[list[Row], Row]:
    shares = estimate(scenario, draw(scenario, samples, random))
    return list(coverage_rows(scenario, shares)), verdict_row(scenario, shares)
