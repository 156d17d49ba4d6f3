"""Several waves in one file, with the weights that each wave has, and the plan that compares them. Steps 5 to 8."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from survey.exchange.plan.analysis_plan import MOST_REPLICATES
from survey.programme.indicator import Rule
from survey.programme.wave_indicator import WaveIndicator

STACK, MARGIN_SEX, MARGIN_AGE = "waves.csv", "margins_sex.csv", "margins_age.csv"
_RECORDED = ("wave", "stratum", "psu", "weight", "in_population", "margin_sex", "margin_age")


class Stack:
    """Writes the answers of several waves below each other: one column for each indicator, the person's value in it.

    The weights are the final ones of each wave, so that the figures are those that the wave shows. The margins that
    they hold are written down as well: raking to them again changes no weight and lets the variance know them.
    """

    def __init__(self, folder: Path, indicators: Sequence[str]) -> None:
        self.indicators = tuple(indicators)
        self._file = (folder / STACK).open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([*_RECORDED, *(f"v_{name}" for name in indicators)])
        self._folder = folder
        self._totals: dict[str, dict[str, float]] = {MARGIN_SEX: defaultdict(float), MARGIN_AGE: defaultdict(float)}
        self.psus: set[tuple[str, str]] = set()

    def add(self, wave: str, rows: Iterable[tuple[Mapping[str, str], float, Mapping[str, float | None]]]) -> None:
        """`rows`: recorded columns of an answer, its final weight, its value in each indicator (None: not in it)."""
        for recorded, weight, values in rows:
            cells = {}
            for name, file in (("margin_sex", MARGIN_SEX), ("margin_age", MARGIN_AGE)):
                cell = recorded.get(name, "")
                cells[name] = f"{wave} {cell}" if cell else ""
                if cell:
                    self._totals[file][cells[name]] += weight
            self.psus.add((recorded["stratum"], recorded["psu"]))
            shown = ["" if (value := values.get(name)) is None else repr(value) for name in self.indicators]
            inside = recorded.get("in_population", "1")
            head = [wave, recorded["stratum"], recorded["psu"], repr(weight), inside, *cells.values()]
            self._writer.writerow([*head, *shown])

    def close(self) -> None:
        self._file.close()
        for file, totals in self._totals.items():
            with (self._folder / file).open("w", encoding="utf-8", newline="") as written:
                writer = csv.writer(written)
                writer.writerow([file.removesuffix(".csv").replace("margins", "margin"), "total"])
                writer.writerows((cell, repr(total)) for cell, total in sorted(totals.items()))

    @property
    def margins(self) -> list[dict[str, Any]]:
        files = [(file, totals) for file, totals in self._totals.items() if totals]
        return [{"by": [file.removesuffix(".csv").replace("margins", "margin")], "file": file} for file, _ in files]


def trend_plan(stack: Stack, lines: Mapping[str, Sequence[str]], frozen: Sequence[WaveIndicator]) -> dict[str, Any]:
    """`lines`: for each indicator the waves that may stand in one line, in their order; two of them make a trend."""
    design: dict[str, Any] = {"weight": "weight", "strata": ["stratum"], "psu": ["psu"], "lonely_psu": "adjust"}
    if 1 < len(stack.psus) <= MOST_REPLICATES:
        design["replicates"] = {"type": "jkn"}
    plan: dict[str, Any] = {"data": {"file": STACK, "missing": [""]}, "design": design}
    plan["subset"] = {"column": "in_population", "in": ["1"]}
    if stack.margins:
        plan["calibration"] = [{"method": "rake", "missing": "keep", "margins": stack.margins}]
    plan["indicators"] = [_entry(one) for one in frozen]
    plan["domains"] = [["wave"]]
    plan["interval"] = {"method": ["korn-graubard", "logit"], "level": [0.95, 0.90]}
    compared = {name: waves for name, waves in lines.items() if len(waves) > 1}
    plan["trends"] = [
        {"indicator": name, "over": "wave", "scores": {wave: k for k, wave in enumerate(waves, 1)}, "family": "trends"}
        for name, waves in compared.items()
    ]
    plan["contrasts"] = [
        {"indicator": name, "between": [{"wave": waves[-1]}, {"wave": waves[-2]}], "family": "changes"}
        for name, waves in compared.items()
    ]
    return plan


def _entry(frozen: WaveIndicator) -> dict[str, Any]:
    one = frozen.indicator
    rule = "mean" if one.rule in (Rule.INDEX, Rule.MEAN) else "share"
    return {"id": one.id, "label": one.label.zh_hans, "item": f"v_{one.id}", "rule": rule}
