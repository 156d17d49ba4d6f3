"""Verdicts of a plan: looks during fieldwork, one family of all verdicts, answers still needed, small cells, trends."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.decision import korn_graubard_limits
from analysis.disclosure import disclosable
from analysis.fault import FaultsFound
from analysis.frame import frame_of
from analysis.looking import look_at_any_time, obrien_fleming_looks
from analysis.more_answers import more_answers
from analysis.multiplicity import adjusted_p_values
from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from analysis.planner.sample_size import size_to_decide
from analysis.ranks import alike_groups
from analysis.result import Estimate
from tests.unit.analysis.small_town import run, small_town

TARGET = {"operator": ">=", "value": 0.5}
SHARE = {"id": "q", "item": "q", "rule": "share", "count": [4, 5], "exclude": [9], "target": TARGET}


def town() -> pd.DataFrame:
    return small_town(1200, seed=3)


def test_looking_at_any_time_decides_at_the_error_of_the_confidence_sequence() -> None:
    looks = {"looks": {"kind": "any_time", "fraction": 0.5}}
    fixed, looking = run(town(), indicators=[SHARE]), run(town(), indicators=[SHARE], decisions=looks)
    assert fixed.estimates[0].decision == "met"
    assert fixed.estimates[0].decision_alpha == 0.05
    assert looking.estimates[0].decision_alpha == look_at_any_time(0.5).nominal_alpha
    assert looking.estimates[0].intervals == fixed.estimates[0].intervals
    assert any(text.startswith("decisions: fieldwork goes on") for text in looking.warnings)
    near = SHARE | {"target": {"operator": ">=", "value": (fixed.estimates[0].estimate or 0) - 0.035}}
    assert run(town(), indicators=[near]).estimates[0].decision == "met"
    assert run(town(), indicators=[near], decisions=looks).estimates[0].decision == "undetermined"


def test_planned_looks_decide_at_the_boundary_of_the_last_one() -> None:
    found = run(town(), indicators=[SHARE], decisions={"looks": {"kind": "planned", "fractions": [0.5, 1.0]}})
    assert found.estimates[0].decision_alpha == obrien_fleming_looks([0.5, 1.0])[1].nominal_alpha


@pytest.mark.parametrize(
    "looks",
    [
        {"kind": "any_time"},
        {"kind": "any_time", "fractions": [0.5]},
        {"kind": "planned", "fractions": [0.5, 0.4]},
        {"kind": "planned", "fractions": [0.5, 1.2]},
        {"kind": "planned", "fraction": 0.5, "fractions": [0.5]},
    ],
)
def test_looks_that_make_no_sense_are_faults(looks: dict[str, Any]) -> None:
    with pytest.raises(FaultsFound, match="fraction"):
        parse_plan({"decisions": {"looks": looks}})


def test_verdicts_of_one_family_keep_only_what_holm_keeps() -> None:
    level = run(town(), indicators=[SHARE], domains=[["area"]])
    values = [0.5, *(lower_limit(one) - 0.001 for one in level.estimates)]
    indicators = [
        SHARE | {"id": f"q{k}", "target": {"operator": ">=", "value": value}} for k, value in enumerate(values)
    ]
    alone = run(town(), indicators=indicators, domains=[["area"]])
    together = run(town(), indicators=indicators, domains=[["area"]], decisions={"adjust": "holm"})
    met = [k for k, one in enumerate(alone.estimates) if one.decision == "met"]
    kept = [k for k, one in enumerate(together.estimates) if one.decision == "met"]
    assert set(kept) < set(met)
    lost = next(k for k in met if k not in kept)
    assert together.estimates[lost].decision == "undetermined"
    assert "met on its own, undetermined among all verdicts (Holm)" in together.estimates[lost].flags
    assert together.estimates[lost].intervals == alone.estimates[lost].intervals


def lower_limit(one: Estimate) -> float:
    """The lower 90 % limit that decides."""
    return korn_graubard_limits(one.estimate or 0.0, one.se or 0.0, one.decision_df, one.n_base, 0.90)[0]


def test_contrasts_and_trends_of_one_family_are_adjusted_together() -> None:
    pairs = [("hill", "lake"), ("hill", "port"), ("lake", "port")]
    contrasts = [{"indicator": "q", "between": [{"area": a}, {"area": b}], "family": "areas"} for a, b in pairs]
    alone = {"indicator": "q", "between": [{"sex": "F"}, {"sex": "M"}]}
    trend = {"indicator": "q", "over": "visits", "family": "areas"}
    found = run(town(), indicators=[SHARE], contrasts=[*contrasts, alone], trends=[trend])
    single = [part.p_value for part in (*found.contrasts[:3], *found.trends)]
    together = [part.p_adjusted for part in (*found.contrasts[:3], *found.trends)]
    assert together == pytest.approx(adjusted_p_values([value or 0.0 for value in single]).tolist())
    assert found.contrasts[3].p_adjusted is None


def test_a_trend_takes_the_levels_that_have_scores_and_names_the_others() -> None:
    table = town().assign(wave=lambda t: t["visits"] + 1)
    part = {"indicator": "q", "over": "wave", "scores": {"1": 0, "2": 3, "3": 12}}
    (found,) = run(table, indicators=[SHARE], trends=[part]).trends
    shares = {one.domain["wave"]: one.estimate for one in run(table, domains=[["wave"]]).estimates}
    line = np.polyfit([0, 3, 12], [shares[level] for level in ("1", "2", "3")], 1)
    assert found.slope == pytest.approx(line[0])
    assert (found.levels, found.left_out) == (("1", "2", "3"), ("4",))
    with pytest.raises(FaultsFound, match=r"trends\[0\].scores: expected levels of wave: 1, 2, 3, 4, found 9"):
        run(table, indicators=[SHARE], trends=[part | {"scores": {"1": 0, "9": 1}}])


def test_more_answers_are_those_of_the_planner_with_the_design_effect_found() -> None:
    n, p, target = 400, 0.83, 0.80
    se = math.sqrt(1.8 * p * (1 - p) / n)
    planned = size_to_decide(p, target, deff=1.8).respondents
    assert more_answers(p, se, n, target, 0.05, is_share=True) == planned - n
    assert more_answers(1.0, 0.0, 40, 0.95, 0.05, is_share=True) == 59 - 40  # 0.05^(1/59) is above 0.95
    assert more_answers(0.8, se, n, 0.80, 0.05, is_share=True) is None
    assert more_answers(0.8 + 1e-9, se, n, 0.80, 0.05, is_share=True) is None
    found = run(town(), indicators=[SHARE | {"target": {"operator": ">=", "value": 0.6}}]).estimates[0]
    assert (found.decision, found.more_answers is not None) == ("undetermined", True)


def test_a_small_cell_is_not_given_away_by_its_neighbours() -> None:
    cells = [{}, {"a": "1"}, {"a": "2"}, {"a": "3"}, {"b": "x"}, {"b": "y"}]
    assert disclosable(cells, [300, 200, 80, 20, 150, 150], [True] * 6, 30) == [True, True, False, False, True, True]
    # Two small cells that are together still a small cell take a third one with them.
    assert disclosable(cells[:4], [300, 280, 12, 8], [True] * 4, 30) == [True, False, False, False]
    # A hidden whole protects nothing: its parts are then not compared with it.
    assert disclosable([{}, {"a": "1"}, {"a": "2"}], [20, 10, 10], [True] * 3, 30) == [False, False, False]


def test_crossed_cells_are_protected_in_rows_and_columns() -> None:
    cells = [{}, {"a": "1"}, {"a": "2"}, {"b": "x"}, {"b": "y"}]
    cells += [{"a": a, "b": b} for a in "12" for b in "xy"]
    shown = disclosable(cells, [400, 200, 200, 200, 200, 10, 190, 190, 10], [True] * 9, 30)
    assert shown[:5] == [True] * 5
    assert shown[5:] == [False] * 4


def test_disclosable_stands_with_every_figure_and_publishable_stays_the_rule_of_precision() -> None:
    table = town().assign(area=lambda t: np.where(np.arange(len(t)) < 35, "tiny", t["area"]))
    found = run(table, domains=[[], ["area"]], disclosure={"minimum": 50}).estimates
    by_area = {one.domain.get("area", ""): one.disclosable for one in found}
    assert by_area[""]
    assert not by_area["tiny"]
    assert sum(by_area.values()) == len(by_area) - 2


def test_groups_of_no_clear_difference_are_the_largest_sets_without_a_sure_difference() -> None:
    better = np.zeros((4, 4), dtype=bool)
    better[0, 2:] = True
    better[1, 3] = True
    assert alike_groups(better) == [(0, 1), (1, 2), (2, 3)]
    (ranking,) = run(town(), ranks=[{"indicator": "q", "over": ["area"]}]).ranks
    assert ranking.groups == (tuple(unit.domain for unit in ranking.ranked),)


def test_an_association_that_the_margins_fix_is_not_tested() -> None:
    cross = {"by": ["sex", "area"], "totals": {s: dict.fromkeys(("hill", "lake", "port"), 100) for s in "FM"}}
    steps = [{"method": "rake", "margins": [cross]}]
    found = run(small_town(), calibration=steps, crosstabs=[{"row": "sex", "column": "area"}]).crosstabs[0]
    assert (found.statistic, found.flags) == (None, ("fixed by design: no sampling variance, no test",))


def test_fractions_may_name_strata_that_were_taken_whole() -> None:
    table = small_town()
    counts = table.groupby("stratum")["psu"].nunique()
    sizes = pd.Series({"north": counts["north"] * 4, "south": counts["south"] * 2, "west": counts["west"]})
    table = table.assign(size=table["stratum"].map(sizes), part=table["stratum"].map(counts / sizes))
    design = {"weight": "w", "strata": ["stratum"], "psu": ["psu"]}
    by_size = run(table, design=design | {"fpc": "size"}).estimates[0]
    assert run(table, design=design | {"fpc": "part"}).estimates[0].se == pytest.approx(by_size.se, rel=1e-12)


def test_a_key_without_a_value_is_left_out() -> None:
    plan = parse_plan({"design": {"weight": None, "strata": None}, "calibration": None, "subset": None})
    assert (plan.design.strata, plan.calibration) == ((), ())
    assert run_plan(parse_plan({"indicators": [SHARE]}), frame=frame_of(small_town())).estimates
