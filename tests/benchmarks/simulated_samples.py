"""Samples of communities drawn again and again from a population whose rate is known: the ground of every simulation.

A sample is never more than a table of communities (PSUs) by weight class, so that ten thousand samples are one array.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis.design import Design
from analysis.estimates.intervals import Proportions
from analysis.estimates.variance import scaled_deviations, variances
from analysis.frame import Floats

CLASSES = 3
BATCH = 2_500


@dataclass(frozen=True)
class Scenario:
    """A design and a true rate. The design is drawn anew each time: communities, their levels, people, answers.

    `size`: people asked in each community, in every second one `1 - uneven` and in the others `1 + uneven` times that;
    `icc`: likeness of answers within a community (its rate is beta-distributed around `rate`); `weight_cv`: spread of
    the weights over three classes of people; `informative`: how much less the heavy class says yes; `domain`: share of
    the people who are in the subgroup that is estimated.
    """

    name: str
    strata: int
    psus_per_stratum: int
    size: int
    rate: float
    icc: float
    uneven: float = 0.0
    weight_cv: float = 0.0
    informative: float = 0.0
    domain: float = 1.0

    @property
    def psus(self) -> int:
        return self.strata * self.psus_per_stratum

    @property
    def people(self) -> int:
        """People expected in the base of the estimate."""
        return round(self.psus * self.size * self.domain)

    @cached_property
    def sizes(self) -> Floats:
        """People asked in each community, shape (PSUs,)."""
        sign = np.where(np.arange(self.psus) % 2 == 0, -1, 1)
        return np.maximum(np.round(self.size * (1 + self.uneven * sign)), 1)

    @cached_property
    def class_weights(self) -> Floats:
        """Weights of three equally frequent classes with mean 1 and the coefficient of variation `weight_cv`."""
        return 1 + self.weight_cv * np.sqrt(1.5) * np.array([-1.0, 0.0, 1.0])

    @cached_property
    def class_factor(self) -> Floats:
        """What multiplies a community's rate in each class."""
        return 1 - self.informative * np.array([0.0, 0.5, 1.0])

    @cached_property
    def mean_level(self) -> float:
        """Mean rate of the communities, so that the weighted rate of the population is exactly `rate`."""
        return float(self.rate / (self.class_weights @ self.class_factor) * CLASSES)

    @cached_property
    def design(self) -> Design:
        """The design of the communities alone; the variance needs no more."""
        stratum = np.repeat(np.arange(self.strata), self.psus_per_stratum)
        drawn = np.full(self.strata, float(self.psus_per_stratum))
        names = tuple(str(h) for h in range(self.strata))
        infinite = np.full(self.strata, np.inf)
        return Design(
            np.ones(self.psus), np.arange(self.psus), stratum, names, drawn, infinite, None, "fail", False, True, True
        )


@dataclass(frozen=True)
class Drawn:
    """Weighted sums by sample and community, shape (samples, PSUs): yes, base; and unweighted counts."""

    yes: Floats
    base: Floats
    count: Floats


def draw(scenario: Scenario, samples: int, random: np.random.Generator) -> Drawn:
    """`samples` samples of the scenario."""
    parts = []
    for start in range(0, samples, BATCH):
        parts.append(_draw(scenario, min(BATCH, samples - start), random))
    return Drawn(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("yes", "base", "count")))


def _draw(scenario: Scenario, samples: int, random: np.random.Generator) -> Drawn:
    shape = (samples, scenario.psus)
    level = np.full(shape, scenario.mean_level)
    if scenario.icc > 0:
        spread = 1 / scenario.icc - 1
        level = random.beta(scenario.mean_level * spread, (1 - scenario.mean_level) * spread, shape)
    asked = np.broadcast_to(scenario.sizes.astype(np.int64), shape)
    if scenario.domain < 1:
        asked = random.binomial(asked, scenario.domain)
    people = random.multinomial(asked, np.full(CLASSES, 1 / CLASSES)) if scenario.weight_cv else asked[..., None]
    weights = scenario.class_weights if scenario.weight_cv else np.ones(1)
    factor = scenario.class_factor if scenario.weight_cv else np.ones(1)
    yes = random.binomial(people, level[..., None] * factor)
    return Drawn(yes @ weights, people @ weights, asked.astype(np.float64))


def estimate(scenario: Scenario, drawn: Drawn) -> Proportions:
    """Shares with linearised standard errors by the project's own variance, each of shape (samples,)."""
    total = drawn.base.sum(axis=1)
    with np.errstate(invalid="ignore"):
        p = drawn.yes.sum(axis=1) / total
        influence = (drawn.yes - p[:, None] * drawn.base) / total[:, None]
    se = np.sqrt(variances(scaled_deviations(scenario.design, influence.T)))
    answered = drawn.count.sum(axis=1)
    present = drawn.count > 0
    strata = np.logical_or.reduceat(present, scenario.design.starts, axis=1)
    df = (present.sum(axis=1) - strata.sum(axis=1)).astype(np.float64)
    p = np.where(p > 1 - 1e-12, 1.0, p)  # a sum of weights over itself is one up to rounding
    return Proportions(p, se, df, answered, answered)


def first_psus(scenario: Scenario, psus_per_stratum: int) -> Scenario:
    """The same scenario with fewer communities in every stratum."""
    return replace(scenario, psus_per_stratum=psus_per_stratum)


SCENARIOS = (
    Scenario("four communities of 15", 1, 4, 15, 0.90, 0.02),
    Scenario("four communities of 40", 1, 4, 40, 0.95, 0.03),
    Scenario("five communities of 12", 1, 5, 12, 0.915, 0.05),
    Scenario("six communities of 20", 1, 6, 20, 0.80, 0.05),
    Scenario("six communities of 40", 1, 6, 40, 0.90, 0.03),
    Scenario("eight communities of 10", 1, 8, 10, 0.85, 0.02),
    Scenario("eight communities of 25, high rate", 1, 8, 25, 0.97, 0.03),
    Scenario("two strata of four", 2, 4, 25, 0.90, 0.05),
    Scenario("two strata of five, strong clusters", 2, 5, 30, 0.84, 0.10),
    Scenario("three pairs", 3, 2, 40, 0.90, 0.05),
    Scenario("four pairs, uneven sizes", 4, 2, 25, 0.88, 0.03, uneven=0.5),
    Scenario("four strata of three, strong clusters", 4, 3, 20, 0.93, 0.08),
    Scenario("five pairs, high rate", 5, 2, 20, 0.95, 0.02),
    Scenario("six strata of four, high rate", 6, 4, 30, 0.965, 0.04),
    Scenario("six strata of four, no clusters", 6, 4, 10, 0.80, 0.0),
    Scenario("ten pairs", 10, 2, 20, 0.90, 0.05),
    Scenario("ten strata of three, weights", 10, 3, 25, 0.85, 0.05, weight_cv=0.5),
    Scenario("twelve pairs, informative weights", 12, 2, 20, 0.92, 0.03, weight_cv=0.5, informative=0.06),
    Scenario("four strata of five, heavy weights", 4, 5, 20, 0.90, 0.03, weight_cv=0.8, informative=0.06),
    Scenario("two strata of three, weights", 2, 3, 40, 0.95, 0.05, weight_cv=0.5),
    Scenario("a quarter of twenty pairs", 20, 2, 20, 0.88, 0.05, domain=0.25),
    Scenario("a tenth of ten pairs", 10, 2, 30, 0.90, 0.05, domain=0.10),
    Scenario("a fifth of six strata, weights", 6, 3, 25, 0.95, 0.03, weight_cv=0.5, domain=0.20),
    Scenario("sixty communities of 40", 20, 3, 40, 0.91, 0.03),
    Scenario("sixty communities, heavy weights", 20, 3, 40, 0.97, 0.05, weight_cv=0.7),
    Scenario("sixty communities, uneven sizes", 30, 2, 15, 0.80, 0.10, uneven=0.6),
)
