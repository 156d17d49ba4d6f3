"""How many respondents a decision or a margin of error needs under the planned design (step 2 of the flow).

Sources: normal-approximation power of a one-sample test of a share (Fleiss, Levin & Paik 2003, §2.5); design effects
Kish 1965, Gabler-Häder-Lahiri 1999; at least 8 degrees of freedom, NCHS review rule (Parker et al. 2017).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

LARGEST_SAMPLE = 1e10  # more people than there are; a plan beyond it is a slip of the pen
REVIEW_DF = 8  # below it the NCHS rules ask for a review of every figure


class PlanningError(ValueError):
    """A planning figure outside its range; the message names it."""


@dataclass(frozen=True)
class Stratum:
    """A stratum to plan for: its name, its persons (or dwellings), and the standard deviation of the item there."""

    name: str
    population: int
    deviation: float = 1.0

    def __post_init__(self) -> None:
        if not self.name or self.population < 1 or not 0 <= self.deviation < math.inf:
            raise PlanningError(
                f"stratum {self.name or '(without a name)'}: expected a name, a population of 1 or more and a "
                f"deviation of 0 or more, found {self.population} and {self.deviation:g}"
            )


@dataclass(frozen=True)
class Clusters:
    """The planned first stage: answers per PSU, number of strata, and optionally a lower bound on PSUs."""

    per_psu: float
    strata: int = 1

    def __post_init__(self) -> None:
        if not (1 <= self.per_psu < math.inf and self.strata >= 1):
            raise PlanningError(f"clusters: expected per_psu >= 1 and strata >= 1, found {self.per_psu}, {self.strata}")


@dataclass(frozen=True)
class SampleSize:
    """A planned size. `n_srs`, `n_design`, `n_fpc` are unrounded: simple random, times deff, finite population.

    `respondents` is the number of answers, `contacts` the number of persons to draw at the planned response rate.
    With clusters, `psus` and `df` = psus - strata are given, and z was replaced by t with that df.
    """

    n_srs: float
    n_design: float
    n_fpc: float
    respondents: int
    contacts: int
    psus: int | None = None
    df: int | None = None


def planned_deff(per_psu: float, icc: float, cv_weights: float = 0.0) -> float:
    """Design effect to plan with: (1 + (per_psu - 1) icc)(1 + cv_weights²) (Kish 1965; Gabler-Häder-Lahiri 1999).

    `per_psu` answers per community, `icc` intraclass correlation of the item, `cv_weights` coefficient of variation
    of the weights. Raises PlanningError.

    >>> planned_deff(20, 0.05, 0.5)
    2.4375
    """
    if not (1 <= per_psu < math.inf and -1 <= icc <= 1 and 0 <= cv_weights < math.inf):
        raise PlanningError(
            f"deff: expected per_psu >= 1, -1 <= icc <= 1, cv_weights >= 0, found {per_psu}, {icc}, {cv_weights}"
        )
    deff = (1 + (per_psu - 1) * icc) * (1 + cv_weights**2)
    if deff <= 0:
        raise PlanningError(f"deff: icc {icc} is impossible with {per_psu} answers per PSU")
    return deff


def size_to_decide(
    expected: float,
    target: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    deff: float = 1.0,
    population: float | None = None,
    response_rate: float = 1.0,
    clusters: Clusters | None = None,
) -> SampleSize:
    """Respondents so that a true rate `expected` is told apart from `target` with the wanted power.

    n_srs = [z_{1-alpha} sqrt(T(1-T)) + z_{power} sqrt(p(1-p))]² / (p - T)²; n_design = n_srs deff; with a population
    of N persons n_fpc = n_design / (1 + (n_design - 1)/N), to be used only if the variance uses the fpc as well.
    `alpha` is one-sided. Above the target the wanted verdict is "met", below it "not met". Raises PlanningError.

    >>> size_to_decide(0.92, 0.90, deff=1.8, population=2000, response_rate=0.6).respondents
    1080
    """
    for name, share in (("expected", expected), ("target", target), ("alpha", alpha), ("power", power)):
        _check_share(name, share)
    if expected == target:
        raise PlanningError(f"expected: no sample tells {expected} from a target of {target}; plan with a difference")
    if alpha >= 0.5 or power < 0.5:
        raise PlanningError(f"expected alpha below 0.5 and power of 0.5 or more, found {alpha} and {power}")

    def n_srs(quantile: Callable[[float], float]) -> float:
        under_target = quantile(1 - alpha) * math.sqrt(target * (1 - target))
        under_expected = quantile(power) * math.sqrt(expected * (1 - expected))
        return ((under_target + under_expected) / (expected - target)) ** 2

    return _size(n_srs, deff, population, response_rate, clusters)


def size_for_margin(
    expected: float,
    margin: float,
    *,
    level: float = 0.95,
    deff: float = 1.0,
    population: float | None = None,
    response_rate: float = 1.0,
    clusters: Clusters | None = None,
) -> SampleSize:
    """Respondents so that the interval of a share is about `expected` -+ `margin` at the confidence level.

    n_srs = z² p(1-p)/m², then deff and finite population as in `size_to_decide`. Raises PlanningError.

    >>> size_for_margin(0.5, 0.03, deff=2).respondents
    2135
    """
    for name, share in (("expected", expected), ("margin", margin), ("level", level)):
        _check_share(name, share)

    def n_srs(quantile: Callable[[float], float]) -> float:
        return float(quantile((1 + level) / 2) ** 2 * expected * (1 - expected) / margin**2)

    return _size(n_srs, deff, population, response_rate, clusters)


def _check_share(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise PlanningError(f"{name}: expected a share between 0 and 1, found {value}")


def _size(
    n_srs: Callable[[Callable[[float], float]], float],
    deff: float,
    population: float | None,
    response_rate: float,
    clusters: Clusters | None,
) -> SampleSize:
    if not 0 < deff < math.inf:
        raise PlanningError(f"deff: expected a number above 0, found {deff}")
    if population is not None and not population >= 1:
        raise PlanningError(f"population: expected at least 1 person, found {population}")
    if not 0 < response_rate <= 1:
        raise PlanningError(f"response_rate: expected a share above 0 and up to 1, found {response_rate}")

    def steps(quantile: Callable[[float], float]) -> tuple[float, float, float]:
        simple = n_srs(quantile)
        design = simple * deff
        return simple, design, design if population is None else design / (1 + (design - 1) / population)

    if steps(_normal_quantile)[1] > LARGEST_SAMPLE:
        raise PlanningError(f"size: more than {LARGEST_SAMPLE:.0e} answers; plan with a larger difference or margin")
    psus = None if clusters is None else _psus_needed(lambda df: steps(_t_quantile(df))[2], clusters)
    df = None if clusters is None or psus is None else psus - clusters.strata
    simple, design, final = steps(_normal_quantile if df is None else _t_quantile(df))
    return SampleSize(
        n_srs=simple,
        n_design=design,
        n_fpc=final,
        respondents=max(1, math.ceil(final - 1e-9)),
        contacts=max(1, math.ceil(final / response_rate - 1e-9)),
        psus=psus,
        df=df,
    )


def _psus_needed(n_at: Callable[[int], float], clusters: Clusters) -> int:
    """The smallest number of PSUs whose answers suffice at the t quantile with their own degrees of freedom.

    Every PSU more brings answers and makes t and with it the need smaller, so the first number that suffices is the
    fixed point of the iteration "size -> PSUs -> df -> t -> size", which itself can run in circles. Found by bisection.
    """

    def suffices(psus: int) -> bool:
        return psus * clusters.per_psu >= n_at(psus - clusters.strata) - 1e-9

    low = clusters.strata + REVIEW_DF
    if suffices(low):
        return low
    high = 2 * low
    while not suffices(high):
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high


def _normal_quantile(q: float) -> float:
    from scipy import special

    return float(special.ndtri(q))


def _t_quantile(df: int) -> Callable[[float], float]:
    from scipy import special

    return lambda q: float(special.stdtrit(df, q))
