"""Agreement of coders against worked textbook numbers."""

import math

import pytest

from analysis.open_text.agreement import AgreementError, cohen_kappa, krippendorff_alpha

# Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, table 18.1: 100 subjects, two raters.
DIAGNOSES = {("p", "p"): 75, ("p", "n"): 1, ("p", "o"): 4, ("n", "p"): 5, ("n", "n"): 4, ("n", "o"): 1, ("o", "o"): 10}
# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section D: four observers, twelve units, gaps.
OBSERVERS = {"a": "123321412...", "b": "1233224125.3", "c": ".3332342251.", "d": "12332441251."}


def test_kappa_and_its_standard_error_are_those_of_the_textbook() -> None:
    pairs = [pair for pair, n in DIAGNOSES.items() for _ in range(n)]
    found = cohen_kappa([one for one, _ in pairs], [other for _, other in pairs])
    assert found.agreed == pytest.approx(0.89)
    assert found.kappa == pytest.approx(0.68, abs=0.005)
    # A, B and C of the book's formula (18.13). The book prints 0.087, because it rounds kappa to 0.68 before.
    se = math.sqrt((0.2951878 + 0.0080440 - 0.2143145) / 100) / (1 - 0.66)
    assert found.se == pytest.approx(se, abs=1e-6)
    assert (found.lower, found.upper) == pytest.approx((0.676471 - 1.959964 * se, 0.676471 + 1.959964 * se), abs=1e-5)


def test_alpha_of_four_observers_with_gaps_is_that_of_its_author() -> None:
    assert {len(row) for row in OBSERVERS.values()} == {12}
    units = [{who: row[k] for who, row in OBSERVERS.items() if row[k] != "."} for k in range(12)]
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=0.0005)


def test_alpha_of_two_observers_is_that_of_its_author() -> None:
    meg, owen = "0100000010", "1110010000"  # section A of the same paper
    units = [{"meg": one, "owen": other} for one, other in zip(meg, owen, strict=True)]
    assert krippendorff_alpha(units) == pytest.approx(0.095, abs=0.0005)


def test_nothing_is_said_where_everybody_gave_everything_one_rating() -> None:
    same = cohen_kappa(["x"] * 5, ["x"] * 5)
    assert (same.agreed, same.kappa, same.lower) == (1.0, None, None)
    assert krippendorff_alpha([{"a": 1, "b": 1}] * 5) is None
    assert krippendorff_alpha([{"a": 1}, {"b": 2}]) is None


def test_raters_of_unequal_number_are_refused() -> None:
    with pytest.raises(AgreementError, match="found 2 and 1"):
        cohen_kappa(["x", "y"], ["x"])
