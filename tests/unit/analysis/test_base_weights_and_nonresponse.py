"""Base weights of a two-stage sample and the nonresponse adjustment: by hand, and as what they promise on average."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.dispositions import DispositionClass
from analysis.planner.selection import draw_two_stage
from analysis.weights.base import BaseWeightError, base_weights
from analysis.weights.nonresponse import CaseStatus, NonresponseError, adjust_for_nonresponse, case_status

R, N, X, U = CaseStatus.RESPONDENT, CaseStatus.NONRESPONDENT, CaseStatus.INELIGIBLE, CaseStatus.UNKNOWN


def test_one_person_stands_for_the_whole_household() -> None:
    weights = base_weights([0.5, 0.5], [0.2, 0.1], eligible_persons=[4, 2], interviewed_persons=[1, 2])
    assert weights.tolist() == [40.0, 20.0]


def test_large_households_can_be_capped() -> None:
    assert base_weights([1, 1], [0.5, 0.5], eligible_persons=[9, 2], cap=5).tolist() == [10.0, 4.0]


@pytest.mark.parametrize(
    ("first", "second", "eligible", "message"),
    [
        ([0.1, 0.0], [0.1, 0.1], None, "pi_psu: .* found 0 in row 2"),
        ([0.1, 0.1], [1.2, 0.1], None, r"pi_dwelling: .* found 1\.2 in row 1"),
        ([0.1, 0.1], [0.1, float("nan")], None, "pi_dwelling: .* found nan in row 2"),
        ([0.1, 0.1], [0.1, 0.1], [1, 0], "eligible_persons: .* found 0 in row 2"),
    ],
)
def test_impossible_probabilities_are_refused_with_their_row(
    first: list[float], second: list[float], eligible: list[int] | None, message: str
) -> None:
    with pytest.raises(BaseWeightError, match=message):
        base_weights(first, second, eligible_persons=eligible)


def test_base_weights_of_repeated_draws_estimate_the_number_of_residents() -> None:
    """Mean over 60 draws within four standard errors of the true number of persons."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        [("S", f"c{p}", d) for p in range(10) for d in range(20 + 8 * p)], columns=["stratum", "psu", "dwelling"]
    )
    frame["persons"] = rng.integers(1, 6, len(frame))
    totals = []
    for seed in range(60):
        sample = draw_two_stage(frame, {"S": 4}, 8, seed=seed)
        weights = base_weights(sample["pi_psu"], sample["pi_dwelling"], eligible_persons=sample["persons"])
        totals.append(weights.sum())
    assert abs(np.mean(totals) - frame["persons"].sum()) < 4 * np.std(totals) / np.sqrt(60)


def test_adjustment_equals_the_numbers_worked_by_hand() -> None:
    # Class a: known 60 + 20 + 10 = 90, unknown 10 -> 100/90; eligible 80 over respondents 60 -> 4/3.
    status = [R, R, N, X, U, R]
    area = pd.DataFrame({"area": ["a", "a", "a", "a", "a", "b"]})
    found = adjust_for_nonresponse([40, 20, 20, 10, 10, 7], status, area, minimum_respondents=1)
    assert found.weights == pytest.approx([40 * 40 / 27, 20 * 40 / 27, 0, 100 / 9, 0, 7])
    assert found.classes["factor"].tolist() == pytest.approx([40 / 27, 1.0])
    assert found.classes["response_rate"].tolist() == pytest.approx([0.75, 1.0])
    assert found.collapsed == ()


def test_thin_classes_merge_with_their_siblings_only() -> None:
    classes = pd.DataFrame({"area": ["a"] * 8 + ["b"] * 8, "type": ["x"] * 4 + ["y"] * 4 + ["x"] * 4 + ["y"] * 4})
    status = [R, R, R, R, R, N, N, N, R, R, R, N, R, R, N, N]
    found = adjust_for_nonresponse(np.ones(16), status, classes, minimum_respondents=2)
    assert found.collapsed == ("all · area=a · type=y",)
    assert sorted(found.classes["class"]) == ["all · area=a", "all · area=b · type=x", "all · area=b · type=y"]
    assert found.weights[:5] == pytest.approx(np.full(5, 8 / 5))


def test_a_class_without_any_answer_merges_up_to_the_whole_sample_if_it_must() -> None:
    classes = pd.DataFrame({"area": ["a", "a", "b", "b"]})
    found = adjust_for_nonresponse([1, 1, 1, 1], [R, R, N, N], classes, minimum_respondents=1)
    assert found.classes["class"].tolist() == ["all"]
    assert found.weights.tolist() == [2.0, 2.0, 0.0, 0.0]


@given(st.integers(1, 10_000))
@settings(max_examples=60)
def test_total_weight_is_kept_and_only_known_cases_carry_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 120))
    base = rng.uniform(1, 50, n)
    status = rng.choice([R, N, X, U], n, p=[0.5, 0.3, 0.1, 0.1])
    status[0] = R
    classes = pd.DataFrame({"area": rng.integers(0, 4, n), "type": rng.integers(0, 3, n)})
    found = adjust_for_nonresponse(base, status, classes, minimum_respondents=5)
    assert found.weights.sum() == pytest.approx(base.sum())
    assert np.all(found.weights[(status == N) | (status == U)] == 0)
    assert np.all(found.weights[status == R] >= base[status == R] * (1 - 1e-12))


def test_bias_from_classes_that_answer_less_is_removed() -> None:
    """Young people answer half as often and are less satisfied: 4,000 cases, tolerance three standard errors."""
    rng = np.random.default_rng(9)
    young = rng.random(4000) < 0.4
    satisfied = rng.random(4000) < np.where(young, 0.70, 0.92)
    status = np.where(rng.random(4000) < np.where(young, 0.35, 0.70), R, N)
    found = adjust_for_nonresponse(np.full(4000, 5.0), status, pd.DataFrame({"young": young}))
    truth, plain = satisfied.mean(), satisfied[status == R].mean()
    adjusted = np.average(satisfied, weights=found.weights)
    se = np.sqrt(truth * (1 - truth) / (status == R).sum())
    assert plain - truth > 2 * se
    assert abs(adjusted - truth) < 3 * se


def test_every_disposition_class_has_a_status() -> None:
    assert {case_status(k) for k in DispositionClass} == set(CaseStatus)
    assert case_status(DispositionClass.PARTIAL, partial_answers=False) is N


@pytest.mark.parametrize(
    ("weights", "status", "classes", "message"),
    [
        ([1.0], [R, R], {"a": ["x"]}, "expected n weights"),
        ([1.0, 0.0], [R, R], {"a": ["x", "x"]}, "finite numbers above 0"),
        ([1.0, 1.0], [R, "gone"], {"a": ["x", "x"]}, "found gone"),
        ([1.0, 1.0], [N, N], {"a": ["x", "x"]}, "at least one respondent"),
        ([1.0, 1.0], [R, N], {"a": ["x", None]}, "empty cells"),
    ],
)
def test_unfit_inputs_are_refused(
    weights: list[float], status: list[str], classes: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(NonresponseError, match=message):
        adjust_for_nonresponse(weights, status, pd.DataFrame(classes))
