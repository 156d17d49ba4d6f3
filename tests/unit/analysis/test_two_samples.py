"""Drawn and self-selected sample: the pseudo-weight equation, bias removed, bias found, errors as large as stated."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, special

from analysis.two_samples.compare import compare_samples
from analysis.two_samples.pseudo_weights import pseudo_weights
from analysis.two_samples.samples import DrawnSample, TwoSamplesError, VolunteerSample

POPULATION = 40_000


def same(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return weights


class City:
    """A population whose young people scan posters more often; item 0 depends on age only, item 1 on scanning too."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.rng = rng
        self.community = rng.integers(0, 80, POPULATION)
        self.age = rng.integers(0, 3, POPULATION)
        level = rng.normal(0, 0.03, 80)[self.community]
        self.y = np.column_stack(
            [
                rng.random(POPULATION) < np.clip(np.array([0.70, 0.85, 0.95])[self.age] + level, 0, 1),
                rng.random(POPULATION) < 0.85,
            ]
        ).astype(float)
        self.x = np.column_stack([np.ones(POPULATION), self.age == 1, self.age == 2]).astype(float)

    def drawn(self) -> DrawnSample:
        chosen = np.concatenate([self.rng.choice(40, 10, replace=False) + 40 * h for h in (0, 1)])
        rows = np.concatenate([self.rng.choice(np.flatnonzero(self.community == c), 30, replace=False) for c in chosen])
        sizes = np.bincount(self.community, minlength=80)[self.community[rows]]
        return DrawnSample(
            self.x[rows], self.y[rows], 4.0 * sizes / 30, self.community[rows] // 40, self.community[rows]
        )

    def volunteers(self) -> VolunteerSample:
        # Whoever is content with item 1 scans 2.5 times as often: bias that no matching variable explains.
        chance = np.array([0.06, 0.025, 0.008])[self.age] * np.where(self.y[:, 1] == 1, 2.5, 1.0)
        rows = self.rng.random(POPULATION) < chance
        return VolunteerSample(self.x[rows], self.y[rows])


def test_pseudo_weights_solve_the_participation_equation() -> None:
    city = City(1)
    drawn, volunteers = city.drawn(), city.volunteers()
    weights = pseudo_weights(volunteers.x, drawn.x, drawn.weights)
    found = optimize.root(
        lambda t: (drawn.weights * special.expit(drawn.x @ t)) @ drawn.x - volunteers.x.sum(axis=0), np.full(3, -3.0)
    )
    assert found.success
    assert weights == pytest.approx(1 / special.expit(volunteers.x @ found.x), rel=1e-6)
    # With indicator variables the weighted volunteers reproduce the drawn sample's age distribution.
    assert weights @ volunteers.x == pytest.approx(drawn.weights @ drawn.x, rel=1e-8)


def test_multiplicities_count_like_repeated_rows() -> None:
    city = City(2)
    drawn, volunteers = city.drawn(), city.volunteers()
    times = np.arange(len(volunteers.x)) % 3
    repeated = pseudo_weights(np.repeat(volunteers.x, times, axis=0), drawn.x, drawn.weights)
    counted = pseudo_weights(volunteers.x, drawn.x, drawn.weights, multiplicity=times)
    assert np.repeat(counted, times) == pytest.approx(repeated, rel=1e-8)


def test_matching_removes_the_bias_it_can_and_the_diagnostic_shows_the_bias_it_cannot() -> None:
    city = City(3)
    by_age, by_opinion = compare_samples(
        city.drawn(), city.volunteers(), ["cleanliness", "order"], rake_drawn=same, rake_volunteers=same, replicates=150
    )
    truth = city.y.mean(axis=0)
    assert by_age.volunteers_unweighted < truth[0] - 0.05
    assert abs(by_age.volunteers - truth[0]) < 3 * by_age.se_volunteers
    assert by_age.p_holm > 0.05
    assert by_opinion.difference > 0.05
    assert by_opinion.p_holm < 0.01
    assert by_opinion.share_drawn > 0.8
    for found in (by_age, by_opinion):
        low, high = sorted((found.drawn, found.volunteers))
        assert low <= found.blend <= high
        assert found.rmse_blend <= found.se_drawn + 1e-12
        assert len(found.assumptions) == 4


def test_bootstrap_errors_are_as_large_as_the_spread_over_repeated_samples() -> None:
    """40 pairs of samples from one city: mean stated error within 30 % of the true spread (its own noise is 11 %)."""
    city = City(4)
    rates, stated = [], []
    for seed in range(40):
        found = compare_samples(
            city.drawn(),
            city.volunteers(),
            ["cleanliness", "order"],
            rake_drawn=same,
            rake_volunteers=same,
            replicates=30,
            seed=seed,
        )
        rates.append([(c.drawn, c.volunteers, c.difference) for c in found])
        stated.append([(c.se_drawn, c.se_volunteers, c.se_difference) for c in found])
    ratio = np.mean(stated, axis=0) / np.std(rates, axis=0)
    assert np.all((ratio > 0.7) & (ratio < 1.3)), ratio


def test_raking_handed_in_is_used_in_both_samples() -> None:
    city = City(5)
    drawn, volunteers = city.drawn(), city.volunteers()
    totals = city.x.sum(axis=0) - np.array([city.x[:, 1:].sum(), 0, 0])

    def rake_to(x: NDArray[np.float64]) -> object:
        groups = x[:, 1] + 2 * x[:, 2]

        def rake(weights: NDArray[np.float64]) -> NDArray[np.float64]:
            factor = totals[:, None] / np.array([weights[groups == g].sum(axis=0) for g in range(3)])
            return np.asarray(weights * factor[groups.astype(int)])

        return rake

    (found, _) = compare_samples(
        drawn,
        volunteers,
        ["cleanliness", "order"],
        rake_drawn=rake_to(drawn.x),  # type: ignore[arg-type]
        rake_volunteers=rake_to(volunteers.x),  # type: ignore[arg-type]
        replicates=60,
    )
    by_age = [volunteers.y[volunteers.x[:, 1] + 2 * volunteers.x[:, 2] == g, 0].mean() for g in range(3)]
    assert found.volunteers == pytest.approx(np.average(by_age, weights=totals))


def test_a_group_nobody_of_which_was_drawn_is_an_error_that_names_the_remedy() -> None:
    x = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    with pytest.raises(TwoSamplesError, match="merge groups of the matching variables"):
        pseudo_weights(x, np.array([[1.0, 0.0]] * 5), np.full(5, 100.0))


def test_unfit_samples_are_refused() -> None:
    city = City(6)
    drawn, volunteers = city.drawn(), city.volunteers()
    options = {"rake_drawn": same, "rake_volunteers": same}
    with pytest.raises(TwoSamplesError, match="the same matching variables and 1 items"):
        compare_samples(drawn, volunteers, ["a"], **options)  # type: ignore[arg-type]
    lonely = DrawnSample(drawn.x, drawn.y, drawn.weights, drawn.psu, drawn.psu)
    with pytest.raises(TwoSamplesError, match="one PSU; merge it"):
        compare_samples(lonely, volunteers, ["a", "b"], **options)  # type: ignore[arg-type]
    silent = VolunteerSample(volunteers.x, np.full_like(volunteers.y, np.nan))
    with pytest.raises(TwoSamplesError, match="volunteers: expected answers to a"):
        compare_samples(drawn, silent, ["a", "b"], **options)  # type: ignore[arg-type]
    with pytest.raises(TwoSamplesError, match="without gaps"):
        compare_samples(drawn, VolunteerSample(volunteers.x * np.nan, volunteers.y), ["a", "b"], **options)  # type: ignore[arg-type]
