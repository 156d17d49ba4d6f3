"""Error of a verdict when results are looked at during fieldwork, by repeated waves in which communities arrive."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from analysis.estimates.intervals import Proportions, share_interval
from analysis.frame import Bools, Floats
from analysis.looking import confidence_sequence, look_at_any_time, obrien_fleming_looks
from tests.benchmarks.simulated_samples import Drawn, Scenario, draw, estimate

ALPHA = 0.05
QUARTERS = (0.25, 0.5, 0.75, 1.0)
FIRST_LOOK = 6

Row = dict[str, str | float]

WAVES = (
    Scenario("24 communities of 20 at 85 %", 1, 24, 20, 0.85, 0.03),
    Scenario("24 communities of 20 at 90 %", 1, 24, 20, 0.90, 0.03),
    Scenario("24 communities of 20 at 95 %", 1, 24, 20, 0.95, 0.03),
    Scenario("60 communities of 15 at 80 %", 1, 60, 15, 0.80, 0.03),
    Scenario("60 communities of 15 at 90 %", 1, 60, 15, 0.90, 0.05),
    Scenario("60 communities of 40 at 90 %", 1, 60, 40, 0.90, 0.03),
)


def first_communities(wave: Scenario, drawn: Drawn, count: int) -> Proportions:
    """The estimates after `count` communities."""
    part = Drawn(drawn.yes[:, :count], drawn.base[:, :count], drawn.count[:, :count])
    return estimate(replace(wave, psus_per_stratum=count), part)


def simulate(wave: Scenario, samples: int, random: np.random.Generator) -> Iterator[Row]:
    """For each rule of looking: how often a wave is ever called met or not met although the rate is the target."""
    drawn = draw(wave, samples, random)
    looks = range(FIRST_LOOK, wave.psus + 1)
    seen = {count: first_communities(wave, drawn, count) for count in looks}
    fixed = _fixed(seen[wave.psus], ALPHA)
    naive = [_fixed(share, ALPHA) for share in seen.values()]
    quarters = [round(fraction * wave.psus) for fraction in QUARTERS]
    planned = obrien_fleming_looks([count / wave.psus for count in quarters], ALPHA)
    spending = [_fixed(seen[count], look.nominal_alpha) for count, look in zip(quarters, planned, strict=True)]
    sequence = [_sequence(share, count / wave.psus) for count, share in seen.items()]
    any_time = [
        _fixed(share, look_at_any_time(count / wave.psus, ALPHA).nominal_alpha) for count, share in seen.items()
    ]
    for rule, limits in (
        ("once, at the end", [fixed]),
        ("at every community, as if it were the end", naive),
        ("at four planned looks, Lan-DeMets", spending),
        ("at every community, normal confidence sequence", sequence),
        ("at every community, limits of the sequence's error", any_time),
        ("the same, and once at the end at the full error", [*any_time, fixed]),
    ):
        yield {
            "wave": wave.name,
            "rule": rule,
            "looks": len(limits),
            "ever_false_met": float(_ever([low > wave.rate for low, _ in limits]).mean()),
            "ever_false_not_met": float(_ever([high < wave.rate for _, high in limits]).mean()),
            "power_met": float(_ever([low >= wave.rate - 0.05 for low, _ in limits]).mean()),
        }


def _fixed(share: Proportions, alpha: float) -> tuple[Floats, Floats]:
    """The deciding interval, as after the last answer."""
    return share_interval("korn-graubard", 1 - 2 * alpha, share)


def _sequence(share: Proportions, fraction: float) -> tuple[Floats, Floats]:
    """The confidence sequence of every sample; it is linear in estimate and standard error."""
    radius = confidence_sequence(0.0, 1.0, fraction, level=1 - 2 * ALPHA)[1]
    return share.p - radius * share.se, share.p + radius * share.se


def _ever(crossed: list[Bools]) -> Bools:
    return np.asarray(np.any(crossed, axis=0))
