"""AAPOR dispositions and outcome rates: codes, formulas against fractions worked by hand, the `rates` verb."""

import argparse
import json
from fractions import Fraction
from pathlib import Path

import pytest

from analysis.dispositions import DISPOSITIONS, DispositionClass, DispositionError, disposition, disposition_class
from analysis.outcome_rates import OutcomeRatesError, outcome_rates, proportional_eligibility, read_cases
from analysis.outcome_rates_command import add_rates_parser

C = DispositionClass
COUNTS = {
    C.COMPLETE: 400,
    C.PARTIAL: 50,
    C.REFUSAL: 150,
    C.NON_CONTACT: 180,
    C.OTHER: 20,
    C.UNKNOWN_HOUSEHOLD: 70,
    C.UNKNOWN_OTHER: 30,
    C.NOT_ELIGIBLE: 200,
}
# Eligible 800, unknown 100, e = 800/1000.
BY_HAND = {
    "RR1": Fraction(400, 900),
    "RR2": Fraction(450, 900),
    "RR3": Fraction(400, 880),
    "RR4": Fraction(450, 880),
    "RR5": Fraction(400, 800),
    "RR6": Fraction(450, 800),
    "COOP1": Fraction(400, 620),
    "COOP2": Fraction(450, 620),
    "COOP3": Fraction(400, 600),
    "COOP4": Fraction(450, 600),
    "REF1": Fraction(150, 900),
    "REF2": Fraction(150, 880),
    "REF3": Fraction(150, 800),
    "CON1": Fraction(620, 900),
    "CON2": Fraction(620, 880),
    "CON3": Fraction(620, 800),
}


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_rates_parser(parser.add_subparsers())
    namespace = parser.parse_args(["rates", *arguments])
    code: int = namespace.handler(namespace)
    return code


def test_all_rates_equal_the_fractions_worked_by_hand() -> None:
    found = outcome_rates(COUNTS)
    assert found.e == 0.8
    assert dict(found.rates) == pytest.approx({k: float(v) for k, v in BY_HAND.items()}, rel=1e-14)


def test_given_eligibility_replaces_the_allocated_one() -> None:
    found = outcome_rates(COUNTS, e=1.0)
    assert found.e_method == "given"
    assert found.rates["RR3"] == found.rates["RR1"]
    assert outcome_rates(COUNTS, e=0.0).rates["RR4"] == found.rates["RR6"]


def test_rates_without_a_denominator_are_none_and_not_zero() -> None:
    found = outcome_rates({C.UNKNOWN_HOUSEHOLD: 5})
    assert found.e is None
    assert found.rates["RR1"] == 0.0
    assert found.rates["RR3"] is None
    assert found.rates["COOP1"] is None


def test_eligibility_is_unknown_when_no_case_is_resolved() -> None:
    assert proportional_eligibility({C.UNKNOWN_OTHER: 9}) is None


@pytest.mark.parametrize("bad", [{C.COMPLETE: -1.0}, {C.COMPLETE: float("nan")}])
def test_negative_or_missing_counts_are_refused(bad: dict[DispositionClass, float]) -> None:
    with pytest.raises(OutcomeRatesError, match="count of I: expected a number >= 0"):
        outcome_rates(bad)


def test_eligibility_outside_zero_to_one_is_refused() -> None:
    with pytest.raises(OutcomeRatesError, match=r"e: expected a share between 0 and 1, found 1\.2"):
        outcome_rates(COUNTS, e=1.2)


@pytest.mark.parametrize(
    ("written", "code"),
    [("1.10", "1.10"), ("1.1", "1.10"), ("110", "1.10"), ("2111", "2.111"), ("2.331", "2.33"), ("4.61", "4.60")],
)
def test_codes_are_read_in_every_usual_spelling(written: str, code: str) -> None:
    assert disposition(written).code == code


@pytest.mark.parametrize("written", ["", "5.10", "refused", "2", "0.10", "²11", "2.4", "1.10.1"])
def test_unknown_codes_are_refused_and_named(written: str) -> None:
    with pytest.raises(DispositionError, match="expected an AAPOR code"):
        disposition_class(written)


def test_every_disposition_is_named_in_three_scripts_and_classed_by_its_first_digit() -> None:
    first_digit = {"1": "I P", "2": "R NC O", "3": "UH UO", "4": "NE"}
    for code, entry in DISPOSITIONS.items():
        assert entry.klass in first_digit[code[0]].split()
        assert entry.zh_hans
        assert entry.en
        assert entry.zh_hant


def test_file_of_cases_gives_weighted_and_unweighted_rates_by_area(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(
        "\ufeffcase,area,disposition,weight\n1,东,1.10,10\n2,东,2.11,30\n3,西,1.10,20\n4,西,4.60,5\n", encoding="utf-8"
    )
    assert run(str(file), "--by", "area", "--json") == 0
    results = json.loads(capsys.readouterr().out)["results"]
    found = {(r["domain"].get("area"), r["weighted"]): r["rates"]["RR1"] for r in results}
    assert found == {
        (None, False): 2 / 3,
        (None, True): 0.5,
        ("东", False): 0.5,
        ("东", True): 0.25,
        ("西", False): 1.0,
        ("西", True): 1.0,
    }


def test_aggregated_file_is_read_by_its_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "table.csv"
    file.write_text("code,n\n" + "".join(f"{k},{v}\n" for k, v in COUNTS.items()), encoding="utf-8")
    assert run(str(file)) == 0
    shown = capsys.readouterr().out
    assert "RR1 44.4%" in shown
    assert "e = 0.8000 (proportional allocation)" in shown


def test_every_fault_of_a_file_is_told_in_a_line_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("disposition,weight\n9.99,1\n1.10,-2\n1.10,heavy\n", encoding="utf-8")
    assert run(str(file)) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "bad.csv line 2, column disposition",
        "bad.csv line 3, column weight",
        "bad.csv line 4, column weight",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "expected a column of dispositions"),
        ("disposition\n", "expected at least one case"),
    ],
)
def test_files_without_dispositions_are_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "file.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(OutcomeRatesError, match=message):
        read_cases(file)


def test_missing_file_and_missing_column_are_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(str(tmp_path / "none.csv")) == 1
    assert "expected a readable CSV file" in capsys.readouterr().err
    file = tmp_path / "file.csv"
    file.write_text("code\n1.10\n", encoding="utf-8")
    assert run(str(file), "--weight", "w") == 1
    assert capsys.readouterr().err == "file.csv: expected a column 'w', found code\n"
