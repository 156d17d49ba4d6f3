"""A small town as a frame, for tests of the analysis: three strata, four or more PSUs each, unequal weights."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.frame import frame_of
from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan
from analysis.result import Result

DESIGN = {"weight": "w", "strata": ["stratum"], "psu": ["psu"]}
SEX = {"by": ["sex"], "totals": {"F": 520, "M": 480}}
AGE = {"by": ["age"], "totals": {"young": 300, "middle": 400, "old": 300}}
RAKE = {"method": "rake", "margins": [SEX, AGE], "tolerance": 1e-13}
RAKING = {"method": "raking", "margins": [SEX, AGE]}
LINEAR = {"method": "linear", "margins": [SEX, {"numeric": "members", "total": 2600}]}
POSTSTRATIFY = {"method": "poststratify", "margins": [AGE]}
TRIM = {"method": "trim", "upper": 9.0, "lower": 1.5, "strict": True}
SHARE = {"id": "q", "item": "q", "rule": "share", "count": [4, 5], "exclude": [9]}


def small_town(n: int = 240, seed: int = 5) -> pd.DataFrame:
    """Rows of a town that does not exist; `q` has codes 1..5, 9 and missing."""
    random = np.random.default_rng(seed)
    psu = random.integers(0, 13, n)
    q = random.choice([1.0, 2.0, 3.0, 4.0, 5.0, 9.0, np.nan], n, p=[0.05, 0.1, 0.2, 0.3, 0.25, 0.05, 0.05])
    return pd.DataFrame(
        {
            "stratum": np.select([psu < 4, psu < 8], ["north", "south"], "west"),
            "psu": psu,
            "w": random.uniform(2.0, 7.0, n).round(2),
            "sex": random.choice(["F", "M"], n),
            "age": random.choice(["young", "middle", "old"], n),
            "area": random.choice(["hill", "lake", "port"], n),
            "members": random.integers(1, 6, n),
            "visits": random.integers(0, 4, n),
            "q": q,
        }
    )


def run(table: pd.DataFrame, **parts: Any) -> Result:
    """Runs a plan on the frame: by default the share of q for everyone and by area, not calibrated."""
    plan: dict[str, Any] = {"design": DESIGN, "indicators": [SHARE], "domains": [[], ["area"]]}
    return run_plan(parse_plan(plan | parts), frame=frame_of(table))
