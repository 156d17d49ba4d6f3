"""Standard errors after raking, three forms beside the true spread, by repeated samples through whole plans."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.frame import Categories, Frame
from analysis.pipeline import run_plan
from analysis.plan import Plan
from analysis.plan_file import parse_plan

Row = dict[str, str | float]

AGE_SHARE, AGE_ANSWERS, AGE_YES = np.array([0.35, 0.40, 0.25]), np.array([0.2, 0.4, 0.4]), np.array([-0.05, 0.0, 0.05])
SEX_SHARE, SEX_ANSWERS = np.array([0.5, 0.5]), np.array([0.6, 0.4])
HOUSING_SHARE = np.array([0.3, 0.4, 0.3])
SAME_HOUSING = 0.7
PEOPLE = 100_000


@dataclass(frozen=True)
class Town:
    """Strata of communities in which old people and women answer more often than their share of the population.

    Housing clusters: most people of a community live in the same kind, so that a community left out moves that margin.
    """

    name: str
    psus: tuple[int, ...]
    size: int
    level: float
    icc: float

    @property
    def rate(self) -> float:
        return float(self.level + AGE_SHARE @ AGE_YES)


TOWNS = (
    Town("four strata of 2", (2,) * 4, 15, 0.85, 0.05),
    Town("four strata of 3", (3,) * 4, 15, 0.85, 0.05),
    Town("four strata of 6", (6,) * 4, 15, 0.85, 0.05),
    Town("two strata of 3 and two of 12", (3, 12) * 2, 15, 0.85, 0.05),
)

FORMS: dict[str, tuple[str, str]] = {
    "linearised, R's rake": ("rake", "none"),
    "linearised, R's calibrate": ("raking", "none"),
    "jackknife, raked again": ("rake", "jkn"),
}


def plan_of(method: str, replicates: str) -> Plan:
    margins = [
        {"by": [name], "totals": {str(level): PEOPLE * share for level, share in enumerate(shares)}}
        for name, shares in (("age", AGE_SHARE), ("sex", SEX_SHARE), ("housing", HOUSING_SHARE))
    ]
    return parse_plan(
        {
            "design": {
                "weight": "weight",
                "strata": ["stratum"],
                "psu": ["psu"],
                "replicates": {"type": replicates, "mse": True},
            },
            "calibration": [{"method": method, "margins": margins}],
            "indicators": [{"id": "yes", "item": "yes", "rule": "share"}],
            "interval": {"method": ["korn-graubard", "xlogit"], "level": 0.95},
        }
    )


def draw_rows(town: Town, random: np.random.Generator) -> Frame:
    """One sample as rows."""
    psus = sum(town.psus)
    stratum = np.repeat(np.arange(len(town.psus)), town.psus)
    spread = 1 / town.icc - 1
    level = random.beta(town.level * spread, (1 - town.level) * spread, psus)
    psu = np.repeat(np.arange(psus), town.size)
    age = random.choice(3, psu.shape[0], p=AGE_ANSWERS)
    sex = random.choice(2, psu.shape[0], p=SEX_ANSWERS)
    usual = random.choice(3, psus, p=HOUSING_SHARE)[psu]
    other = random.choice(3, psu.shape[0], p=HOUSING_SHARE)
    housing = np.where(random.random(psu.shape[0]) < SAME_HOUSING, usual, other)
    slope = np.minimum(level, 1 - level)[psu] / min(town.level, 1 - town.level)
    yes = random.random(psu.shape[0]) < np.clip(level[psu] + AGE_YES[age] * slope, 0, 1)
    codes = {
        "stratum": stratum[psu],
        "psu": psu,
        "age": age,
        "sex": sex,
        "housing": housing,
        "yes": yes.astype(np.int64),
    }
    raw: dict[str, object] = {name: Categories(code, tuple(range(int(code.max()) + 1))) for name, code in codes.items()}
    raw["weight"] = Categories(random.integers(0, 3, psus)[psu], (0.5, 1, 2))
    return Frame("sample", psu.shape[0], raw)


def simulate(town: Town, samples: int, random: np.random.Generator) -> Iterator[Row]:
    """For each form: mean standard error over the true spread of the estimates, and coverage of two intervals."""
    plans = {form: plan_of(*parts) for form, parts in FORMS.items()}
    found: dict[str, list[tuple[float, ...]]] = {form: [] for form in FORMS}
    for _ in range(samples):
        frame = draw_rows(town, random)
        for form, plan in plans.items():
            (figure,) = run_plan(plan, frame=frame).estimates
            limits = [limit for interval in figure.intervals for limit in (interval.lower, interval.upper)]
            found[form].append(
                tuple(np.nan if value is None else value for value in (figure.estimate, figure.se, *limits))
            )
    truth = float(np.mean([row[0] for row in found["linearised, R's rake"]]))
    for form, rows in found.items():
        estimate, se, *limits = np.array(rows).T
        yield {
            "town": town.name,
            "form": form,
            "bias": truth - town.rate,
            "se_over_spread": float(se.mean() / estimate.std(ddof=1)),
            "covered_korn_graubard": float(((limits[0] <= truth) & (truth <= limits[1])).mean()),
            "covered_xlogit": float(((limits[2] <= truth) & (truth <= limits[3])).mean()),
        }
