"""Weighting steps on their own: totals are met, bounds hold, textbook numbers come out, failures are told."""

import numpy as np
import pytest

from analysis.weights.classes import Grouping
from analysis.weights.linear import Linear
from analysis.weights.logit import Logit
from analysis.weights.newton import Distance, calibrate
from analysis.weights.poststratify import poststratify
from analysis.weights.rake import rake
from analysis.weights.raking import Raking
from analysis.weights.trim import trim

ROWS = Grouping(np.array([0, 0, 1, 1]), 2)
COLUMNS = Grouping(np.array([0, 1, 0, 1]), 2)
X = np.array([[1.0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]])


def test_poststratified_cells_sum_to_their_population() -> None:
    totals = np.array([[10.0], [30.0], [5.0], [15.0]])
    factor = poststratify(totals, ROWS, np.array([[80.0], [10.0]]))
    assert factor[:, 0].tolist() == [2.0, 2.0, 0.5, 0.5]


def test_raking_a_two_by_two_table_keeps_its_odds_ratio() -> None:
    """Deming and Stephan's property: margins move, the association stays."""
    start = np.array([[20.0], [10.0], [5.0], [25.0]])
    raked = rake(start, [ROWS, COLUMNS], [np.array([[60.0], [40.0]]), np.array([[50.0], [50.0]])], 1e-13, 1000)
    table = (start * raked.factor)[:, 0]
    assert raked.converged
    assert ROWS.sums(table) == pytest.approx([60, 40], rel=1e-12)
    assert COLUMNS.sums(table) == pytest.approx([50, 50], rel=1e-12)
    assert table[0] * table[3] / (table[1] * table[2]) == pytest.approx(20 * 25 / (10 * 5), rel=1e-10)
    assert list(raked.history) == sorted(raked.history, reverse=True)


def test_raking_that_cannot_converge_names_the_worst_level() -> None:
    """A structural zero makes these margins contradict each other."""
    start = np.array([[20.0], [0.0], [0.0], [25.0]])
    raked = rake(start, [ROWS, COLUMNS], [np.array([[60.0], [40.0]]), np.array([[50.0], [50.0]])], 1e-10, 50)
    assert not raked.converged
    assert len(raked.history) == 50
    assert (raked.worst_margin, raked.worst_level) in {(0, 0), (0, 1), (1, 0), (1, 1)}


@pytest.mark.parametrize(
    "distance", [Linear(), Linear(0.4, 1.6), Raking(), Raking(0.4, 1.6), Logit(0.4, 1.6)], ids=repr
)
def test_every_distance_meets_the_totals(distance: Distance) -> None:
    weight = np.array([20.0, 10.0, 5.0, 25.0])
    population = np.array([33.0, 27.0, 30.0, 30.0])
    found = calibrate(weight, X, population, distance, 1e-12, 100)
    assert found.converged
    assert X.T @ (weight * found.factor) == pytest.approx(population, rel=1e-10)
    lower, upper = getattr(distance, "lower", -np.inf), getattr(distance, "upper", np.inf)
    assert ((found.factor >= lower) & (found.factor <= upper)).all()


@pytest.mark.parametrize("distance", [Linear(0.5, 1.5), Raking(0.5, 1.5), Logit(0.5, 1.5)], ids=repr)
def test_the_integral_of_a_distance_has_the_ratio_as_its_slope(distance: Distance) -> None:
    u = np.linspace(-2, 2, 41)
    step = 1e-6
    slope = (distance.integral(u + step) - distance.integral(u - step)) / (2 * step)
    assert slope == pytest.approx(distance.ratio(u), abs=1e-6)
    inner = np.abs(u) < 0.3
    bend = (distance.ratio(u + step) - distance.ratio(u - step)) / (2 * step)
    assert bend[inner] == pytest.approx(distance.slope(u)[inner], abs=1e-6)


def test_raking_distance_and_iterative_raking_give_the_same_weights() -> None:
    weight = np.array([20.0, 10.0, 5.0, 25.0])
    newton = calibrate(weight, X, np.array([60.0, 40.0, 50.0, 50.0]), Raking(), 1e-13, 100)
    margins = [np.array([[60.0], [40.0]]), np.array([[50.0], [50.0]])]
    swept = rake(weight[:, None], [ROWS, COLUMNS], margins, 1e-14, 1000)
    assert newton.factor == pytest.approx(swept.factor[:, 0], rel=1e-10)


def test_weights_far_off_scale_are_rescaled_before_calibration() -> None:
    weight = np.array([20.0, 10.0, 5.0, 25.0]) / 1e4
    found = calibrate(weight, X, np.array([60.0, 40.0, 50.0, 50.0]), Logit(0.3, 2.5), 1e-12, 100)
    assert found.converged
    assert found.rescaled_by > 20


def test_totals_that_bounds_cannot_meet_do_not_converge() -> None:
    weight = np.array([20.0, 10.0, 5.0, 25.0])
    found = calibrate(weight, X, np.array([90.0, 10.0, 50.0, 50.0]), Logit(0.8, 1.2), 1e-12, 100)
    assert not found.converged


def test_one_pass_of_trimming_may_push_others_over_the_bound_and_strict_does_not() -> None:
    weight, rows = np.array([1.0, 5.9, 12.0]), np.ones(3)
    once = trim(weight, rows, 0.0, 6.0, strict=False)
    strict = trim(weight, rows, 0.0, 6.0, strict=True)
    assert once.weight.tolist() == pytest.approx([4.0, 8.9, 6.0])
    assert not once.within
    assert strict.weight.tolist() == pytest.approx([6.0, 6.0, 6.0]) or strict.weight.max() <= 6.0
    assert strict.weight.sum() == pytest.approx(18.0) or not strict.within


def test_bounds_below_the_mean_weight_cannot_hold() -> None:
    assert not trim(np.array([4.0, 8.0]), np.ones(2), 0.0, 5.0, strict=True).within


def test_a_first_step_beyond_a_bound_finds_its_way_back() -> None:
    """Two sexes by three ages; Newton's first step takes one age to the upper bound, where its slope is 0."""
    x = np.array(
        [[1, 0, 1, 0, 0], [1, 0, 0, 1, 0], [1, 0, 0, 0, 1], [0, 1, 1, 0, 0], [0, 1, 0, 1, 0], [0, 1, 0, 0, 1.0]]
    )
    weight = np.array([67.06, 146.76, 107.05, 50.29, 99.4, 36.28])
    goal = np.array([444.711, 274.257, 230.62, 266.96, 221.388])
    found = calibrate(weight, x, goal, Raking(0.4284, 2.3562), 1e-12, 500)
    assert found.converged and len(found.history) < 20
    assert x.T @ (weight * found.factor) == pytest.approx(goal, rel=1e-9)
    assert found.factor.max() < 2.1  # R's calibrate: 2.045
