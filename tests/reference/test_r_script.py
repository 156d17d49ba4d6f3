"""recompute.R, run by R on plans of every kind: each figure once more, equal to 1e-6. Skipped where there is no R.

One R process runs the scripts of all plans, because loading its packages takes longer than the figures.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from analysis.read import read_frame
from analysis.report.csv_report import write_csv
from analysis.report.r.script import write_r_script
from tests.reference.test_town import AGE, BOTH, FPC, GIVEN, INNER, MEMBERS, POSTSTRATIFY, RAKE, SEX, TWO_STAGE

HERE = Path(__file__).parent
HAS_R = shutil.which("Rscript") is not None
pytestmark = pytest.mark.skipif(not HAS_R, reason="Rscript is not installed; R is too heavy for the system packages")

ADJUST = {"weight": "w", "strata": ["stratum"], "psu": ["psu"], "lonely_psu": "adjust"}
JKN = ADJUST | {"replicates": {"type": "jkn"}}
TRIM = {"method": "trim", "lower": 8, "upper": 70, "strict": True}
KEEP = RAKE | {"missing": "keep", "margins": [SEX, {"by": ["some_age"], "totals": AGE["totals"]}]}
PARTLY = {"method": "poststratify", "missing": "keep", "margins": [{"by": ["some_age"], "totals": AGE["totals"]}]}
INDICATORS: list[dict[str, Any]] = [
    {"id": "q", "item": "q", "rule": "share", "target": {"operator": ">", "value": 0.7}},
    {"id": "high", "item": "score", "rule": "share", "count": [4, 5], "exclude": [1],
     "target": {"operator": ">=", "value": 0.4}},
    {"id": "score", "item": "score", "rule": "mean", "values": {5: 100, 4: 80, 3: 60, 2: 30}, "exclude": [1],
     "target": {"operator": ">", "value": 40}},
    {"id": "visits", "item": "visits", "rule": "total"},
    {"id": "per_head", "rule": "ratio", "numerator": "visits", "denominator": "members"},
    {"id": "either", "items": ["q", "often"], "rule": "any", "count": [1]},
    {"id": "scores", "item": "score", "rule": "distribution"},
]  # fmt: skip
FEW = [INDICATORS[k] for k in (0, 4)]
EVERY = {"indicators": INDICATORS, "domains": [[], ["dom"], ["stratum", "sex"]]}
INTERVALS = ["korn-graubard", "logit", "beta", "likelihood", "asin", "xlogit", "wilson", "mean"]


def calibrated(kind: str, **more: Any) -> dict[str, Any]:
    return {"method": kind, "margins": [SEX, AGE], "tolerance": 1e-12, "max_iterations": 500, **more}


SELECTION = {"psu": "pi_psu", "unit": "pi_unit", "eligible": "members", "interviewed": "asked", "cap": 3}
NONRESPONSE = {"method": "nonresponse", "status": "status", "classes": ["stratum", "sex"], "minimum": 4, "maximum": 3}
TARGETS = [one | {"target": {"operator": ">", "value": value}} for one, value in zip(
    INDICATORS[:3], (0.63, 0.45, 52.0), strict=True)]  # fmt: skip
HOLM = {
    "indicators": TARGETS,
    "domains": [[], ["stratum"], ["sex"], ["age"]],
    "decisions": {"adjust": "holm"},
    "ranks": [],
}

PLANS: dict[str, dict[str, Any]] = {
    "plain sample": {"design": {}},
    "stratum left out": INNER | EVERY | {"interval": {"method": INTERVALS, "level": [0.95, 0.90]}},
    "two stages": {"design": TWO_STAGE},
    "finite population": {"design": FPC | {"lonely_psu": "adjust"}},
    **{f"lonely {name}": {"design": ADJUST | {"lonely_psu": name}} for name in ("remove", "average", "certainty")},
    "lonely in domains": {"design": ADJUST | {"lonely_in_domains": True}},
    "poststratified": {"calibration": [POSTSTRATIFY]},
    "poststratified, some missing": {"calibration": [PARTLY]},
    "raked": {"calibration": [RAKE], "against_rest": [{"indicator": one, "over": ["dom", "age"]} for one in
                                                      ("q", "per_head")]},
    "raked, some missing": {"calibration": [KEEP]},
    "raked, trimmed, raked": {"calibration": [RAKE, TRIM, RAKE]},
    "raked, then trimmed once": {"calibration": [RAKE, TRIM | {"strict": False}]},
    "linear": {"calibration": [calibrated("linear", margins=[SEX, AGE, MEMBERS])]},
    "linear within bounds": {"calibration": [calibrated("linear", bounds=[0.55, 1.2])]},
    "raking": {"calibration": [calibrated("raking")]},
    "logit": {"calibration": [calibrated("logit", bounds=[0.3, 3])]},
    "linear, margins that follow from others": {"calibration": [calibrated("linear", margins=[SEX, BOTH])]},
    "poststratified, then linear": {"calibration": [POSTSTRATIFY, calibrated("linear")]},
    "jackknife": {"design": JKN, "domains": [[], ["dom"], ["stratum", "sex"]]},
    "jackknife, remove": {"design": JKN | {"lonely_psu": "remove"}},
    "jackknife, average": {"design": JKN | {"lonely_psu": "average", "fpc": "pop_psus"}},
    "jackknife, raked with some missing, trimmed, raked": {"design": JKN, "calibration": [KEEP, TRIM, KEEP]},
    "jackknife, poststratified with some missing": {"design": JKN, "calibration": [PARTLY]},
    "jackknife, logit": {"design": JKN, "calibration": [calibrated("logit", bounds=[0.3, 3])]},
    "jackknife without strata": {"design": {"weight": "w", "psu": ["stratum", "psu"], "replicates": {"type": "jk1"}}},
    "bootstrap": {"design": ADJUST | {"replicates": {"type": "bootstrap", "number": 40}}, "calibration": [RAKE]},
    "given replicates": {"design": {"weight": "w", "replicates": GIVEN}},
    "given replicates, raked": {"design": ADJUST | {"replicates": GIVEN}, "calibration": [RAKE]},
    "base weights from the drawing": {"design": {k: v for k, v in ADJUST.items() if k != "weight"}
                                      | {"selection": SELECTION}},
    "bootstrap of weights from the drawing": {"design": {"strata": ["stratum"], "psu": ["psu"], "selection": SELECTION,
                                              "replicates": {"type": "bootstrap", "number": 30}}},
    "nonresponse": {"calibration": [NONRESPONSE]} | {"domains": [[], ["dom"], ["stratum"]]},
    "nonresponse, two stages": {"design": TWO_STAGE | {"lonely_psu": "remove"}, "calibration": [NONRESPONSE]},
    "nonresponse, raked": {"calibration": [NONRESPONSE, RAKE], "indicators": INDICATORS},
    "nonresponse, linear, poststratified": {"calibration": [NONRESPONSE, calibrated("linear"), POSTSTRATIFY]},
    "nonresponse, jackknife, raked": {"design": JKN, "calibration": [NONRESPONSE, RAKE]},
    "nonresponse in a subset": {"calibration": [NONRESPONSE], "subset": {"column": "age", "in": ["16-39", "60+"]}},
    "verdicts of one family": HOLM,
    "verdicts of one family while fieldwork goes on": HOLM
    | {"decisions": {"adjust": "holm", "looks": {"kind": "any_time", "fraction": 0.6}}},
    "half samples": {"data": {"file": "pairs.csv"}, "design": ADJUST | {"replicates": {"type": "brr", "rho": 0.3}},
                     "indicators": [INDICATORS[0]], "domains": [[], ["stratum"]], "crosstabs": [], "contrasts": [],
                     "against_rest": [],
                     "ranks": []},
}  # fmt: skip


def write_plan_folder(folder: Path, parts: Mapping[str, Any]) -> None:
    tree: dict[str, Any] = {
        "data": {"file": "town.csv"},
        "design": ADJUST,
        "indicators": FEW,
        "domains": [[], ["stratum"]],
        "interval": {"method": ["korn-graubard", "logit"], "level": 0.95},
        "contrasts": [{"indicator": "q", "between": [{"dom": "east"}, {"dom": "west"}]}],
        "against_rest": [{"indicator": "q", "over": ["dom", "stratum"], "level": 0.9}],
        "crosstabs": [{"row": "often", "column": "sex"}],
        "ranks": [
            {"indicator": "q", "over": ["stratum"]},
            {"indicator": "per_head", "over": ["dom"], "method": "klein-wright-wieczorek"},
        ],
    }
    plan = parse_plan(tree | dict(parts))
    folder.mkdir()
    for name in plan.data.file:
        text = (HERE / name).read_text(encoding="utf-8").splitlines()
        if name == "town.csv":
            text = [f"{line},{','.join(_more(k, line.split(',')))}" for k, line in enumerate(text)]
        (folder / name).write_text("\n".join(text) + "\n", encoding="utf-8")
    result = run_plan(plan, folder=folder)
    write_csv(result, folder)
    write_r_script(plan, read_frame(plan, folder), folder)


def _more(k: int, cells: list[str]) -> list[str]:
    """More columns: ages of which every ninth is missing, chances to be drawn, and who of the cases answered."""
    if k == 0:
        return ["some_age", "pi_psu", "pi_unit", "asked", "status"]
    nobody = {0: "nonrespondent", 3: "unknown eligibility", 8: "ineligible", 11: "nonrespondent"}
    return ["" if k % 9 == 0 else cells[7], "0.2", f"{1 / float(cells[5]):.6f}", "1", nobody.get(k % 14, "respondent")]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What R printed for each plan; its last line says how it ended."""
    root = tmp_path_factory.mktemp("r")
    for k, parts in enumerate(PLANS.values()):
        write_plan_folder(root / str(k), parts)
    (root / "all.R").write_text(
        "for (k in commandArgs(TRUE)) {\n"
        '  cat("==== ", k, "\\n", sep = "")\n'
        '  tryCatch(source(file.path(k, "recompute.R"), chdir = TRUE, local = new.env()),\n'
        '           error = function(fault) cat("FAILED", conditionMessage(fault), "\\n"))\n'
        "}\n"
    )
    command = ["Rscript", "all.R", *map(str, range(len(PLANS)))]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, run.stderr
    parts = run.stdout.split("==== ")[1:]
    assert len(parts) == len(PLANS)
    return dict(zip(PLANS, parts, strict=True))


@pytest.mark.parametrize("name", PLANS)
def test_r_recomputes_every_figure_of_a_plan(name: str, printed: dict[str, str]) -> None:
    text = printed[name]
    assert "FAILED" not in text, text
    found = re.search(r"^largest difference (\S+)$", text, re.MULTILINE)
    assert found is not None, text
    print(f"{name}: largest difference {found[1]}")
    assert float(found[1]) < 1e-6, text
