"""Balanced half-samples of 2 to 36 strata against R (half_samples.R): the same replicates, also of ratios."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.hadamard import hadamard
from analysis.frame import frame_of
from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from tests.reference.agreement import agree

HERE = Path(__file__).parent
R = json.loads((HERE / "half_samples.json").read_text(encoding="utf-8"))
TOWN = pd.read_csv(HERE / "half_samples.csv")
COUPLES = "four a stratum in ten quarters, two in sixteen streets"


def of_case(name: str) -> tuple[pd.DataFrame, str, list[str], float]:
    """Rows, stratum column, PSU columns and rho of a case."""
    if name == COUPLES:
        couple = TOWN.couple.where(TOWN.number <= 20, TOWN.stratum)
        return TOWN.assign(couple=couple), "couple", ["stratum", "psu"], 0.0
    strata, rho = name.split(" strata, rho ")
    return TOWN[TOWN.number <= int(strata)], "stratum", ["psu"], float(rho)


@pytest.mark.parametrize("name", R)
def test_half_samples_equal_r(name: str) -> None:
    rows, stratum, psu, rho = of_case(name)
    replicates = {"type": "brr", "rho": rho, "mse": rho > 0 or name == COUPLES}
    plan: dict[str, Any] = {
        "design": {"weight": "w", "strata": [stratum], "psu": psu, "replicates": replicates},
        "indicators": [
            {"id": "q", "item": "q", "rule": "share"},
            {"id": "per_head", "rule": "ratio", "numerator": "visits", "denominator": "members"},
        ],
        "domains": [[], ["sex"]],
        "interval": {"method": ["logit"], "level": [0.95]},
    }
    figures = run_plan(parse_plan(plan), frame=frame_of(rows)).estimates
    (women,) = [figure for figure in figures if figure.indicator == "q" and figure.domain == {"sex": "F"}]
    (per_head,) = [figure for figure in figures if figure.indicator == "per_head" and not figure.domain]
    found = [women.estimate, women.se, per_head.estimate, per_head.se]
    expected = [R[name][key] for key in ("estimate", "se", "ratio", "ratio_se")]
    agree("half-samples", "estimate", found[::2], expected[::2], rel=1e-12)
    agree("half-samples", "standard error", found[1::2], expected[1::2], rel=1e-10)


@pytest.mark.parametrize(
    ("strata", "digest"),
    [
        (7, "0795e163f0fd2c47e2b70c5a491e3c19"),
        (27, "cdd9e5816b1ffcc18f55f6d9c53e89ad"),
        (36, "a111e619eafaa76ad550a69876a9e5f5"),
        (51, "2c1356c336de0875f866d5630828069e"),
        (97, "5e3c3fb13908f874a7ebcd6b7ffd03d7"),
        (200, "adf8d68e3897938c1d6097217bb18dc2"),
    ],
)
def test_hadamard_matrices_are_those_of_r(strata: int, digest: str) -> None:
    """Digests of `paste(t(hadamard(n)), collapse = "")` in R: of held, doubled, prime and twin matrices."""
    matrix = hadamard(strata)
    assert hashlib.md5("".join(map(str, matrix.ravel())).encode()).hexdigest() == digest
    signs = 2 * matrix - 1
    assert np.array_equal(signs @ signs.T, matrix.shape[0] * np.eye(matrix.shape[0]))
