"""Linear trends over ordered domains of town.csv against R (trend.R makes trend.json): slope, error, tests."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from tests.reference.agreement import agree

HERE = Path(__file__).parent
R = json.loads((HERE / "trend.json").read_text(encoding="utf-8"))
DESIGN = {"weight": "w", "strata": ["stratum"], "psu": ["psu"], "nest": True, "lonely_psu": "remove"}
OFTEN = {"id": "x", "item": "often", "rule": "share"}
SCORE = {"id": "x", "item": "score", "rule": "mean"}
SCORES = {"16-39": 25, "40-59": 50, "60+": 70}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "equal steps": (OFTEN, {"over": "age"}, {}),
    "given scores": (OFTEN, {"over": "age", "scores": SCORES}, {}),
    "means": (SCORE, {"over": "age"}, {}),
    "jackknife": (OFTEN, {"over": "age"}, {"replicates": {"type": "jkn", "mse": True}}),
    "first wave": (OFTEN, {"over": "age", "within": {"wave": 1}}, {}),
    "two waves": (OFTEN, {"over": "wave"}, {}),
}


@pytest.mark.parametrize("name", CASES)
def test_trend_equals_r(name: str) -> None:
    indicator, trend, design = CASES[name]
    plan = {
        "data": {"file": "town.csv"},
        "design": DESIGN | design,
        "subset": {"column": "stratum", "not_in": ["S5"]},
        "indicators": [indicator],
        "trends": [{"indicator": "x"} | trend],
    }
    (found,) = run_plan(parse_plan(plan), folder=HERE).trends
    expected = R[name]
    method = f"trend, {name}"
    agree(method, "estimate", found.slope, expected["slope"], rel=1e-9)
    agree(method, "standard error", found.se, expected["se"], rel=1e-9)
    assert found.df == expected["df"]
    agree(method, "test", found.p_value, expected["p_value"], rel=1e-8)
    if "f" in expected:
        assert found.departure is not None
        agree(method, "test", found.departure.statistic, expected["f"], rel=1e-7)
        agree(method, "test", found.departure.p_value, expected["p_departure"], rel=1e-7)
    else:
        assert found.departure is None
