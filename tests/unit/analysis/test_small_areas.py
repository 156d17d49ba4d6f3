"""Fay-Herriot against a recorded reference fit, its limits, and its frequency properties in a simulation."""

import numpy as np
import pytest

from analysis.small_areas import SmallAreaError, fay_herriot, smoothed_variances

Y = [0.9008513871942, 0.91405080367, 0.9007623304823, 0.9450357184273, 0.9276381000934, 0.9139658959286]
Y += [0.9049902767463, 0.8787489469341, 0.9520447630755, 0.9281363495932, 0.9424557052751, 0.9258781540168]
D = [0.0003928749779271, 0.0004704363412113, 0.002219131778497, 0.0002131750878264, 0.0003072781799696]
D += [0.0003895632233491, 0.0007810128430735, 0.0007805243788759, 0.0004058218552976, 0.0003542662071728]
D += [0.0002121039246807, 0.0002198376901732]
X1 = [1, 0.6694214876033, 0.404958677686, 0.2066115702479, 0.07438016528926, 0.008264462809917]
X1 += X1[::-1]
X = [[1.0, x] for x in X1]
# Recorded from an independent fit (REML), stated to 1e-5.
SIGMA2 = 1.614460043117e-05
BETA = [0.9279647948482, -0.00332260858783]
EBLUP = [0.9237031286573, 0.9253527065711, 0.926432520217, 0.928528465625, 0.9277136872715, 0.9273813605237]
EBLUP += [0.9274725950966, 0.926725301363, 0.9282258797545, 0.92668539834, 0.9269228734741, 0.9247267443241]
MSE = [0.000205259879262, 0.0001348437079923, 6.622053739994e-05, 0.0002088990089564, 0.0001894347062237]
MSE += [0.0001820473195159, 0.0001419131350612, 0.000129179958423, 0.0001480946298157, 0.0001458954714567]
MSE += [0.0002069234581059, 0.0002568656209031]


def test_fit_equals_the_recorded_reference() -> None:
    fit = fay_herriot(Y, D, X)
    assert fit.sigma2_v == pytest.approx(SIGMA2, rel=1e-5)
    assert fit.beta == pytest.approx(BETA, rel=1e-6)
    assert fit.eblup == pytest.approx(EBLUP, rel=1e-7)
    assert fit.mse == pytest.approx(MSE, rel=1e-5)
    assert fit.label == "model-based"


def test_estimates_do_not_depend_on_the_order_of_areas() -> None:
    there, back = fay_herriot(Y, D, X), fay_herriot(Y[::-1], D[::-1], X[::-1])
    assert back.eblup[::-1] == pytest.approx(there.eblup, rel=1e-10)


def test_areas_that_differ_no_more_than_by_chance_get_the_regression() -> None:
    fit = fay_herriot([0.90, 0.91, 0.89, 0.90], [0.01] * 4, [[1]] * 4)
    assert fit.sigma2_v == 0.0
    assert fit.eblup == pytest.approx([0.9] * 4)
    assert np.all(fit.gamma == 0)


def test_exact_direct_estimates_are_kept() -> None:
    fit = fay_herriot([0.95, 0.80, 0.70, 0.99], [1e-9] * 4, [[1]] * 4)
    assert fit.eblup == pytest.approx([0.95, 0.80, 0.70, 0.99], abs=1e-6)


def test_stated_mse_is_the_error_of_repeated_samples() -> None:
    """60 areas, 400 samples: mean stated MSE within 8 % of the true one, and clearly below the direct variance."""
    rng = np.random.default_rng(20)
    x = np.column_stack([np.ones(60), np.linspace(-1, 1, 60)])
    variances = np.tile([0.0004, 0.0009, 0.0016], 20)
    errors, stated = [], []
    for _ in range(400):
        truth = x @ [0.85, 0.02] + rng.normal(0, 0.02, 60)
        fit = fay_herriot(truth + rng.normal(0, np.sqrt(variances)), variances, x)
        errors.append(np.mean((fit.eblup - truth) ** 2))
        stated.append(np.mean(fit.mse))
    assert np.mean(stated) == pytest.approx(np.mean(errors), rel=0.08)
    assert np.mean(errors) < 0.4 * variances.mean()


def test_smoothed_variances_use_the_pooled_rate() -> None:
    assert smoothed_variances(0.8, 2.0, [100, 50]) == pytest.approx([0.0032, 0.0064])


@pytest.mark.parametrize(
    ("y", "d", "x", "message"),
    [
        ([0.9, 0.8], [0.1], [[1], [1]], "expected y"),
        ([0.9, 0.8], [0.1, 0.0], [[1], [1]], "every D > 0"),
        ([0.9, float("nan")], [0.1, 0.1], [[1], [1]], "finite y"),
        ([0.9, 0.8], [0.1, 0.1], [[1, 0], [1, 1]], "more areas than columns"),
        ([0.9, 0.8, 0.7], [0.1] * 3, [[1, 2]] * 3, "full column rank"),
    ],
)
def test_unfit_inputs_are_refused(y: list[float], d: list[float], x: list[list[float]], message: str) -> None:
    with pytest.raises(SmallAreaError, match=message):
        fay_herriot(y, d, x)
    with pytest.raises(SmallAreaError, match="smoothed variances"):
        smoothed_variances(1.0, 1.0, [10])
