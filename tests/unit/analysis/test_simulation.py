"""One scenario of each simulation of docs/simulation.md, and whether the page shows the numbers of its files.

Tolerances are four binomial standard errors of the simulated rates, so that a right program fails once in 15,000 seeds.
"""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.frame import frame_of
from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from tests.benchmarks import simulated_intervals, simulated_looks, simulated_ranks
from tests.benchmarks.simulated_samples import SCENARIOS, Drawn, Scenario, draw, estimate
from tests.benchmarks.simulation_figure import figure
from tests.benchmarks.simulation_tables import fill_page, read_rows

DOCS = Path(__file__).parents[3] / "docs"
SAMPLES = 4_000
PAIRS = Scenario("ten pairs", 10, 2, 20, 0.90, 0.05)


def four_errors(rate: float, samples: int = SAMPLES) -> float:
    return 4 * math.sqrt(rate * (1 - rate) / samples)


@pytest.fixture(scope="module")
def random() -> np.random.Generator:
    return np.random.default_rng(41)


def test_the_default_interval_keeps_its_coverage_and_the_plain_one_does_not(random: np.random.Generator) -> None:
    rows, _ = simulated_intervals.simulate(PAIRS, SAMPLES, random)
    found = {row["method"]: row for row in rows}
    assert found["korn-graubard"]["coverage"] > 0.95 - four_errors(0.95)
    assert found["mean"]["coverage"] < 0.95 - four_errors(0.95) / 2
    assert found["mean"]["false_met"] > 0.05 + four_errors(0.05)


def test_wrong_verdicts_at_the_target_are_as_rare_as_promised(random: np.random.Generator) -> None:
    _, verdict = simulated_intervals.simulate(PAIRS, SAMPLES, random)
    assert verdict["false_met"] < 0.05 + four_errors(0.05)
    assert verdict["false_not_met"] < 0.05 + four_errors(0.05)
    assert verdict["power_met"] > verdict["false_met"] + 0.1


def test_looking_at_every_community_needs_a_rule(random: np.random.Generator) -> None:
    rows = {row["rule"]: row for row in simulated_looks.simulate(simulated_looks.WAVES[1], SAMPLES, random)}
    naive = rows["at every community, as if it were the end"]
    assert naive["ever_false_met"] > 0.10
    for rule in ("at four planned looks, Lan-DeMets", "at every community, limits of the sequence's error"):
        assert rows[rule]["ever_false_met"] < 0.05 + four_errors(0.05)
        assert rows[rule]["ever_false_not_met"] < 0.05 + four_errors(0.05)


def test_rank_sets_of_streets_with_five_communities_hold_with_t_and_not_with_normal_quantiles(
    random: np.random.Generator,
) -> None:
    streets = simulated_ranks.RANKINGS[2]
    rows = {(row["method"], row["quantiles"]): row for row in simulated_ranks.simulate(streets, 300, random, ["holm"])}
    assert streets.psus == 5
    assert rows["holm", "t"]["all_hold"] > 0.95 - four_errors(0.95, 300)
    assert rows["holm", "normal"]["all_hold"] < 0.95 - four_errors(0.95, 300)


def test_a_simulated_sample_is_estimated_as_a_plan_estimates_the_same_rows() -> None:
    """The simulation works on tables of communities; written out as rows they give the same figure."""
    import pandas as pd

    scenario = Scenario("three pairs", 3, 2, 9, 0.8, 0.1)
    drawn = draw(scenario, 1, np.random.default_rng(5))
    rows = [
        {"stratum": str(psu // 2), "psu": str(psu), "yes": int(person < drawn.yes[0, psu])}
        for psu in range(scenario.psus)
        for person in range(int(drawn.count[0, psu]))
    ]
    plan = {
        "design": {"strata": ["stratum"], "psu": ["psu"]},
        "indicators": [{"id": "yes", "item": "yes", "rule": "share"}],
    }
    (whole,) = run_plan(parse_plan(plan), frame=frame_of(pd.DataFrame(rows))).estimates
    share = estimate(scenario, drawn)
    assert [share.p[0], share.se[0], share.df[0]] == pytest.approx([whole.estimate, whole.se, whole.df], rel=1e-12)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_population_of_a_scenario_has_the_rate_that_it_states(scenario: Scenario) -> None:
    """Weighted yes over weighted base of very many communities; the tolerance is four times their spread."""
    many = replace(scenario, strata=1, psus_per_stratum=400)
    drawn: Drawn = draw(many, 50, np.random.default_rng(7))
    share = estimate(many, drawn)
    assert share.p.mean() == pytest.approx(scenario.rate, abs=4 * share.p.std(ddof=1) / math.sqrt(50))


def test_tables_and_figure_of_the_page_are_those_of_its_files() -> None:
    page = (DOCS / "simulation.md").read_text(encoding="utf-8")
    assert fill_page(page, DOCS / "simulation") == page
    drawn = (DOCS / "simulation" / "coverage.svg").read_text(encoding="utf-8")
    coverage = read_rows(DOCS / "simulation" / "coverage.csv")
    assert drawn.count("<circle") == 2 * 7 * len({row["scenario"] for row in coverage})
    assert figure([dict(row) for row in coverage]).count('class="bad"') == drawn.count('class="bad"')
