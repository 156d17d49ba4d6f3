"""Looking at results before fieldwork ends, without making the error of the verdict larger (step 7 of the flow).

Either the looks are fixed beforehand and the error is spent over them (Lan-DeMets), or any number of looks is allowed
and the interval is a confidence sequence. Without one of the two there is no verdict before the end.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri  # scipy.stats and scipy.optimize take long to import

_NODES = 200  # Gauss-Legendre nodes per look; 400 and 800 give the same boundaries to 1e-12
_FAR = 9.0  # standard deviations below zero at which the density is cut; 1e-19 lies beyond


class LookingError(ValueError):
    """Information fractions that do not grow, or an error probability outside 0..0.5."""


@dataclass(frozen=True)
class Look:
    """One planned look: decide there with one-sided error `nominal_alpha` (limits at level 1 - 2 nominal_alpha).

    `fraction` is information now / information at the end = V_end / V_now; `spent` the error used up to and
    including this look; `z` the boundary that the test statistic must reach.
    """

    fraction: float
    spent: float
    z: float
    nominal_alpha: float


def spent_error(fraction: float, alpha: float = 0.05) -> float:
    """One-sided error spent at an information fraction, O'Brien-Fleming type (Lan & DeMets 1983).

    alpha(t) = 2 - 2 Phi(z_{1-alpha/2} / sqrt t); at and beyond t = 1 all of alpha.

    >>> round(spent_error(0.5), 7)
    0.0055746
    """
    if fraction >= 1:
        return alpha
    return float(2 * ndtr(ndtri(alpha / 2) / math.sqrt(fraction)))


def obrien_fleming_looks(fractions: Sequence[float], alpha: float = 0.05) -> tuple[Look, ...]:
    """Boundaries z_k with P(no crossing before k, Z_k >= z_k) = alpha(t_k) - alpha(t_{k-1}) when the claim is false.

    The score S = Z sqrt(t) has independent normal increments of variance t_k - t_{k-1}; its density below the earlier
    boundaries is carried on by numerical integration (Armitage-McPherson-Rowe 1969; Jennison & Turnbull 2000, ch. 19).
    A boundary depends only on looks already taken, so that the call can be repeated with the fractions really met.
    The last look takes what is left when its fraction is 1 or more. Raises LookingError.

    >>> [round(look.z, 3) for look in obrien_fleming_looks([0.25, 0.5, 0.75, 1.0], alpha=0.05)]
    [3.75, 2.54, 2.016, 1.72]
    """
    _check(fractions, alpha)
    looks: list[Look] = []
    nodes = np.zeros(1)
    mass = np.ones(1)  # the score is 0 with certainty before the first answer
    before, spent = 0.0, 0.0
    for fraction in fractions:
        step, root = math.sqrt(fraction - before), math.sqrt(fraction)
        now = spent_error(fraction, alpha)
        bound = _boundary(nodes, mass, step, root, now - spent)
        looks.append(Look(fraction, now, bound / root, float(ndtr(-bound / root))))
        nodes, mass = _carry(nodes, mass, step, -_FAR * root, bound)
        before, spent = fraction, now
    return tuple(looks)


def _check(fractions: Sequence[float], alpha: float) -> None:
    if not 0 < alpha < 0.5:
        raise LookingError(f"alpha: expected a one-sided error between 0 and 0.5, found {alpha}")
    ahead = [0.0, *fractions]
    if not fractions or any(later <= earlier for earlier, later in zip(ahead, fractions, strict=False)):
        raise LookingError(f"fractions: expected growing numbers above 0, found {list(fractions)}")
    if any(fraction >= 1 for fraction in fractions[:-1]):
        raise LookingError("fractions: all error is spent at fraction 1; expected no look after it")


def _boundary(
    nodes: NDArray[np.float64], mass: NDArray[np.float64], step: float, root: float, increment: float
) -> float:
    from scipy.optimize import brentq  # imported by those who planned looks

    def excess(bound: float) -> float:
        return float(mass @ ndtr((nodes - bound) / step)) - increment

    return float(brentq(excess, -_FAR * root, 38 * root, xtol=1e-13, rtol=1e-13))


def _carry(
    nodes: NDArray[np.float64], mass: NDArray[np.float64], step: float, low: float, high: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, w = _gauss()
    points = (high - low) / 2 * x + (high + low) / 2
    density = np.exp(-(((points[:, None] - nodes[None, :]) / step) ** 2) / 2) @ mass / (step * math.sqrt(2 * math.pi))
    return points, density * w * (high - low) / 2


@functools.cache
def _gauss() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, w = np.polynomial.legendre.leggauss(_NODES)
    return x, w


def look_at_any_time(fraction: float, alpha: float = 0.05) -> Look:
    """A look that needs no plan: the nominal error at which all looks together, however many, keep `alpha`.

    The multiplier z is that of the confidence sequence below; deciding with the Korn-Graubard limits at level
    1 - 2 nominal_alpha instead of estimate -+ z se lets few degrees of freedom and rates near 1 count. With looks at
    every community from the sixth on, a false "met" came in at most 2 % of simulated waves so, against up to 15 %
    with the normal limits (docs/simulation.md). Raises LookingError.

    >>> round(look_at_any_time(1.0).nominal_alpha, 5)
    0.00286
    """
    _check([fraction], alpha)
    z = confidence_sequence(0.0, 1.0, fraction, level=1 - 2 * alpha)[1]
    return Look(fraction, alpha, z, float(ndtr(-z)))


def confidence_sequence(estimate: float, se: float, fraction: float, *, level: float = 0.90) -> tuple[float, float]:
    """Limits that hold at all looks together, however many, for a share or mean with design-based `se`.

    estimate -+ se sqrt{ 2 (u+1)/u ln( sqrt(u+1) / a ) }, a = 1 - level, u = c · fraction,
    c = -2 ln a + ln(1 - 2 ln a): narrowest at the planned end, fraction = V_end / V_now = 1 (Waudby-Smith, Arbour,
    Sinha, Kennedy & Ramdas 2024, Annals of Statistics, asymptotic confidence sequences, with n rho² = u).
    Assumes a normal estimate at every look and communities that arrive in no particular order; the price is an
    interval about 1.7 times as wide as a fixed one at the end. Shares are cut to 0..1 by the caller. For drawing;
    verdicts on shares use look_at_any_time, because early on few communities are not normal. Raises LookingError.

    >>> [round(limit, 4) for limit in confidence_sequence(0.9, 0.01, 1.0, level=0.90)]
    [0.8724, 0.9276]
    """
    a = 1 - level
    if not (0 < a < 1 and fraction > 0 and se >= 0):
        raise LookingError(
            f"expected 0 < level < 1, fraction > 0 and se >= 0, found level {level}, fraction {fraction}, se {se}"
        )
    u = fraction * (-2 * math.log(a) + math.log(1 - 2 * math.log(a)))
    radius = se * math.sqrt(2 * (u + 1) / u * math.log(math.sqrt(u + 1) / a))
    return estimate - radius, estimate + radius
