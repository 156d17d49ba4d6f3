"""recompute.R, part 5: every estimate, interval and verdict. Step 8."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analysis.plan import Plan
from analysis.plan_indicator import Indicator
from analysis.report.r.literal import r
from analysis.verdict_rule import nominal_alpha

MOST_CLAIMS = 1000  # verdicts of one family while fieldwork goes on


def figure_lines(plan: Plan) -> Iterator[str]:
    yield "# 5. Estimates: svymean, svyratio, svytotal in every domain; intervals as svyciprop; decisions"
    yield "indicators <- list(" + ("" if plan.indicators else ")")
    for indicator in plan.indicators:
        comment = f"  # {' '.join(indicator.label.split())}" if indicator.label else ""
        end = ")" if indicator is plan.indicators[-1] else ","
        yield f"  {r(indicator.id)} = {_indicator(indicator)}{end}{comment}"
    domains = ", ".join(r(list(spec)) for spec in dict.fromkeys(plan.domains))
    yield f"domains <- list({domains})"
    methods, levels = r(list(plan.interval.method)), r(list(plan.interval.level))
    yield f"study$alpha <- {r(nominal_alpha(plan.decisions))}  # one-sided error of a verdict"
    yield f"recomputed <- figures(study, indicators, domains, methods = {methods}, levels = {levels})"
    if plan.decisions.adjust == "holm" and plan.indicators:
        claims = "length(indicators) * nrow(recomputed)"
        errors = f"{r(plan.decisions.alpha)} / seq_len({claims})"
        if plan.decisions.looks is not None:
            errors = r([nominal_alpha(plan.decisions, plan.decisions.alpha / k) for k in range(1, MOST_CLAIMS + 1)])
        yield f"recomputed <- in_one_family(recomputed, indicators, errors = {errors})"


def _indicator(indicator: Indicator) -> str:
    keys: dict[str, Any] = {"id": indicator.id, "rule": indicator.rule}
    if indicator.rule == "any":
        keys["items"] = list(indicator.items or (str(indicator.item),))
    elif indicator.rule == "ratio":
        keys |= {"numerator": indicator.numerator, "denominator": indicator.denominator}
    else:
        keys["item"] = indicator.item
    if indicator.count is not None:
        keys["count"] = list(indicator.count)
    if indicator.values is not None:
        keys["values"] = indicator.values
    keys["exclude"] = list(indicator.exclude)
    if indicator.target is not None:
        keys |= {"operator": indicator.target.operator, "target": indicator.target.value}
    return "list(" + ", ".join(f"{key} = {r(value)}" for key, value in keys.items()) + ")"
