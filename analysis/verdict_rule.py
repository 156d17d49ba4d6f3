"""The error at which verdicts are reached: looks during fieldwork, and many verdicts in one report. Step 7."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from analysis.decision import decide_mean, decide_share
from analysis.plan_decisions import Decisions
from analysis.result import Estimate, Verdict


def nominal_alpha(plan: Decisions, alpha: float | None = None) -> float:
    """The one-sided error to decide at now, so that all looks together keep `alpha` (the plan's, if left out)."""
    alpha = plan.alpha if alpha is None else alpha
    if plan.looks is None:
        return alpha
    from analysis.looking import look_at_any_time, obrien_fleming_looks

    if plan.looks.kind == "any_time":
        return look_at_any_time(plan.looks.fraction or 1.0, alpha).nominal_alpha
    return obrien_fleming_looks(plan.looks.fractions, alpha)[-1].nominal_alpha


def as_one_family(estimates: Sequence[Estimate], plan: Decisions) -> tuple[Estimate, ...]:
    """The estimates with verdicts that hold together (Holm 1979): "met" is one family of claims, "not met" another.

    A claim that single testing accepted and Holm's steps do not becomes undetermined, with a flag.
    """
    from analysis.multiplicity import holm_claims

    able = {k: one for k, one in enumerate(estimates) if _may_be_decided(one)}
    kept: set[int] = set()
    for verdict in ("met", "not_met"):
        kept |= holm_claims({k: _claim(one, verdict, plan) for k, one in able.items()}, plan.alpha)
    return tuple(_in_family(one, k in kept) for k, one in enumerate(estimates))


def _may_be_decided(one: Estimate) -> bool:
    return one.target is not None and one.publishable and one.estimate is not None and one.se is not None


def _claim(one: Estimate, verdict: str, plan: Decisions) -> Callable[[float], bool]:
    def holds(alpha: float) -> bool:
        return _verdict_at(one, nominal_alpha(plan, alpha)) == verdict

    return holds


def _verdict_at(one: Estimate, alpha: float) -> Verdict:
    estimate, se, target, operator = float(one.estimate or 0.0), float(one.se or 0.0), one.target, one.operator
    if target is None or operator is None:
        return "none"
    if one.rule in {"share", "any", "distribution"}:
        return decide_share(estimate, se, one.decision_df, one.n_base, target, operator, alpha)
    return decide_mean(estimate, se, one.decision_df, target, operator, alpha)


def _in_family(one: Estimate, kept: bool) -> Estimate:
    if one.decision not in {"met", "not_met"} or kept:
        return one
    flag = f"{one.decision.replace('_', ' ')} on its own, undetermined among all verdicts (Holm)"
    return replace(one, decision="undetermined", flags=(*one.flags, flag))
