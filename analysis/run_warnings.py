"""What a reader of the figures must know about the weights, the design and the replicates of a run. Steps 5 to 7."""

from __future__ import annotations

from analysis.estimates.linearisation import VarianceMethod
from analysis.estimates.replication import Replication
from analysis.estimates.sample import Sample
from analysis.fault import shortened
from analysis.plan import Plan
from analysis.verdict_rule import nominal_alpha


def warnings_of(plan: Plan, sample: Sample, method: VarianceMethod) -> list[str]:
    """One line for each; empty when nothing needs saying."""
    found = list(sample.weighting.warnings)
    looks = plan.decisions.looks
    if looks and any(indicator.target for indicator in plan.indicators):
        found.append(
            f"decisions: fieldwork goes on; verdicts are reached at a one-sided error of "
            f"{nominal_alpha(plan.decisions):.3g} so that all looks together keep {plan.decisions.alpha:g}"
        )
    lonely = sample.design.lonely_strata
    if lonely:
        policy = plan.design.lonely_psu
        found.append(f"design: one PSU in stratum {shortened(lonely)}; treated by lonely_psu: {policy}")
    if isinstance(method, Replication) and method.unmet:
        found.append(
            f"replicates: some cannot meet {shortened(method.unmet)}; they keep the weights nearest to it, as in R"
        )
    if isinstance(method, Replication) and method.without_level:
        levels = shortened(method.without_level)
        found.append(f"replicates: nobody has a level of the margins: {levels}; the other levels are met")
    if isinstance(method, Replication) and method.without_domain:
        found.append(
            f"replicates: nobody of a domain answered: {shortened(method.without_domain)}; "
            "such a replicate counts for nothing in its standard error, as in R"
        )
    if sample.design.second is not None and not isinstance(method, Replication):
        single = int((sample.design.second.drawn == 1).sum())
        if single:
            found.append(f"design: {single} PSUs with one second-stage unit add nothing at the second stage")
    return found
