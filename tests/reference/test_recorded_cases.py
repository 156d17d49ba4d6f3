"""R's recorded answers in the folder MINYI_TRUTH (cases.json, expected.json, data, margins), through plans."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from analysis.fault import FaultsFound
from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from analysis.result import Estimate, Result
from tests.reference.agreement import agree

FOLDER = os.environ.get("MINYI_TRUTH")
ROOT = Path(FOLDER or ".")
METHODS = ["logit", "asin", "beta", "mean", "xlogit", "wilson"]
CASES: dict[str, Any] = json.loads((ROOT / "cases.json").read_text()) if FOLDER else {"cases": []}
EXPECTED: dict[str, Any] = json.loads((ROOT / "expected.json").read_text())["cases"] if FOLDER else {}
needs_folder = pytest.mark.skipif(not FOLDER, reason="MINYI_TRUTH names no folder with recorded cases")


def margin(part: dict[str, Any]) -> dict[str, Any]:
    with (ROOT / "margins" / f"{part['table']}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    totals: dict[str, Any] = {}
    for row in rows:
        level = totals
        for name in part["vars"][:-1]:
            level = level.setdefault(row[name], {})
        level[row[part["vars"][-1]]] = float(row["Freq"])
    return {"by": part["vars"], "totals": totals}


def step(part: dict[str, Any]) -> dict[str, Any]:
    if part["op"] == "poststratify":
        return {"method": "poststratify", "margins": [margin(part["margin"])]}
    if part["op"] == "trim":
        return {"method": "trim", **{key: value for key, value in part.items() if key != "op"}}
    margins = [margin(one) for one in part["margins"]]
    if part.get("numeric"):
        name = part["numeric"]["var"]
        with (ROOT / "margins" / f"{part['numeric']['table']}.csv").open(newline="") as file:
            total = {row["total"]: float(row["value"]) for row in csv.DictReader(file)}[name]
        margins.append({"numeric": name, "total": total})
    common = {"margins": margins, "tolerance": part["epsilon"], "max_iterations": part["maxit"]}
    if part["op"] == "rake":
        return {"method": "rake", **common}
    bounds = {"bounds": part["bounds"]} if part.get("bounds") else {}
    return {"method": part["calfun"], **common, **bounds}


def design(case: dict[str, Any]) -> dict[str, Any]:
    known = CASES["designs"][case["design"]]
    plan = {
        "weight": known["weights"],
        "strata": known["strata"] or [],
        "psu": (known["ids"] or [])[:1],
        "nest": known["nest"],
        "lonely_psu": case["lonely_psu"],
        "lonely_in_domains": case["adjust_domain_lonely"],
    }
    if known["fpc"]:
        plan["fpc"] = known["fpc"][0]
        if known["ids"] and len(known["ids"]) > 1 and len(known["fpc"]) > 1:
            plan["second_stage"] = {"psu": known["ids"][1:2], "fpc": known["fpc"][1]}
    if case["replicate"]:
        replicate = CASES["replicates"][case["replicate"]]
        plan["replicates"] = {"type": replicate["type"].lower(), "mse": replicate["mse"]}
    return plan


RULES = {"prop": "share", "mean": "mean", "total": "total", "dist": "distribution", "contrast": "share"}


def plan_of(case: dict[str, Any]) -> dict[str, Any]:
    estimator = case["estimator"]
    if estimator["kind"] == "ratio":
        indicator = {"id": "x", "rule": "ratio", "numerator": estimator["num"], "denominator": estimator["den"]}
    else:
        indicator = {"id": "x", "rule": RULES[estimator["kind"]], "item": estimator["var"]}
    plan: dict[str, Any] = {
        "data": {"file": str(ROOT / "data" / f"{CASES['designs'][case['design']]['data']}.csv")},
        "design": design(case),
        "calibration": [step(part) for part in CASES["weightings"][case["weighting"]]],
        "indicators": [indicator],
        "domains": [[case["by"]] if case["by"] else []],
        "interval": {"method": METHODS, "level": [0.90, 0.95]},
    }
    if case["where"]:
        plan["subset"] = case["where"]
    if estimator["kind"] == "contrast":
        between = [{estimator["by"]: level} for level in estimator["levels"]]
        plan["contrasts"] = [{"indicator": "x", "between": between, "weights": estimator["coef"]}]
    return plan


@needs_folder
@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: str(case["id"]))
def test_recorded_case(case: dict[str, Any]) -> None:
    expected = EXPECTED[case["id"]]
    if "error" in expected:
        with pytest.raises(FaultsFound):
            run_plan(parse_plan(plan_of(case)))
        return
    result = run_plan(parse_plan(plan_of(case)))
    for row in expected["rows"]:
        if case["estimator"]["kind"] == "contrast":
            assert_contrast(result, row)
        elif case["estimator"]["kind"] == "dist":
            assert_distribution(result, row)
        else:
            wanted = [row["domain"]] if "domain" in row else []
            (found,) = [part for part in result.estimates if list(part.domain.values()) == wanted]
            assert_figure(found, row, case)


def assert_contrast(result: Result, row: dict[str, Any]) -> None:
    (found,) = result.contrasts
    agree("recorded: contrast", "estimate", found.estimate, row["estimate"], rel=1e-8)
    agree("recorded: contrast", "standard error", found.se, row["se"], rel=1e-8)
    assert found.df == row["df"]
    agree("recorded: contrast", "limits", [found.lower, found.upper], row["ci_t"]["90"], rel=1e-8)


def assert_distribution(result: Result, row: dict[str, Any]) -> None:
    assert [part.category for part in result.estimates] == row["levels"]
    estimates, errors = ([getattr(part, name) for part in result.estimates] for name in ("estimate", "se"))
    agree("recorded: distribution", "estimate", estimates, row["estimate"], rel=1e-8)
    agree("recorded: distribution", "standard error", errors, row["se"], rel=1e-8, abs=1e-12)


def assert_figure(found: Estimate, row: dict[str, Any], case: dict[str, Any]) -> None:
    """Degenerate rows: the estimate alone. Replicates: R's df is the rank of a matrix, so only equal df compare."""
    method = f"recorded: {case['estimator']['kind']}, {case['weighting']}, {case['replicate'] or 'linearised'}"
    agree(method, "estimate", found.estimate, row["estimate"], rel=1e-8)
    assert found.n == row["n_rows"]
    if row.get("degenerate"):
        return
    agree(method, "standard error", found.se, row["se"], rel=1e-8)
    if "deff_replace" in row:
        agree(method, "deff", found.deff, row["deff_replace"], rel=2e-8)
    if case["replicate"] and found.df != row["df"]:
        return
    assert found.df == row["df"]
    for interval in found.intervals:
        level = f"{100 * interval.level:g}"
        limits = row["ci_t"][level] if interval.method == "t" else row["ci"][interval.method][level]
        agree(f"interval {interval.method}", "limits", [interval.lower, interval.upper], limits, rel=3e-8)
