"""Writes a result's files beside the target folder and moves them there together: all of them or none. Step 8."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.fault import Fault, FaultsFound
from analysis.plan import Plan
from analysis.report.csv_report import write_csv
from analysis.report.json_report import write_json
from analysis.report.method_note import write_method_note
from analysis.result import Result

Writer = Callable[[Result, Plan, Path], None]


def _json(result: Result, plan: Plan, folder: Path) -> None:
    write_json(result, folder)
    write_method_note(result, plan, folder)


def _csv(result: Result, plan: Plan, folder: Path) -> None:
    write_csv(result, folder)


def _xlsx(result: Result, plan: Plan, folder: Path) -> None:
    from analysis.report.xlsx_report import write_xlsx

    write_xlsx(result, plan, folder)


def _html(result: Result, plan: Plan, folder: Path) -> None:
    from analysis.report.html_report import write_html

    write_html(result, plan, folder)


# The formats that only some ask for are imported by those.
WRITERS: dict[str, Writer] = {"json": _json, "csv": _csv, "xlsx": _xlsx, "html": _html}


def write_folder(result: Result, plan: Plan, out: Path, formats: Sequence[str]) -> None:
    """Writes estimates.json, method.md and the formats asked for into `out`. Raises FaultsFound when it cannot."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".analysis-") as made:
            folder = Path(made)
            for name in dict.fromkeys(["json", *formats]):
                WRITERS[name](result, plan, folder)
            for file in sorted(folder.iterdir()):
                shutil.move(file, out / file.name)
    except OSError as error:
        found = error.strerror or str(error)
        raise FaultsFound([Fault(str(out), "--out", "a folder that can be written", found)]) from error
