"""Families of verdicts and interim looks: recorded adjusted p-values, published boundaries, error under peeking."""

import numpy as np
import pytest
from scipy import stats

from analysis.looking import LookingError, confidence_sequence, look_at_any_time, obrien_fleming_looks, spent_error
from analysis.multiplicity import Method, MultiplicityError, adjusted_p_values, holm_claims

P = [0.0004, 0.011, 0.012, 0.03, 0.041, 0.049, 0.2, 0.5, 0.77, 0.011]
# R's p.adjust
ADJUSTED: dict[Method, list[float]] = {
    "bonferroni": [0.004, 0.11, 0.12, 0.3, 0.41, 0.49, 1, 1, 1, 0.11],
    "holm": [0.004, 0.099, 0.099, 0.18, 0.205, 0.205, 0.6, 1, 1, 0.099],
    "hochberg": [0.004, 0.084, 0.084, 0.18, 0.196, 0.196, 0.6, 0.77, 0.77, 0.084],
    "BH": [0.004, 0.03, 0.03, 0.06, 0.06833333333333, 0.07, 0.25, 0.5555555555556, 0.77, 0.03],
    "BY": [
        *(0.01171587301587, 0.08786904761905, 0.08786904761905, 0.1757380952381, 0.2001461640212),
        *(0.2050277777778, 0.7322420634921, 1, 1, 0.08786904761905),
    ],
}


@pytest.mark.parametrize("method", list(ADJUSTED))
def test_adjusted_p_values_equal_r(method: Method) -> None:
    assert adjusted_p_values(P, method) == pytest.approx(ADJUSTED[method], rel=1e-12)


@pytest.mark.parametrize("method", list(ADJUSTED))
def test_a_family_of_none_and_of_one_is_left_as_it_is(method: Method) -> None:
    assert adjusted_p_values([], method).size == 0
    assert adjusted_p_values([0.03], method).tolist() == [0.03]


def test_undefined_p_values_are_refused() -> None:
    with pytest.raises(MultiplicityError, match="between 0 and 1"):
        adjusted_p_values([0.1, float("nan")])


def test_holm_on_limits_accepts_what_holm_on_p_values_accepts() -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        p = rng.beta(0.3, 3, size=8)
        claims = {i: lambda level, v=v: bool(v <= level) for i, v in enumerate(p)}
        assert holm_claims(claims) == set(np.flatnonzero(adjusted_p_values(p, "holm") <= 0.05))


def test_holm_on_exact_limits_gives_fewer_verdicts_than_each_alone() -> None:
    """Twelve districts, 250 answers each: lower Clopper-Pearson limits against a target of 90 %."""
    successes = [244, 240, 238, 237, 236, 235, 234, 233, 230, 228, 225, 220]

    def met(x: int, level: float) -> bool:
        return bool(stats.beta.ppf(level, x, 250 - x + 1) >= 0.9)

    alone = {x for x in successes if met(x, 0.05)}
    together = holm_claims({x: lambda level, x=x: met(x, level) for x in successes})
    assert together == {244, 240, 238, 237}
    assert alone == {244, 240, 238, 237, 236, 235, 234}


def test_an_error_probability_outside_its_range_is_refused() -> None:
    with pytest.raises(MultiplicityError, match="alpha"):
        holm_claims({}, alpha=0.0)


def test_boundaries_equal_the_published_ones() -> None:
    """Lan-DeMets, O'Brien-Fleming type, five equal looks, 0.025 on a side (Reboussin et al. 2000, program ld98)."""
    looks = obrien_fleming_looks([0.2, 0.4, 0.6, 0.8, 1.0], alpha=0.025)
    assert [look.z for look in looks] == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)


def test_boundaries_at_five_percent_equal_an_independent_program() -> None:
    looks = obrien_fleming_looks([0.25, 0.5, 0.75, 1.0])
    assert [look.z for look in looks] == pytest.approx([3.74955, 2.53993, 2.01604, 1.72014], abs=5e-5)
    assert [look.spent for look in looks] == pytest.approx([8.85754e-5, 0.0055746, 0.0236251, 0.05], rel=1e-5)


def test_one_look_at_the_end_is_the_plain_test() -> None:
    (look,) = obrien_fleming_looks([1.0])
    assert look.z == pytest.approx(stats.norm.isf(0.05), abs=1e-9)
    assert look.nominal_alpha == pytest.approx(0.05, abs=1e-10)


def test_looks_together_make_exactly_the_planned_error() -> None:
    """200,000 simulated fieldworks, standard error 0.0005; and four naive looks make more than twice the error."""
    fractions = [0.3, 0.55, 0.8, 1.0]
    bounds = np.array([look.z for look in obrien_fleming_looks(fractions)])
    rng = np.random.default_rng(8)
    steps = np.sqrt(np.diff([0.0, *fractions]))
    z = np.cumsum(rng.normal(size=(200_000, 4)) * steps, axis=1) / np.sqrt(fractions)
    assert float((z >= bounds).any(axis=1).mean()) == pytest.approx(0.05, abs=0.002)
    assert float((z >= stats.norm.isf(0.05)).any(axis=1).mean()) > 0.10


@pytest.mark.parametrize("fractions", [[], [0.0, 1.0], [0.5, 0.5], [0.6, 0.4], [1.0, 1.2]])
def test_looks_that_do_not_grow_are_refused(fractions: list[float]) -> None:
    with pytest.raises(LookingError, match="fraction"):
        obrien_fleming_looks(fractions)


def test_nothing_is_left_to_spend_after_the_end() -> None:
    assert spent_error(1.3) == 0.05
    assert spent_error(0.01) < 1e-30


def test_confidence_sequence_holds_at_every_look_where_fixed_intervals_do_not() -> None:
    """A look after every 20 of 1,200 answers, true rate 0.9, 2,000 fieldworks: wrong at some look in at most 10 %."""
    rng = np.random.default_rng(6)
    n = np.arange(100, 1201, 20)
    share = np.cumsum(rng.random((2000, 1200)) < 0.9, axis=1)[:, n - 1] / n
    se = np.sqrt(share * (1 - share) / n)
    factor = np.array([confidence_sequence(0.0, 1.0, k / 1200, level=0.90)[1] for k in n])
    assert float((np.abs(share - 0.9) > factor * se).any(axis=1).mean()) <= 0.10
    assert float((np.abs(share - 0.9) > stats.norm.isf(0.05) * se).any(axis=1).mean()) > 0.30


def test_a_look_at_any_time_asks_for_more_the_earlier_it_is_and_more_than_one_fixed_test() -> None:
    looks = [look_at_any_time(fraction) for fraction in (0.1, 0.3, 0.6, 1.0)]
    assert [look.nominal_alpha for look in looks] == sorted(look.nominal_alpha for look in looks)
    assert looks[-1].nominal_alpha < 0.05 / 10
    assert looks[-1].z == pytest.approx(confidence_sequence(0.0, 1.0, 1.0, level=0.90)[1])
    with pytest.raises(LookingError, match="fractions"):
        look_at_any_time(0.0)


def test_confidence_sequence_refuses_nonsense() -> None:
    with pytest.raises(LookingError, match="fraction 0"):
        confidence_sequence(0.9, 0.01, 0.0)
