"""Coverage of the rank sets of streets, by repeated samples of communities in every street."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.frame import Floats, Ints
from analysis.ranks import (
    RankSets,
    klein_wright_wieczorek,
    mogstad_romano_shaikh_wilhelm,
    pairwise_bonferroni,
    pairwise_holm,
)
from tests.benchmarks.simulated_samples import Scenario, draw, estimate

ALPHA = 0.05
DRAWS = 4_000

Row = dict[str, str | float]


@dataclass(frozen=True)
class Street:
    """A ranking: one true rate for each street, and the same sample of communities in each of them."""

    name: str
    rates: tuple[float, ...]
    psus: int
    size: int
    icc: float


def _normal(estimates: Floats, covariance: Floats, alpha: float) -> RankSets:
    return mogstad_romano_shaikh_wilhelm(estimates, covariance, alpha, DRAWS)


METHODS: dict[str, Callable[[Floats, Floats, float], RankSets]] = {
    "holm": pairwise_holm,
    "bonferroni": pairwise_bonferroni,
    "klein-wright-wieczorek": klein_wright_wieczorek,
    "mogstad-romano-shaikh-wilhelm": _normal,
}

RANKINGS = (
    Street("eight equal streets, 30 communities", (0.85,) * 8, 30, 10, 0.03),
    Street("eight equal streets, 12 communities", (0.85,) * 8, 12, 20, 0.03),
    Street("eight equal streets, 5 communities", (0.85,) * 8, 5, 40, 0.03),
)


def true_ranks(rates: Floats) -> tuple[Ints, Ints]:
    """First and last place of each unit; equal units share all their places."""
    better = rates[None, :] > rates[:, None] + 1e-12
    worse = rates[None, :] < rates[:, None] - 1e-12
    return 1 + better.sum(axis=1), rates.shape[0] - worse.sum(axis=1)

if __name__ == "__main__":
    rng=np.random.default_rng(2)
    import time
    for st in RANKINGS:
        sh=[estimate(s, draw(s, 500, rng)) for s in (Scenario("", 1, st.psus, st.size, r, st.icc) for r in st.rates)]
        p=np.stack([x.p for x in sh],1); se=np.stack([x.se for x in sh],1)
        first,last=true_ranks(np.array(st.rates))
        for m,f in METHODS.items():
            t=time.process_time()
            sets=[f(p[k],np.diag(se[k]**2),ALPHA) for k in range(500)]
            ok=np.mean([(s.lowest<=first).all() and (s.highest>=last).all() for s in sets])
            w=np.mean([(s.highest-s.lowest+1).mean() for s in sets])
            print(st.name,m,ok,w,time.process_time()-t)
