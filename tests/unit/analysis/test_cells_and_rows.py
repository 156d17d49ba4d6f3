"""Collapsed cell tables and the row-level form give the same numbers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.design import build_design
from analysis.estimates import replicate_sums, tabulate
from analysis.estimates.domains import crossed_domains
from analysis.estimates.linearisation import Linearisation
from analysis.estimates.measure import measures_of
from analysis.estimates.sample import Sample
from analysis.frame import cross, frame_of, paired
from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from analysis.weights.weight_sample import weight_sample
from tests.unit.analysis.small_town import DESIGN, LINEAR, POSTSTRATIFY, RAKE, RAKING, SHARE, TRIM, run, small_town

PER_HEAD = {"id": "r", "rule": "ratio", "numerator": "visits", "denominator": "members"}
LOGIT = {"method": "logit", "margins": RAKE["margins"], "bounds": [0.3, 3.0]}
WEIGHTINGS = {
    "rake": [RAKE],
    "raking": [RAKING],
    "logit": [LOGIT],
    "linear with a numeric control": [LINEAR],
    "poststratify, rake, trim": [POSTSTRATIFY, RAKE, TRIM],
    "poststratify, linear": [POSTSTRATIFY, LINEAR],
}


def both_forms(calibration: list[dict[str, Any]]) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    plan = parse_plan({"design": DESIGN, "calibration": calibration, "indicators": [SHARE]})
    frame = frame_of(small_town())
    design = build_design(plan.design, frame)
    found = []
    for collapsed in (True, False):
        weighting = weight_sample(plan, frame, design.weight, Path(), collapsed=collapsed)
        sample = Sample(design, weighting, np.ones(frame.n, dtype=np.bool_))
        domains = crossed_domains(["area"], frame, sample.inside)
        estimates = Linearisation(sample).estimate(measures_of(plan.indicators[0], frame), domains)
        found.append((weighting.weight, estimates.value, estimates.variance))
        assert (
            weighting.classes.count < frame.n
            or not collapsed
            or "numeric" in str(calibration)
            or "trim" in str(calibration)
        )
    return found


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_classes_of_rows_and_single_rows_give_the_same_weights_and_variances(name: str) -> None:
    by_class, by_row = both_forms(WEIGHTINGS[name])
    for one, other in zip(by_class, by_row, strict=True):
        assert one == pytest.approx(other, rel=1e-9)


@pytest.mark.parametrize("calibration", [[], [RAKE], [LINEAR]])
def test_counting_codes_and_going_row_by_row_give_the_same_figures(
    calibration: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    indicators = [
        SHARE,
        {"id": "mean", "item": "q", "rule": "mean", "values": {1: 0, 2: 30, 3: 60, 4: 80, 5: 100}, "exclude": [9]},
        {"id": "total", "item": "visits", "rule": "total"},
        {"id": "each", "item": "q", "rule": "distribution", "exclude": [9]},
    ]
    town = small_town()
    by_code = run(town, calibration=calibration, indicators=indicators)
    monkeypatch.setattr(tabulate, "MOST_CELLS", 0)
    by_row = run(town, calibration=calibration, indicators=indicators)
    for one, other in zip(by_code.estimates, by_row.estimates, strict=True):
        assert (one.n, one.n_base, one.df, one.flags) == (other.n, other.n_base, other.df, other.flags)
        assert [one.estimate, one.se, one.deff] == pytest.approx([other.estimate, other.se, other.deff], rel=1e-10)
        assert (one.dk_share or 0.0) == pytest.approx(other.dk_share or 0.0, rel=1e-12)


def test_rows_without_weight_count_in_neither_form(monkeypatch: pytest.MonkeyPatch) -> None:
    town = small_town()
    town.loc[town["psu"] == 3, "w"] = 0.0
    by_code = run(town).estimates[0]
    monkeypatch.setattr(tabulate, "MOST_CELLS", 0)
    by_row = run(town).estimates[0]
    assert by_code.df == by_row.df == 12 - 3
    assert (by_code.se, by_code.deff) == pytest.approx((by_row.se, by_row.deff), rel=1e-10)


def lonely_town() -> pd.DataFrame:
    """The town with one PSU left in the stratum of the west, so that its replicate changes all strata."""
    town = small_town()
    return town[(town.stratum != "west") | (town.psu == 9)]


@pytest.mark.parametrize("calibration", [[], [RAKE], [POSTSTRATIFY, LINEAR], [RAKE, TRIM]])
@pytest.mark.parametrize("town", [small_town, lonely_town])
def test_leaving_out_a_unit_from_class_sums_and_weighing_every_replicate_give_the_same_errors(
    town: Callable[[], pd.DataFrame], calibration: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    indicators = [SHARE, {"id": "t", "item": "visits", "rule": "total"}, PER_HEAD]
    plan = parse_plan(
        {
            "design": DESIGN | {"replicates": {"type": "jkn"}},
            "calibration": calibration,
            "indicators": indicators,
            "domains": [[], ["area"]],
        }
    )
    by_class = run_plan(plan, frame=frame_of(town()))
    monkeypatch.setattr(replicate_sums, "LEFT_CELLS", 0)
    by_pair = run_plan(plan, frame=frame_of(town()))
    assert len(by_class.estimates) == 12
    assert [figure.se for figure in by_class.estimates] == pytest.approx(
        [figure.se for figure in by_pair.estimates], rel=1e-9
    )


def test_categories_texts_and_numbers_of_a_frame_are_the_same_columns() -> None:
    """Unused categories and missing values included."""
    plain = small_town()
    typed = plain.copy()
    typed["q"] = pd.Categorical(plain.q, categories=[9.0, 5.0, 4.0, 3.0, 2.0, 1.0, 7.0])
    typed["area"] = pd.Categorical(plain.area, categories=["port", "marsh", "lake", "hill"])
    typed["w"] = plain.w.astype(str)
    margins = [*RAKE["margins"], {"by": ["area"], "totals": {"hill": 300, "lake": 400, "port": 300}}]
    parts = {"calibration": [RAKE | {"margins": margins}], "indicators": [SHARE], "domains": [["area"]]}
    plan = parse_plan({"design": DESIGN, **parts})
    one, other = (run_plan(plan, frame=frame_of(table)) for table in (plain, typed))
    assert [figure.domain for figure in one.estimates] == [figure.domain for figure in other.estimates]
    figures = [[(figure.estimate, figure.se, figure.df) for figure in result.estimates] for result in (one, other)]
    for figure, same in zip(*figures, strict=True):
        assert figure == pytest.approx(same, rel=1e-12)


@pytest.mark.parametrize("name", ["rake", "raking", "poststratify, linear"])
def test_weighting_steps_look_at_classes_and_at_rows_alike(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for entries in (0, 1_000_000):
        monkeypatch.setattr(Sample, "entries", entries)
        result = run(small_town(), calibration=WEIGHTINGS[name], indicators=[SHARE], domains=[["area"]])
        found.append([number for figure in result.estimates for number in (figure.n_base, figure.estimate, figure.se)])
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_small_codes_do_not_overflow_when_columns_are_crossed() -> None:
    random = np.random.default_rng(3)
    first, second = (random.integers(-1, 120, 5000).astype(np.int8) for _ in range(2))
    crossed, parts = cross([first, second], [120, 120])
    inside = (first >= 0) & (second >= 0)
    assert (crossed[~inside] == -1).all()
    assert (parts[crossed[inside]] == np.stack([first, second], axis=1)[inside]).all()
    assert len(parts) == len(set(zip(first[inside].tolist(), second[inside].tolist(), strict=True)))
    assert (paired(first, second, 120)[inside] == first[inside] * 120.0 + second[inside]).all()


def test_figures_of_many_small_levels_are_those_of_the_rows() -> None:
    random = np.random.default_rng(4)
    town = pd.DataFrame({"psu": np.arange(3000) % 150, "area": random.integers(0, 100, 3000)})
    town["q"] = random.integers(0, 2, 3000)
    plan = {
        "design": {"psu": ["psu"]},
        "indicators": [{"id": "q", "item": "q", "rule": "share"}],
        "domains": [["area"]],
    }
    result = run_plan(parse_plan(plan), frame=frame_of(town))
    shares = town.groupby("area")["q"].agg(["mean", "size"])
    assert [figure.n for figure in result.estimates] == shares["size"].tolist()
    assert [figure.estimate for figure in result.estimates] == pytest.approx(shares["mean"].tolist(), rel=1e-12)
