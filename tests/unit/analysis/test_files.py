"""Data files in, result files out: every format gives the same figures; results come all together or not at all."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
from pyarrow import parquet

from analysis.__main__ import main
from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan, read_plan
from tests.unit.analysis.small_town import DESIGN, RAKE, SHARE, small_town

PLAN: dict[str, Any] = {
    "design": DESIGN,
    "calibration": [RAKE],
    "indicators": [SHARE | {"target": {"operator": ">", "value": 0.5}}, {"id": "v", "item": "visits", "rule": "mean"}],
    "domains": [[], ["area"]],
    "contrasts": [{"indicator": "q", "between": [{"area": "hill"}, {"area": "lake"}]}],
    "crosstabs": [{"row": "sex", "column": "age"}],
    "ranks": [{"indicator": "q", "over": ["area"]}],
}


def save(town: pd.DataFrame, path: Path) -> None:
    if path.suffix == ".csv":
        town.to_csv(path, index=False, encoding="gb18030" if path.stem == "chinese" else "utf-8")
    elif path.suffix == ".parquet":
        town.to_parquet(path)
    elif path.suffix == ".sav":
        pyreadstat.write_sav(town, path)
    elif path.suffix == ".dta":
        pyreadstat.write_dta(town, path)
    else:
        town.to_excel(path, index=False, engine="xlsxwriter")


def analyse(folder: Path, file: Any, formats: str = "json", **parts: Any) -> dict[str, Any]:
    plan = folder / "plan.yaml"
    plan.write_text(json.dumps(PLAN | {"data": {"file": file}} | parts, ensure_ascii=False), encoding="utf-8")
    assert main(["run", str(plan), "--out", str(folder / "out"), "--format", formats]) == 0
    found: dict[str, Any] = json.loads((folder / "out" / "estimates.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", ["town.parquet", "town.sav", "town.dta", "town.xlsx"])
def test_every_data_format_gives_the_same_figures(tmp_path: Path, name: str) -> None:
    town = small_town()
    save(town, tmp_path / "town.csv")
    save(town, tmp_path / name)
    expected, found = analyse(tmp_path, "town.csv"), analyse(tmp_path, name)
    for one, other in zip(expected["estimates"], found["estimates"], strict=True):
        assert one["domain"] == other["domain"]
        assert (one["estimate"], one["se"]) == pytest.approx((other["estimate"], other["se"]), rel=1e-12)


def test_chinese_levels_in_the_encoding_of_spreadsheet_programs(tmp_path: Path) -> None:
    town = small_town()
    town["area"] = town["area"].map({"hill": "山前街道", "lake": "湖滨街道", "port": "港口街道"})
    save(town, tmp_path / "chinese.csv")
    found = analyse(tmp_path, "chinese.csv", contrasts=[])
    assert {figure["domain"].get("area") for figure in found["estimates"]} == {None, "山前街道", "湖滨街道", "港口街道"}


def test_several_files_are_stacked_with_their_number(tmp_path: Path) -> None:
    town = small_town()
    save(town[:100], tmp_path / "first.csv")
    save(town[100:], tmp_path / "second.csv")
    save(town, tmp_path / "town.csv")
    waves = analyse(tmp_path, ["first.csv", "second.csv"], domains=[[], ["_file"]])
    whole = analyse(tmp_path, "town.csv", domains=[[]])
    assert waves["estimates"][0]["estimate"] == pytest.approx(whole["estimates"][0]["estimate"], rel=1e-12)
    assert [(figure["domain"], figure["n"]) for figure in waves["estimates"][1:3]] == [
        ({"_file": "1"}, 100),
        ({"_file": "2"}, 140),
    ]


def test_leading_zeros_stay_and_yes_and_no_are_words(tmp_path: Path) -> None:
    town = small_town().assign(area=lambda rows: rows["area"].map({"hill": "01", "lake": "1", "port": "Yes"}))
    save(town, tmp_path / "town.csv")
    (tmp_path / "plan.yaml").write_text(
        "data: {file: town.csv}\n"
        "subset: {column: area, in: [Yes, '01']}\n"
        "indicators: [{id: q, item: q, rule: share, count: [4, 5], exclude: [9]}]\n"
        "domains: [[area]]\n"
    )
    assert main(["run", str(tmp_path / "plan.yaml"), "--out", str(tmp_path / "out")]) == 0
    found = json.loads((tmp_path / "out" / "estimates.json").read_text())
    assert [figure["domain"] for figure in found["estimates"]] == [{"area": "01"}, {"area": "Yes"}]


def test_a_margin_from_a_file_equals_the_same_totals_in_the_plan(tmp_path: Path) -> None:
    save(small_town(), tmp_path / "town.csv")
    (tmp_path / "age.csv").write_text("age,total\nyoung,300\nmiddle,400\nold,300\n")
    from_file = RAKE | {"margins": [RAKE["margins"][0], {"by": ["age"], "file": "age.csv"}]}  # type: ignore[index]
    one, other = analyse(tmp_path, "town.csv", calibration=[from_file]), analyse(tmp_path, "town.csv")
    assert one["estimates"] == other["estimates"]


def test_estimates_json_keeps_its_promised_keys(tmp_path: Path) -> None:
    save(small_town(), tmp_path / "town.csv")
    found = analyse(tmp_path, "town.csv")
    assert found["schema_version"] == 1
    assert found["plan_sha256"] == read_plan(tmp_path / "plan.yaml").sha256
    assert {"data_sha256", "software", "estimates", "contrasts", "crosstabs", "ranks", "weights", "warnings"} <= set(
        found
    )
    assert set(found["estimates"][0]) - {"decision_df", "decision_alpha", "more_answers", "disclosable"} == {
        *("indicator", "domain", "category", "rule", "n", "n_base", "estimate", "se", "df", "deff", "n_effective"),
        *("intervals", "lower", "upper", "method", "level", "target", "operator", "decision", "point_meets"),
        *("dk_share", "publishable", "flags"),
    }
    assert {"sum", "min", "max", "kish_deff", "steps"} <= set(found["weights"])
    assert {"indicator", "between", "weights", "estimate", "se", "df", "lower", "upper", "p_value"} <= set(
        found["contrasts"][0]
    )
    assert {"row", "column", "statistic", "df_num", "df_den", "p_value"} <= set(found["crosstabs"][0])
    assert found["estimates"][0]["lower"] == found["estimates"][0]["intervals"][0]["lower"]


def test_all_formats_hold_the_same_figures(tmp_path: Path) -> None:
    save(small_town(), tmp_path / "town.csv")
    found = analyse(tmp_path, "town.csv", "json,csv,xlsx,html")
    out = tmp_path / "out"
    first = found["estimates"][0]
    with (out / "estimates.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(found["estimates"])
    assert float(rows[0]["estimate"]) == first["estimate"]
    with (out / "weights.csv").open(encoding="utf-8", newline="") as file:
        weights = list(csv.DictReader(file))
    assert [int(row["row"]) for row in weights] == list(range(1, 241))
    assert sum(float(row["weight"]) for row in weights) == pytest.approx(found["weights"]["sum"], rel=1e-12)
    sheets = pd.read_excel(out / "results.xlsx", sheet_name=None, engine="calamine")
    assert list(sheets) == ["估计值", "差异比较", "关联检验", "排名范围", "权重", "方法说明"]
    assert sheets["估计值"].iloc[0, 6] == pytest.approx(first["estimate"], rel=1e-12)
    for name, language in (("report.html", "zh-Hans"), ("report.en.html", "en"), ("report.zh-Hant.html", "zh-Hant")):
        page = (out / name).read_text(encoding="utf-8")
        assert page.startswith(f'<!DOCTYPE html>\n<html lang="{language}">')
        assert f"{100 * first['estimate']:.1f} %" in page
        assert "http" not in page


def test_the_method_note_says_the_rule_in_three_languages(tmp_path: Path) -> None:
    save(small_town(), tmp_path / "town.csv")
    analyse(tmp_path, "town.csv")
    note = (tmp_path / "out" / "method.md").read_text(encoding="utf-8")
    assert "q 中选择 4、5 的人所占比例；分母不含代码 9；未作答者不计入。" in note
    assert (
        "share of people who answered 4, 5 to q; codes 9 are not in the base; missing answers are not in the base."
        in note
    )
    assert "q 中選擇 4、5 的人所佔比例；分母不含代碼 9；未作答者不計入。" in note
    assert "ten sweeps of unweighted residual means" in note


def test_text_from_the_data_is_escaped_in_the_report(tmp_path: Path) -> None:
    town = small_town()
    town.loc[town["area"] == "port", "area"] = "<script>alert(1)</script>"
    save(town, tmp_path / "town.csv")
    analyse(tmp_path, "town.csv", "html")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_results_replace_older_ones_and_leave_nothing_half_written(tmp_path: Path) -> None:
    save(small_town(), tmp_path / "town.csv")
    analyse(tmp_path, "town.csv", "csv")
    analyse(tmp_path, "town.csv", "csv", domains=[[]])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "plan.yaml", "town.csv"]
    with (tmp_path / "out" / "estimates.csv").open(encoding="utf-8-sig") as file:
        assert len(file.readlines()) == 3


def test_an_unknown_format_is_refused_before_anything_is_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(tmp_path / "none.yaml"), "--out", str(tmp_path / "out"), "--format", "pdf"]) == 1
    assert capsys.readouterr().err == "command line: --format: expected any of json, csv, xlsx, html, found pdf\n"


def test_parquet_columns_with_gaps_are_read_as_the_same_columns_of_a_csv_file(tmp_path: Path) -> None:
    """Nulls and NaN, in one file of several row groups and in two files."""
    town = pd.DataFrame({"q": [1, None, 0, 1, 1, 0], "x": [0.5, 1.5, float("nan"), 2.0, None, 4.0]})
    town["area"] = ["a", None, "b", "b", "a", "b"]
    town.to_csv(tmp_path / "town.csv", index=False)
    typed = pa.table({"q": pa.array(town["q"], pa.int64()), "x": pa.array(town["x"]), "area": pa.array(town["area"])})
    parquet.write_table(typed, tmp_path / "town.parquet", row_group_size=4)
    parquet.write_table(typed[:2], tmp_path / "first.parquet")
    parquet.write_table(typed[2:], tmp_path / "second.parquet")
    indicators = [{"id": "q", "item": "q", "rule": "share"}, {"id": "x", "item": "x", "rule": "mean"}]
    figures = []
    for file in ("town.csv", "town.parquet", ["first.parquet", "second.parquet"]):
        plan = {"data": {"file": file}, "indicators": indicators, "domains": [[], ["area"]]}
        result = run_plan(parse_plan(plan), folder=tmp_path)
        figures.append([(one.domain, one.n_base, one.estimate, one.se) for one in result.estimates])
    assert figures[0] == figures[1] == figures[2]
    assert [one[1] for one in figures[0]] == [5, 2, 3, 4, 1, 2]


@pytest.mark.parametrize("name", ["town.csv", "town.parquet"])
def test_a_run_on_a_csv_or_parquet_file_does_not_wait_for_large_libraries(tmp_path: Path, name: str) -> None:
    """Neither does the plan of a wave that goes on, with verdicts at any time that hold together."""
    save(small_town(), tmp_path / name)
    decisions = {"adjust": "holm", "looks": {"kind": "any_time", "fraction": 0.5}}
    plan = PLAN | {"data": {"file": name}, "decisions": decisions}
    (tmp_path / "plan.yaml").write_text(json.dumps(plan), encoding="utf-8")
    words = ["run", str(tmp_path / "plan.yaml"), "--out", str(tmp_path / "out")]
    large = "{'pandas', 'scipy.stats', 'scipy.optimize'} & set(sys.modules)"
    code = f"import sys; from analysis.__main__ import main; sys.exit(main({words!r}) or ' '.join({large}) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "estimates.json").is_file()
