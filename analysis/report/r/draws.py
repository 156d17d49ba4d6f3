"""The draws of a bootstrap as a table that R reads. Step 8."""

from __future__ import annotations

import csv
from pathlib import Path

from analysis.design import build_design
from analysis.estimates.replicates import build_replicates
from analysis.frame import Frame
from analysis.plan import Plan
from analysis.weights.base import selection_weights

DRAWS = "bootstrap_draws.csv"


def write_draws(plan: Plan, frame: Frame, path: Path) -> None:
    """How often each replicate took each PSU, as multipliers: one line per PSU."""
    selection = plan.design.selection
    design = build_design(plan.design, frame, selection_weights(selection, frame) if selection else None)
    made = build_replicates(plan.design.replicates, design, frame, [])
    strata, psus = frame.crossed(plan.design.strata), frame.crossed(plan.design.psu)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["stratum", "psu", *(f"replicate_{k + 1}" for k in range(made.multiplier.shape[1]))])
        written = set()
        for row, unit in enumerate(design.psu_of_row.tolist()):
            if unit not in written:
                written.add(unit)
                stratum = strata.labels[int(strata.codes[row])] if plan.design.strata else "all"
                psu = psus.labels[int(psus.codes[row])] if plan.design.psu else str(row + 1)
                writer.writerow([stratum, psu, *(repr(value) for value in made.multiplier[unit].tolist())])
