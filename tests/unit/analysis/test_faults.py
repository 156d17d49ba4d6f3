"""Every fault of a plan, a file or a design is told in one line, and nothing is written then."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.fault import FaultsFound
from analysis.plan_file import parse_plan
from tests.unit.analysis.small_town import AGE, DESIGN, RAKE, SEX, SHARE, run, small_town


def faults(table: pd.DataFrame, **parts: Any) -> list[str]:
    with pytest.raises(FaultsFound) as found:
        run(table, **parts)
    return [str(fault) for fault in found.value.faults]


@pytest.mark.parametrize(
    ("value", "words"), [(-1.0, "1 negative (first in row 4)"), (np.nan, "1 missing"), (np.inf, "1 infinite")]
)
def test_a_weight_that_is_no_weight(value: float, words: str) -> None:
    town = small_town()
    town.loc[3, "w"] = value
    (line,) = faults(town)
    assert line.startswith("frame: column w: expected weights of 0 or more in every row, found")
    assert words in line


def test_a_psu_id_in_two_strata_when_ids_are_not_nested() -> None:
    town = small_town()
    town.loc[town.index[town["psu"] == 0][0], "stratum"] = "west"
    (line,) = faults(town, design=DESIGN | {"nest": False})
    assert "column psu" in line
    assert "0 in several" in line


def test_a_population_smaller_than_the_sample() -> None:
    (line,) = faults(small_town().assign(pop=3), design=DESIGN | {"fpc": "pop"})[:1]
    assert "column pop: expected a population at least as large as the sample, found 3 with 4" in line


def test_a_finite_population_that_varies_within_a_stratum() -> None:
    town = small_town()
    assert (
        "one value within a group" in faults(town.assign(pop=20 + town["psu"] % 2), design=DESIGN | {"fpc": "pop"})[0]
    )


def test_one_psu_in_all() -> None:
    (line,) = faults(small_town().assign(psu=1, stratum="north"))
    assert "expected at least two PSUs, found one" in line


def test_a_row_without_a_stratum_and_one_without_a_psu() -> None:
    town = small_town().astype({"psu": "float"})
    town.loc[0, "stratum"] = None
    town.loc[5, "psu"] = np.nan
    lines = faults(town)
    assert [line.split(":")[1].strip() for line in lines] == ["column stratum", "column psu"]


def test_all_answers_missing_or_excluded() -> None:
    (line,) = faults(small_town().assign(q=9))
    assert "indicator q (q): expected at least one answer in the base" in line


def test_a_lonely_psu_under_the_policy_to_fail_names_its_stratum() -> None:
    town = small_town()
    town.loc[town["psu"] == 12, "stratum"] = "island"
    (line,) = faults(town, design=DESIGN | {"lonely_psu": "fail"})
    assert "found one in stratum island" in line
    (line,) = faults(town, design=DESIGN | {"lonely_psu": "fail", "replicates": {"type": "jkn"}})
    assert "found one in stratum island" in line


def test_the_unstratified_jackknife_refuses_strata() -> None:
    assert (
        "expected jkn for a design with strata"
        in faults(small_town(), design=DESIGN | {"replicates": {"type": "jk1"}})[0]
    )


def test_half_samples_need_an_even_number_of_psus_in_every_stratum() -> None:
    (line, *_) = faults(small_town(), design=DESIGN | {"replicates": {"type": "brr"}})
    assert "an even number of PSUs in every stratum" in line


def test_margins_with_unequal_sums() -> None:
    step = RAKE | {"margins": [SEX, {"by": ["age"], "totals": {"young": 300, "middle": 400, "old": 301}}]}
    (line,) = faults(small_town(), calibration=[step])
    assert line == "plan: calibration[0].margins: expected margins with equal sums, found sex 1000, age 1001"


def test_a_level_without_a_total_and_a_total_without_people() -> None:
    totals = {"young": 300, "middle": 400, "ancient": 300}
    lines = faults(small_town(), calibration=[RAKE | {"margins": [SEX, {"by": ["age"], "totals": totals}]}])
    assert any("a total for every level of age in the data, found none for old" in line for line in lines)
    assert any("level ancient" in line and "no weight in the sample" in line for line in lines)


def test_bounds_that_no_weights_can_meet() -> None:
    step = {"method": "raking", "margins": [SEX, AGE], "bounds": [0.9, 1.05]}
    town = small_town()
    town["w"] = 1000 / len(town)
    town.loc[town["sex"] == "F", "w"] *= 0.5
    (line,) = faults(town, calibration=[step])
    assert line.startswith("plan: calibration[0]: expected weights within the bounds that meet every total")


def test_bounds_of_the_weights_that_their_mean_lies_outside() -> None:
    (line,) = faults(small_town(), calibration=[{"method": "trim", "lower": 60, "upper": 65, "strict": True}])
    assert "calibration[0]: expected bounds that the mean weight lies between, found 60 to 65" in line


def test_people_without_a_level_fail_unless_they_are_kept() -> None:
    town = small_town()
    town.loc[[1, 2], "sex"] = None
    (line,) = faults(town, calibration=[RAKE])
    assert "found 2 rows without (calibration missing: keep" in line


def test_a_code_without_a_value_and_a_share_without_codes() -> None:
    lines = faults(
        small_town(),
        indicators=[
            {"id": "a", "item": "q", "rule": "mean", "values": {5: 100, 4: 80}, "exclude": [9]},
            {"id": "b", "item": "visits", "rule": "share"},
        ],
    )
    assert "expected a value for every code (in `values` or `exclude`), found 1, 2, 3" in lines[0]
    assert "expected 0 or 1 (or codes in `count`), found 2, 3" in lines[1]


def test_a_target_of_a_share_in_per_cent_is_refused_and_not_called_missed() -> None:
    (line,) = faults(small_town(), indicators=[SHARE | {"target": {"operator": ">=", "value": 80}}])
    assert "expected a target between 0 and 1 for a share (0.8 means 80 %)" in line
    score = {"id": "s", "item": "visits", "rule": "mean", "target": {"operator": ">=", "value": 80}}
    assert run(small_town(), indicators=[score]).estimates[0].target == 80


def test_words_where_numbers_are_needed() -> None:
    (line,) = faults(
        small_town(), indicators=[{"id": "r", "rule": "ratio", "numerator": "sex", "denominator": "members"}]
    )
    assert line == "frame: column sex: expected numbers, found F, M"


def test_a_contrast_with_a_domain_that_does_not_exist() -> None:
    (line,) = faults(small_town(), contrasts=[{"indicator": "q", "between": [{"area": "hill"}, {"area": "moon"}]}])
    assert line == "plan: contrasts[0], area: expected a level of area: hill, lake, port, found moon"


def write(folder: Path, plan: dict[str, Any]) -> Path:
    small_town().to_csv(folder / "town.csv", index=False)
    path = folder / "plan.yaml"
    path.write_text(json.dumps({"data": {"file": "town.csv"}, "design": DESIGN, "indicators": [SHARE]} | plan))
    return path


def test_every_fault_of_a_plan_is_told_at_once_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = write(
        tmp_path,
        {
            "design": {"lonely_psu": "ignore", "cluster": ["psu"]},
            "calibration": [{"method": "rake"}],
            "indicators": [{"id": "q", "item": "q", "rule": "shares"}],
        },
    )
    assert main(["run", str(plan), "--out", str(tmp_path / "out")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[1].strip() for line in lines] == [
        "design.lonely_psu",
        "design.cluster",
        "calibration[0].margins",
        "indicators[0].rule",
    ]
    assert not (tmp_path / "out").exists()


def test_every_column_that_is_not_in_the_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = write(tmp_path, {"domains": [["village"], ["street"]]})
    assert main(["check", str(plan)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": expected")[0] for line in lines] == ["town.csv: column village", "town.csv: column street"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none.csv", "found no such file"),
        ("town.docx", "a file ending in .csv"),
        ("broken.parquet", "a readable .parquet file"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, words: str) -> None:
    plan = write(tmp_path, {"data": {"file": name}})
    (tmp_path / "broken.parquet").write_text("no parquet")
    assert main(["run", str(plan), "--out", str(tmp_path / "out")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{name}: data.file: expected")
    assert words in line


def test_a_column_that_stands_twice_in_the_header(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "twice.csv").write_text("q,w,w\n1,1,2\n0,1,2\n")
    (tmp_path / "plan.yaml").write_text(
        "data: {file: twice.csv}\ndesign: {weight: w}\nindicators: [{id: q, item: q, rule: share}]\n"
    )
    assert main(["run", str(tmp_path / "plan.yaml"), "--out", str(tmp_path / "out")]) == 1
    assert "twice.csv: column w: expected one column of this name, found two or more" in capsys.readouterr().err


def test_wrong_kinds_of_keys_are_told_in_the_words_of_a_plan() -> None:
    with pytest.raises(FaultsFound) as caught:
        parse_plan({"data": "a.csv", "indicators": {"a": 1}, "domains": 3})
    said = str(caught.value)
    assert "data: expected keys with values, found 'a.csv'" in said
    assert "indicators: expected a list" in said
    assert "domains: expected a list, found 3" in said


def test_a_plan_that_is_no_yaml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plan.yaml").write_text("data: [file: {")
    assert main(["check", str(tmp_path / "plan.yaml")]) == 1
    assert "expected YAML" in capsys.readouterr().err


def test_a_good_plan_is_checked_without_a_word_of_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(write(tmp_path, {}))]) == 0
    assert capsys.readouterr().out.endswith("no fault found\n")


def test_weights_that_linear_calibration_turns_negative_name_whose_they_are() -> None:
    town = small_town()
    town["size"] = np.where(np.arange(len(town)) == 0, 60.0, 1.0)
    total = float((town["w"] * town["size"]).sum())
    margins = [SEX, {"numeric": "size", "total": 0.5 * total}]
    step = {"method": "linear", "margins": margins}
    (line,) = faults(town, calibration=[step])
    assert line.startswith("plan: calibration[0]: expected no negative weights")
    assert f"for sex = {town['sex'].iloc[0]}" in line
    allowed = run(town, calibration=[step | {"negative": "allow"}])
    assert any("weights are negative" in warning for warning in allowed.warnings)
