"""A figure as it may be shown: what is held back is not in it, and self-selected answers decide nothing."""

from typing import Any

from survey.programme.figure import Decision, Limits, read_figure, read_self_selected_figure

ENTRY: dict[str, Any] = {
    "indicator": "SAFE",
    "n": 402,
    "n_base": 379,
    "estimate": 0.934,
    "intervals": [
        {"method": "logit", "level": 0.95, "lower": 0.86, "upper": 0.96},
        {"method": "logit", "level": 0.90, "lower": 0.88, "upper": 0.95},
        {"method": "korn-graubard", "level": 0.95, "lower": 0.870, "upper": 0.972},
        {"method": "korn-graubard", "level": 0.90, "lower": 0.884, "upper": 0.966},
    ],
    "target": 0.85,
    "operator": ">",
    "decision": "met",
    "point_meets": True,
    "n_effective": 171.0,
    "deff": 2.2,
    "dk_share": 0.018,
    "publishable": True,
    "flags": ["review: df below 8"],
}


def test_the_interval_that_decides_comes_first_and_by_the_published_method() -> None:
    assert read_figure(ENTRY).limits == (
        Limits(0.884, 0.966, 0.90, "korn-graubard"),
        Limits(0.870, 0.972, 0.95, "korn-graubard"),
    )


def test_a_mean_has_the_interval_that_there_is() -> None:
    entry = ENTRY | {"intervals": [{"method": "t", "level": 0.95, "lower": 71.0, "upper": 78.0}]}
    assert read_figure(entry).limits == (Limits(71.0, 78.0, 0.95, "t"),)


def test_an_interval_that_is_not_defined_is_left_out() -> None:
    entry = ENTRY | {"intervals": [{"method": "korn-graubard", "level": 0.9, "lower": None, "upper": None}]}
    assert read_figure(entry).limits == ()


def test_a_figure_that_is_held_back_gives_nothing_away() -> None:
    flags = ["0 % or 100 %: exact one-sided limits, deff not defined", "not publishable: n<30"]
    held = read_figure(ENTRY | {"publishable": False, "estimate": 1.0, "flags": flags, "decision": "met"})
    assert (held.estimate, held.limits, held.deff, held.dk_share, held.point_meets) == (None, (), None, None, None)
    assert held.flags == ("not publishable: n<30",), "“0 % or 100 %” would tell the rate"
    assert held.decision is Decision.UNDETERMINED
    assert held.n == 379


def test_without_a_target_nothing_is_decided() -> None:
    entry = ENTRY | {"target": None, "operator": None, "decision": "none", "point_meets": None}
    assert read_figure(entry).decision is Decision.NONE
    assert read_figure(entry | {"publishable": False}).decision is Decision.NONE


def test_self_selected_answers_get_a_rate_and_no_interval_and_no_verdict() -> None:
    figure = read_self_selected_figure(ENTRY)
    assert (figure.estimate, figure.n, figure.dk_share) == (0.934, 379, 0.018)
    assert figure.limits == ()
    assert figure.decision is Decision.NONE
    assert (figure.n_effective, figure.deff, figure.target, figure.point_meets) == (None, None, None, None)
