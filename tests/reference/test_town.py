"""The same town.csv through plans and through R's survey package (town.R writes town.json): equal to 1e-8."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from analysis.result import Result
from tests.reference.agreement import agree

HERE = Path(__file__).parent
R = json.loads((HERE / "town.json").read_text(encoding="utf-8"))
METHODS = ["xlogit", "asin", "beta", "mean"]
DESIGN = {"weight": "w", "strata": ["stratum"], "psu": ["psu"], "nest": True, "lonely_psu": "remove"}
INNER = {"subset": {"column": "stratum", "not_in": ["S5"]}, "design": DESIGN | {"lonely_psu": "fail"}}
FPC = DESIGN | {"fpc": "pop_psus"}
TWO_STAGE = FPC | {"second_stage": {"psu": ["home"], "fpc": "pop_homes"}}
SEX = {"by": ["sex"], "totals": {"F": 2600, "M": 2400}}
AGE = {"by": ["age"], "totals": {"16-39": 1600, "40-59": 1900, "60+": 1500}}
BOTH = {
    "by": ["sex", "age"],
    "totals": {"F": {"16-39": 820, "40-59": 980, "60+": 800}, "M": {"16-39": 780, "40-59": 920, "60+": 700}},
}
MEMBERS = {"numeric": "members", "total": 12400}
RAKE = {"method": "rake", "margins": [SEX, AGE], "tolerance": 1e-13, "max_iterations": 5000}
POSTSTRATIFY = {"method": "poststratify", "margins": [BOTH]}
Q = {"id": "q", "item": "q", "rule": "share"}
JKN_RAKED = {"type": "jkn", "mse": True}
GIVEN = {"type": "given", "columns": "rep_*", "scale": 0.3, "rscales": [1, 2, 1, 0.5, 1, 1]}


def calibrated(kind: str, *margins: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{"method": kind, "margins": list(margins), "tolerance": 1e-12, "max_iterations": 500, **more}]


def run(**parts: Any) -> Result:
    plan: dict[str, Any] = {
        "data": {"file": "town.csv"},
        "design": DESIGN,
        "indicators": [Q],
        "interval": {"method": METHODS, "level": 0.95},
    }
    return run_plan(parse_plan(plan | parts), folder=HERE)


def assert_share(result: Result, expected: dict[str, Any], method: str) -> None:
    (figure,) = result.estimates
    agree(method, "estimate", figure.estimate, expected["estimate"], rel=1e-10)
    agree(method, "standard error", figure.se, expected["se"], rel=1e-8)
    agree(method, "deff", figure.deff, expected["deff"], rel=1e-8)
    assert figure.df == expected["df"]
    for interval in figure.intervals:
        limits = [interval.lower, interval.upper]
        agree(f"interval {interval.method}", "limits", limits, expected["ci"][interval.method], rel=1e-8)


def assert_pair(found: Any, expected: dict[str, Any], method: str) -> None:
    """Estimate and standard error of a figure or a contrast."""
    agree(method, "estimate", found.estimate, expected["estimate"], rel=1e-9)
    agree(method, "standard error", found.se, expected["se"], rel=1e-9)


def assert_figures(result: Result, expected: dict[str, Any], method: str) -> None:
    """By domain: a share of 100 % has a standard error of rounding size in R and of 0 here."""
    found = {figure.domain["dom"]: figure for figure in result.estimates}
    assert set(found) == set(expected)
    for name, row in expected.items():
        agree(method, "estimate", found[name].estimate, row["estimate"], rel=1e-10)
        agree(method, "standard error", found[name].se, row["se"], rel=1e-8, abs=1e-9)
        assert found[name].df == row["df"], name


WEIGHTINGS: dict[str, list[dict[str, Any]]] = {
    "poststratified": [POSTSTRATIFY],
    "raked": [RAKE],
    "calibrated linear": calibrated("linear", SEX, AGE),
    "calibrated raking": calibrated("raking", SEX, AGE),
    "calibrated logit": calibrated("logit", SEX, AGE, bounds=[0.3, 3]),
    "calibrated with a numeric control": calibrated("raking", SEX, AGE, MEMBERS),
    "calibrated linear within bounds": calibrated("linear", SEX, AGE, bounds=[0.55, 1.2]),
    "poststratified then calibrated": [
        {"method": "poststratify", "margins": [SEX]},
        *calibrated("linear", SEX, AGE, MEMBERS),
    ],
    "raked then trimmed": [RAKE, {"method": "trim", "lower": 8, "upper": 70}],
}


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_share_after_weighting_equals_r(name: str) -> None:
    assert_share(run(calibration=WEIGHTINGS[name]), R[name], name)


@pytest.mark.parametrize("name", [name for name in WEIGHTINGS if "weights" in R[name]])
def test_calibrated_weights_equal_r(name: str) -> None:
    agree(name, "weights", run(calibration=WEIGHTINGS[name]).weights.values, R[name]["weights"], rel=1e-9)


def test_raked_weights_equal_r() -> None:
    agree("raked", "weights", run(calibration=[RAKE]).weights.values, R["raked weights"], rel=1e-10)


@pytest.mark.parametrize("name", [name for name in WEIGHTINGS if f"{name} by domain" in R])
def test_domains_after_weighting_equal_r(name: str) -> None:
    assert_figures(run(calibration=WEIGHTINGS[name], domains=[["dom"]]), R[f"{name} by domain"], f"{name}, domains")


def test_share_of_a_subset_equals_r_although_the_left_out_stratum_has_one_psu() -> None:
    assert_share(run(**INNER), R["share without the lonely stratum"], "linearisation")


def test_domains_of_five_people_and_of_all_yes_equal_r() -> None:
    assert_figures(run(**INNER, domains=[["dom"]]), R["domains without the lonely stratum"], "linearisation, domains")


@pytest.mark.parametrize(
    ("name", "indicator"),
    [
        ("mean without the lonely stratum", {"id": "x", "item": "score", "rule": "mean"}),
        ("total without the lonely stratum", {"id": "x", "item": "visits", "rule": "total"}),
        (
            "ratio without the lonely stratum",
            {"id": "x", "rule": "ratio", "numerator": "visits", "denominator": "members"},
        ),
    ],
)
def test_means_totals_and_ratios_equal_r(name: str, indicator: dict[str, Any]) -> None:
    (figure,) = run(**INNER, indicators=[indicator]).estimates
    assert_pair(figure, R[name], name.split(" ", maxsplit=1)[0])
    assert figure.df == R[name]["df"]


def test_total_after_raking_equals_r() -> None:
    (figure,) = run(calibration=[RAKE], indicators=[{"id": "x", "item": "visits", "rule": "total"}]).estimates
    assert_pair(figure, R["raked total"], "raked, total")


@pytest.mark.parametrize("in_domains", [False, True])
@pytest.mark.parametrize("policy", ["remove", "certainty", "average", "adjust"])
def test_every_policy_for_lonely_psus_equals_r(policy: str, in_domains: bool) -> None:
    expected = R[f"lonely {policy} in domains too" if in_domains else f"lonely {policy}"]
    design = {"lonely_psu": policy, "lonely_in_domains": in_domains}
    method = f"lonely PSU: {policy}"
    assert_share(run(design=DESIGN | design), expected["all"], method)
    assert_share(run(design=FPC | design), expected["fpc"], f"{method}, finite population")
    assert_figures(run(design=DESIGN | design, domains=[["dom"]]), expected["dom"], f"{method}, domains")


def test_two_stages_with_finite_populations_equal_r() -> None:
    assert_share(run(design=TWO_STAGE), R["two stages"], "two stages")
    assert_figures(run(design=TWO_STAGE, domains=[["dom"]]), R["two stages by domain"], "two stages, domains")
    (total,) = run(design=TWO_STAGE, indicators=[{"id": "x", "item": "visits", "rule": "total"}]).estimates
    agree("two stages, total", "standard error", total.se, R["two stages total"]["se"], rel=1e-9)


@pytest.mark.parametrize(
    ("name", "design", "calibration"),
    [
        ("jkn", DESIGN | {"lonely_psu": "adjust", "replicates": {"type": "jkn"}}, []),
        ("jkn average fpc", FPC | {"lonely_psu": "average", "replicates": {"type": "jkn"}}, []),
        ("given", {"weight": "w", "replicates": GIVEN}, []),
        ("given poststratified", {"weight": "w", "replicates": GIVEN}, [{"method": "poststratify", "margins": [SEX]}]),
    ],
)
def test_replicates_equal_r(name: str, design: dict[str, Any], calibration: list[dict[str, Any]]) -> None:
    (figure,) = run(design=design, calibration=calibration).estimates
    assert_pair(figure, R[name], f"replicates: {name}")


def test_logit_interval_of_given_replicates_equals_r() -> None:
    design = {"weight": "w", "replicates": GIVEN}
    (figure,) = run(design=design, interval={"method": "logit", "level": 0.95}).estimates
    assert figure.df == R["given"]["df"]
    limits = [figure.intervals[0].lower, figure.intervals[0].upper]
    agree("interval logit of replicates", "limits", limits, R["given"]["logit"], rel=1e-7)


@pytest.mark.parametrize(("name", "step"), [("jkn raked", RAKE), ("jkn calibrated", calibrated("raking", SEX, AGE)[0])])
def test_every_replicate_is_calibrated_again_as_in_r(name: str, step: dict[str, Any], tmp_path: Path) -> None:
    """R's jackknife of these rows has no lonely stratum, so its rows are left out of the file."""
    lines = (HERE / "town.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    inner = tmp_path / "inner.csv"
    inner.write_text("".join(line for line in lines if not line.startswith("S5,")), encoding="utf-8")
    design = DESIGN | {"replicates": JKN_RAKED}
    (figure,) = run(data={"file": str(inner)}, design=design, calibration=[step]).estimates
    assert_pair(figure, R[name], f"replicates: {name}")


@pytest.mark.parametrize(("name", "rho"), [("brr total", 0.0), ("fay total", 0.3)])
def test_balanced_half_samples_of_a_total_equal_r(name: str, rho: float) -> None:
    replicates = {"type": "brr", "rho": rho, "mse": True}
    indicator = {"id": "x", "item": "q", "rule": "total"}
    result = run(data={"file": "pairs.csv"}, design=DESIGN | {"replicates": replicates}, indicators=[indicator])
    agree(f"replicates: {name}", "standard error", result.estimates[0].se, R[name]["se"], rel=1e-9)


OFTEN = {"id": "often", "item": "often", "rule": "share"}


@pytest.mark.parametrize(
    ("name", "parts", "contrast"),
    [
        ("contrast", INNER, {"between": [{"dom": "east"}, {"dom": "west"}]}),
        ("wave change", INNER, {"between": [{"wave": 1}, {"wave": 2}], "weights": [-1, 1]}),
        (
            "contrast raked",
            {"calibration": [RAKE]},
            {"between": [{"dom": "east"}, {"dom": "west"}, {"dom": "north"}], "weights": [1, -0.5, -0.5]},
        ),
    ],
)
def test_contrasts_with_covariance_equal_r(name: str, parts: dict[str, Any], contrast: dict[str, Any]) -> None:
    result = run(**parts, indicators=[OFTEN], contrasts=[{"indicator": "often", **contrast}])
    (found,) = result.contrasts
    assert_pair(found, R[name], name)


def test_rao_scott_test_equals_r() -> None:
    (found,) = run(**INNER, crosstabs=[{"row": "q", "column": "sex"}]).crosstabs
    expected = R["rao-scott two by two"]
    ours = [found.statistic, found.df_num, found.df_den, found.p_value]
    agree(
        "Rao-Scott test", "test", ours, [expected["statistic"], *expected["parameter"], expected["p_value"]], rel=1e-8
    )


def test_rao_scott_test_of_a_larger_table_equals_r(tmp_path: Path) -> None:
    import csv

    with (HERE / "town.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (tmp_path / "grouped.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "dom2"])
        writer.writeheader()
        for row in rows:
            writer.writerow(row | {"dom2": row["dom"] if row["dom"] in {"east", "west"} else "rest"})
    parts = INNER | {"data": {"file": str(tmp_path / "grouped.csv")}}
    (found,) = run(**parts, crosstabs=[{"row": "dom2", "column": "age"}]).crosstabs
    expected = R["rao-scott"]
    ours = [found.statistic, found.df_num, found.df_den, found.p_value]
    agree(
        "Rao-Scott test", "test", ours, [expected["statistic"], *expected["parameter"], expected["p_value"]], rel=1e-8
    )


def test_distribution_equals_r() -> None:
    result = run(**INNER, indicators=[{"id": "x", "item": "score", "rule": "distribution"}])
    assert [figure.category for figure in result.estimates] == ["1", "2", "3", "4", "5"]
    estimates, errors = ([getattr(figure, name) for figure in result.estimates] for name in ("estimate", "se"))
    agree("distribution", "estimate", estimates, R["distribution"]["estimate"], rel=1e-10)
    agree("distribution", "standard error", errors, R["distribution"]["se"], rel=1e-9)
