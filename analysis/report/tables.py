"""The rows of the tables that csv and xlsx share: one dict per figure, keys as in estimates.json. Step 8."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from analysis.estimates.domains import described
from analysis.result import AgainstRest, Contrast, Crosstab, Estimate, Ranking, Result, SmallAreaTable, Trend

Row = dict[str, Any]


def estimate_rows(result: Result) -> list[Row]:
    """One row for each figure and interval."""
    return [_estimate_row(estimate, k) for estimate in result.estimates for k in range(max(1, len(estimate.intervals)))]


def _estimate_row(estimate: Estimate, k: int) -> Row:
    interval = estimate.intervals[k] if estimate.intervals else None
    return {
        "indicator": estimate.indicator,
        "category": estimate.category,
        "domain": described(estimate.domain, ""),
        "rule": estimate.rule,
        "n": estimate.n,
        "n_base": estimate.n_base,
        "estimate": estimate.estimate,
        "se": estimate.se,
        "df": estimate.df,
        "deff": estimate.deff,
        "n_effective": estimate.n_effective,
        "method": interval.method if interval else None,
        "level": interval.level if interval else None,
        "lower": interval.lower if interval else None,
        "upper": interval.upper if interval else None,
        "operator": estimate.operator,
        "target": estimate.target,
        "decision": estimate.decision,
        "point_meets": estimate.point_meets,
        "dk_share": estimate.dk_share,
        "publishable": estimate.publishable,
        "disclosable": estimate.disclosable,
        "decision_alpha": estimate.decision_alpha,
        "more_answers": estimate.more_answers,
        "flags": "; ".join(estimate.flags),
    }


def contrast_rows(result: Result) -> list[Row]:
    return [_contrast_row(contrast) for contrast in result.contrasts]


def _contrast_row(contrast: Contrast) -> Row:
    return {
        "indicator": contrast.indicator,
        "between": " | ".join(described(where) for where in contrast.between),
        "weights": " | ".join(f"{weight:g}" for weight in contrast.weights),
        "estimate": contrast.estimate,
        "se": contrast.se,
        "df": contrast.df,
        "level": contrast.level,
        "lower": contrast.lower,
        "upper": contrast.upper,
        "p_value": contrast.p_value,
        "family": contrast.family,
        "p_adjusted": contrast.p_adjusted,
        "flags": "; ".join(contrast.flags),
    }


def against_rest_rows(result: Result) -> list[Row]:
    return [_against_rest_row(found) for found in result.against_rest]


def _against_rest_row(found: AgainstRest) -> Row:
    keys = ("rest", "difference", "se", "df", "level", "lower", "upper", "p_value", "p_adjusted")
    row: Row = {"indicator": found.indicator, "domain": described(found.domain)}
    return row | {key: getattr(found, key) for key in keys} | {"flags": "; ".join(found.flags)}


def trend_rows(result: Result) -> list[Row]:
    return [_trend_row(trend) for trend in result.trends]


def _trend_row(trend: Trend) -> Row:
    departure = trend.departure
    return {
        "indicator": trend.indicator,
        "over": trend.over,
        "domain": described(trend.within, ""),
        "levels": " | ".join(trend.levels),
        "scores": " | ".join(f"{score:g}" for score in trend.scores),
        "slope": trend.slope,
        "se": trend.se,
        "df": trend.df,
        "level": trend.level,
        "lower": trend.lower,
        "upper": trend.upper,
        "p_value": trend.p_value,
        "family": trend.family,
        "p_adjusted": trend.p_adjusted,
        "departure_p_value": departure.p_value if departure else None,
        "flags": "; ".join(trend.flags),
    }


def small_area_rows(result: Result) -> list[Row]:
    return [row for table in result.small_areas for row in _small_area_rows(table)]


def _small_area_rows(table: SmallAreaTable) -> list[Row]:
    return [
        {
            "indicator": table.indicator,
            "domain": described(area.domain),
            "n_base": area.n,
            "direct": area.direct,
            "se": area.se,
            "model_based": area.model_based,
            "rmse": area.rmse,
            "gamma": area.gamma,
            "flags": "; ".join(table.flags),
        }
        for area in table.areas
    ]


def two_samples_rows(result: Result) -> list[Row]:
    """One row for each share in both samples; the assumptions stand in estimates.json and in the report."""
    compared = result.two_samples.compared if result.two_samples else ()
    return [{k: v for k, v in asdict(one).items() if k != "assumptions"} for one in compared]


def crosstab_rows(result: Result) -> list[Row]:
    return [_crosstab_row(crosstab) for crosstab in result.crosstabs]


def _crosstab_row(crosstab: Crosstab) -> Row:
    keys = ("row", "column", "test", "n", "statistic", "df_num", "df_den", "p_value")
    return {key: getattr(crosstab, key) for key in keys} | {"flags": "; ".join(crosstab.flags)}


def rank_rows(result: Result) -> list[Row]:
    return [row for ranking in result.ranks for row in _rank_rows(ranking)]


def _rank_rows(ranking: Ranking) -> list[Row]:
    return [
        {
            "indicator": ranking.indicator,
            "domain": described(unit.domain),
            "estimate": unit.estimate,
            "se": unit.se,
            "rank": unit.rank,
            "lowest": unit.lowest,
            "highest": unit.highest,
            "method": ranking.method,
            "level": ranking.level,
        }
        for unit in ranking.ranked
    ]


def step_rows(result: Result) -> list[Row]:
    """One row for each weighting step; the history of errors as a JSON list."""
    return [_step_row(step) for step in result.weights.steps]


def _step_row(step: Mapping[str, Any]) -> Row:
    return {key: json.dumps(value) if isinstance(value, list | tuple) else value for key, value in step.items()}


TABLES: dict[str, Callable[[Result], list[Row]]] = {
    "estimates": estimate_rows,
    "contrasts": contrast_rows,
    "against_rest": against_rest_rows,
    "trends": trend_rows,
    "crosstabs": crosstab_rows,
    "ranks": rank_rows,
    "small_areas": small_area_rows,
    "two_samples": two_samples_rows,
    "weighting_steps": step_rows,
}
