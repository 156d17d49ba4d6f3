"""The analysis plan of a wave, derived from its design, margins and frozen indicators; the wave may replace sections.

Step 5 begins here: what is written into plan.yaml is all that `python -m analysis` knows of the wave.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from survey.exchange.export.missing import NOT_ANSWERED, NOT_ANSWERED_FAR, NOT_ASKED, NOT_ASKED_FAR
from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.plan.calibration_cells import CalibrationCells
from survey.instrument.yaml_text import write_yaml_text

RESPONSES = "responses.csv"
SEX_MARGIN = "margins_sex.csv"
AGE_MARGIN = "margins_age.csv"
# Sections of a plan that a wave may replace (Wave.analysis); data and indicators stay what the wave has.
REPLACEABLE = (
    *("design", "subset", "calibration", "domains", "interval", "contrasts", "against_rest", "crosstabs", "ranks"),
    *("trends", "decisions", "disclosure"),
)
# Final weights stay within these multiples of their mean: wide enough to leave a normal calibration alone.
LOWEST_WEIGHT, HIGHEST_WEIGHT = 0.1, 5.0
# Up to here every PSU is left out in turn and the weights are made anew (the best calibrated standard error of a raked
# estimate); above, linearisation.
MOST_REPLICATES = 1000
# Answers that a wave is taken to aim at when no sample was drawn for it here. Looks at any time keep their error for
# any fixed number; it only decides when they are sharpest.
PLANNED_ANSWERS = 400


def replaced_sections(text: str, name: str = "analysis") -> dict[str, Any]:
    """Wave.analysis as sections of a plan. Raises `FaultsFoundError`."""
    try:
        tree = yaml.safe_load(text or "{}")
    except yaml.YAMLError as error:
        raise FaultsFoundError([Fault(name, "analysis", "YAML", shown(error, 160))]) from error
    if not isinstance(tree, dict):
        raise FaultsFoundError([Fault(name, "analysis", "sections of a plan", shown(tree))])
    expected = f"one of {', '.join(REPLACEABLE)}"
    faults = [Fault(name, f"analysis.{key}", expected, "this key") for key in tree if key not in REPLACEABLE]
    if faults:
        raise FaultsFoundError(faults)
    return tree


def derived_plan(
    *,
    drawn: bool,
    psus: int,
    rows: int,
    has_population: bool,
    cells: CalibrationCells | None,
    indicators: Sequence[Mapping[str, Any]],
    replaced: Mapping[str, Any],
    marks: Sequence[str] = (),
    fraction: float | None = None,
    volunteers: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The plan as nested keys. `drawn`: the probability sample; otherwise self-selected, without design.

    `rows`: responses in the file; `has_population`: there is a column in_population; `cells`: None without margins.
    `marks`: columns of 0 and 1 that tell marked responses from the others; both get their estimates.
    `fraction`: while fieldwork goes on, the part of the planned answers that is in; verdicts then keep their error
    however often somebody looks. None when fieldwork has ended. `volunteers`: the file of the self-selected answers
    and what they are matched on, for a drawn sample that has some beside it.
    """
    plan: dict[str, Any] = {"data": {"file": RESPONSES, "missing": _missing_codes()}}
    if drawn:
        plan["design"] = {"weight": "base_weight", "strata": ["stratum"], "psu": ["psu"], "lonely_psu": "adjust"}
        if 1 < psus <= MOST_REPLICATES:
            plan["design"]["replicates"] = {"type": "jkn"}
    if has_population:
        plan["subset"] = {"column": "in_population", "in": ["1"]}
    if cells is not None and cells.sex.totals:
        plan["calibration"] = _calibration(cells, rows)
    plan["indicators"] = [dict(indicator) for indicator in indicators]
    plan["domains"] = [[], ["street"], ["community"], *([mark] for mark in marks)]
    plan["interval"] = {"method": ["korn-graubard", "logit"], "level": [0.95, 0.90]}
    if drawn and psus > 1:
        areas = [name for name in ("street", "community") if [name] in plan["domains"]]
        plan["against_rest"] = [{"indicator": one["id"], "over": areas} for one in plan["indicators"]]
    if drawn and fraction is not None:
        plan["decisions"] = {"looks": {"kind": "any_time", "fraction": fraction}}
    if volunteers is not None:
        plan["volunteers"] = dict(volunteers)
    sections = replaced if drawn else {key: replaced[key] for key in replaced if key != "design"}
    return plan | dict(sections)


def plan_text(plan: Mapping[str, Any], heading: Sequence[str]) -> str:
    """The plan as YAML with comment lines above it."""
    body = write_yaml_text(plan)
    return "".join(f"# {line}\n" for line in heading) + body


def _missing_codes() -> list[str]:
    codes = (NOT_ASKED, NOT_ANSWERED, NOT_ASKED_FAR, NOT_ANSWERED_FAR)
    return ["", "NA", *(str(code) for code in codes)]


def _calibration(cells: CalibrationCells, rows: int) -> list[dict[str, Any]]:
    """Rake, bound the weights, rake again: after the last step the margins hold, which the variance assumes."""
    mean = sum(cells.sex.totals.values()) / rows
    trim = {"method": "trim", "lower": LOWEST_WEIGHT * mean, "upper": HIGHEST_WEIGHT * mean, "strict": True}
    return [_rake(), trim, _rake()]


def _rake() -> dict[str, Any]:
    """Rows without a cell (from outside the population, or without a street) keep their share."""
    margins = [{"by": ["margin_sex"], "file": SEX_MARGIN}, {"by": ["margin_age"], "file": AGE_MARGIN}]
    return {"method": "rake", "missing": "keep", "margins": margins}
