"""recompute.R: a plan as calls of R's `survey`, so that others can recompute every figure and compare. Step 8.

The script reads the plan's own data and the tables of `csv_report`, and ends with an error above a difference of 1e-6.
What the package cannot do in the same way stands as plain R in functions.R beside it, one file of `functions/` a topic.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analysis.encoding import encoding_of
from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Frame
from analysis.plan import Plan
from analysis.report.r.comparisons import comparison_lines
from analysis.report.r.draws import DRAWS, write_draws
from analysis.report.r.figures import figure_lines
from analysis.report.r.study import data_lines, design_lines, lonely_lines, study_lines
from analysis.report.r.weighting import weighting_lines

SCRIPT, FUNCTIONS = "recompute.R", "functions.R"
TOPICS = (
    "package",
    "data",
    "nonresponse",
    "weights",
    "weights_of_a_replicate",
    "replicates",
    "measures",
    "estimate",
    "intervals",
    "decision",
    "figures",
    "comparisons",
    "differences",
)
LARGEST_DIFFERENCE = 1e-6


def write_r_script(plan: Plan, frame: Frame, folder: Path) -> list[Path]:
    """Writes recompute.R, functions.R and, for a bootstrap, its draws into the plan's `folder`.

    estimates.csv, weights.csv and the other tables of `csv_report` must stand there when the script runs. Raises
    FaultsFound for data in another format than CSV, which base R cannot read, and for rankings of some domains only.
    """
    wrong = [name for name in plan.data.file if Path(name).suffix.lower() != ".csv"]
    if wrong:
        raise FaultsFound([Fault("plan", "data.file", "csv, for a script in R", shortened(wrong))])
    if any(part.among for part in plan.ranks):
        raise FaultsFound([Fault("plan", "ranks.among", "rankings of all domains, for a script in R", "some domains")])
    made = [folder / SCRIPT, folder / FUNCTIONS]
    encoding = {"utf8": "UTF-8", "gb18030": "GB18030"}[encoding_of(folder / plan.data.file[0])]
    made[0].write_text("\n".join(_script(plan, folder, encoding)) + "\n", encoding="utf-8")
    made[1].write_text("\n".join(map(_functions_of, TOPICS)), encoding="utf-8")
    if plan.design.replicates.type == "bootstrap":
        write_draws(plan, frame, folder / DRAWS)
        made.append(folder / DRAWS)
    return made


def _functions_of(topic: str) -> str:
    return (Path(__file__).parent / "functions" / f"{topic}.R").read_text(encoding="utf-8")


def _script(plan: Plan, folder: Path, encoding: str) -> Iterator[str]:
    yield "# Recomputes every published figure with R's survey package and compares it with the published tables."
    yield "# Run in this folder: Rscript recompute.R    (R 4.0 or newer, survey 4.1 or newer, nothing else)"
    yield 'source("functions.R", encoding = "UTF-8")'
    yield from lonely_lines(plan)
    weighting = weighting_lines(plan, folder)
    for part in (data_lines(plan, encoding), design_lines(plan), weighting, study_lines(plan), figure_lines(plan)):
        yield ""
        yield from part
    yield from comparison_lines(plan)
    yield ""
    yield f"judge(differences, limit = {LARGEST_DIFFERENCE:g})"
