"""A reader is told that calibration totals no longer hold, when that is so and only then."""

from pathlib import Path

import pytest

from analysis.pipeline import run_plan
from analysis.plan_file import parse_plan

RAKE = {"method": "rake", "margins": [{"by": ["sex"], "totals": {"F": 60, "M": 40}}]}
CUTTING = {"method": "trim", "lower": 0, "upper": 12}
IDLE = {"method": "trim", "lower": 0, "upper": 1000}


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([RAKE], False),
        ([RAKE, CUTTING], True),
        ([RAKE, IDLE], False),
        ([RAKE, CUTTING, RAKE], False),
        ([CUTTING], False),
    ],
)
def test_trimming_is_told_when_it_is_the_last_to_change_the_weights(
    steps: list[dict[str, object]], told: bool, tmp_path: Path
) -> None:
    rows = "".join(f"{sex},{answer}\n" for sex, answer in [("F", 1), ("F", 0), ("F", 1), ("F", 1)] + [("M", 0)] * 6)
    (tmp_path / "data.csv").write_text("sex,y\n" + rows, encoding="utf-8")
    plan = parse_plan(
        {
            "data": {"file": "data.csv"},
            "calibration": steps,
            "indicators": [{"id": "y", "item": "y", "rule": "share", "count": [1]}],
        }
    )
    warnings = run_plan(plan, folder=tmp_path).warnings
    assert bool([line for line in warnings if "no longer hold exactly" in line]) is told
