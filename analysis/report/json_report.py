"""estimates.json: the promised form of the results, full double precision. Step 8."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis.result import (
    SCHEMA_VERSION,
    AgainstRest,
    Contrast,
    Crosstab,
    Estimate,
    Ranking,
    Result,
    SmallAreaTable,
    Trend,
    TwoSamples,
)


def estimate_entry(estimate: Estimate) -> dict[str, Any]:
    """One figure with the keys of estimates.json; the first interval stands again beside the estimate."""
    entry = asdict(estimate)
    first = estimate.first
    entry["intervals"] = [asdict(interval) for interval in estimate.intervals]
    for key in ("lower", "upper", "method", "level"):
        entry[key] = getattr(first, key) if first else None
    entry["flags"] = list(estimate.flags)
    return entry


def contrast_entry(contrast: Contrast) -> dict[str, Any]:
    entry = asdict(contrast)
    return entry | {"between": list(contrast.between), "weights": list(contrast.weights), "flags": list(contrast.flags)}


def against_rest_entry(found: AgainstRest) -> dict[str, Any]:
    return asdict(found) | {"flags": list(found.flags)}


def crosstab_entry(crosstab: Crosstab) -> dict[str, Any]:
    return asdict(crosstab) | {"flags": list(crosstab.flags)}


def ranking_entry(ranking: Ranking) -> dict[str, Any]:
    entry = asdict(ranking)
    groups = [[dict(domain) for domain in group] for group in ranking.groups]
    entry |= {"over": list(ranking.over), "among": list(ranking.among)}
    return entry | {"ranked": [asdict(unit) for unit in ranking.ranked], "groups": groups}


def trend_entry(trend: Trend) -> dict[str, Any]:
    entry = asdict(trend)
    return {key: list(value) if isinstance(value, tuple) else value for key, value in entry.items()}


def small_areas_entry(table: SmallAreaTable) -> dict[str, Any]:
    entry = asdict(table)
    return {key: list(value) if isinstance(value, tuple) else value for key, value in entry.items()}


def two_samples_entry(found: TwoSamples) -> dict[str, Any]:
    """The assumptions stand once, not with every indicator."""
    compared = [{k: v for k, v in asdict(one).items() if k != "assumptions"} for one in found.compared]
    entry = asdict(found) | {"compared": compared}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in entry.items()}


def result_entry(result: Result) -> dict[str, Any]:
    """The whole document as plain dicts and lists."""
    weights = result.weights
    return {
        "schema_version": SCHEMA_VERSION,
        "plan_sha256": result.plan_sha256,
        "data_sha256": result.data_sha256,
        "software": result.software,
        "variance": result.variance,
        "rows": result.rows,
        "strata": result.design[0],
        "psus": result.design[1],
        "estimates": [estimate_entry(estimate) for estimate in result.estimates],
        "contrasts": [contrast_entry(contrast) for contrast in result.contrasts],
        "against_rest": [against_rest_entry(found) for found in result.against_rest],
        "crosstabs": [crosstab_entry(crosstab) for crosstab in result.crosstabs],
        "ranks": [ranking_entry(ranking) for ranking in result.ranks],
        "trends": [trend_entry(trend) for trend in result.trends],
        "small_areas": [small_areas_entry(table) for table in result.small_areas],
        "two_samples": two_samples_entry(result.two_samples) if result.two_samples else None,
        "decisions": dict(result.decisions),
        "weights": {
            "sum": weights.sum,
            "min": weights.min,
            "max": weights.max,
            "kish_deff": weights.kish_deff,
            "effective_n": weights.effective_n,
            "base": dict(weights.base),
            "steps": [_step(step) for step in weights.steps],
        },
        "warnings": list(result.warnings),
    }


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in step.items()}


def write_json(result: Result, folder: Path) -> None:
    """Writes estimates.json."""
    text = json.dumps(result_entry(result), ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "estimates.json").write_text(text + "\n", encoding="utf-8")
