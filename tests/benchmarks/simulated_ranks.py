"""Coverage of the rank sets of streets, by repeated samples of communities in every street."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis.frame import Floats, Ints
from analysis.ranks import (
    RankSets,
    klein_wright_wieczorek,
    marginal_rank_sets,
    mogstad_romano_shaikh_wilhelm,
    pairwise_holm,
)
from tests.benchmarks.simulated_samples import Scenario, draw, estimate

ALPHA = 0.05
DRAWS = 2_000

Row = dict[str, str | float]
Method = Callable[[Floats, Floats, float, Floats | None], RankSets]

METHODS: dict[str, Method] = {
    "holm": pairwise_holm,
    "klein-wright-wieczorek": klein_wright_wieczorek,
    "mogstad-romano-shaikh-wilhelm": partial(mogstad_romano_shaikh_wilhelm, draws=DRAWS),
    "marginal": partial(marginal_rank_sets, draws=DRAWS),
}
EQUAL, STEPS = (0.85,) * 8, tuple(0.78 + 0.02 * k for k in range(8))
GROUPS = (0.80,) * 4 + (0.92,) * 4


@dataclass(frozen=True)
class Streets:
    """A ranking: one true rate for each street, and the same kind of sample of communities in each of them."""

    name: str
    rates: tuple[float, ...]
    psus: int
    size: int
    icc: float


RANKINGS = (
    Streets("eight equal streets of 30 communities", EQUAL, 30, 10, 0.03),
    Streets("eight equal streets of 10 communities", EQUAL, 10, 25, 0.03),
    Streets("eight equal streets of 5 communities", EQUAL, 5, 40, 0.03),
    Streets("eight equal streets at 96 %, 5 communities", (0.96,) * 8, 5, 30, 0.03),
    Streets("eight streets two points apart, 10 communities", STEPS, 10, 25, 0.03),
    Streets("two groups of four streets, 30 communities", GROUPS, 30, 20, 0.03),
    Streets("two groups of four streets, 5 communities", GROUPS, 5, 40, 0.03),
)


def true_ranks(rates: Floats) -> tuple[Ints, Ints]:
    """First and last place of each unit; equal units share all their places."""
    better = rates[None, :] > rates[:, None] + 1e-12
    worse = rates[None, :] < rates[:, None] - 1e-12
    return 1 + better.sum(axis=1), rates.shape[0] - worse.sum(axis=1)


def simulate(
    streets: Streets, samples: int, random: np.random.Generator, methods: Iterable[str] = tuple(METHODS)
) -> Iterator[Row]:
    """For each method, with t and with normal quantiles: how often the sets hold, and how wide they are."""
    drawn = [
        estimate(scenario, draw(scenario, samples, random))
        for scenario in (
            Scenario(streets.name, 1, streets.psus, streets.size, rate, streets.icc) for rate in streets.rates
        )
    ]
    p, se, df = (np.stack([getattr(one, name) for one in drawn], axis=1) for name in ("p", "se", "df"))
    first, last = true_ranks(np.array(streets.rates))
    for name in methods:
        for quantiles in ("t", "normal"):
            sets = [
                METHODS[name](p[k], np.diag(se[k] ** 2), ALPHA, df[k] if quantiles == "t" else None)
                for k in range(samples)
            ]
            held = np.array([(found.lowest <= first) & (found.highest >= last) for found in sets])
            yield {
                "streets": streets.name,
                "method": name,
                "quantiles": quantiles,
                "all_hold": float(held.all(axis=1).mean()),
                "each_holds": float(held.mean()),
                "places": float(np.mean([(found.highest - found.lowest + 1).mean() for found in sets])),
            }
