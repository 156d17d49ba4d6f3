"""Download the responses of a wave from one area: the CSV, its codebooks, an R script and the manifest in one zip."""

import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from survey.actions.progress import OnProgress, tell_nobody
from survey.actions.results.export_responses import ExportFormat, ExportRequest, export_responses
from survey.storage import Storage


def download_responses(
    storage: Storage,
    wave_id: str,
    area: str,
    now: datetime,
    actor: str,
    *,
    kind: ExportFormat = ExportFormat.CSV,
    on_progress: OnProgress = tell_nobody,
    target: Path | None = None,
) -> BinaryIO:
    """An open zip file, read from its beginning: `target`, or without one a nameless file, gone when it is closed.

    Texts are safe to open in a spreadsheet. Raises what `export_responses` raises.
    """
    with tempfile.TemporaryDirectory(prefix="minyi-export-") as folder:
        request = ExportRequest(wave_id, kind, within=area, actor=actor)
        files = export_responses(storage, request, Path(folder) / f"{wave_id}.{kind.value}", now, on_progress)
        opened = tempfile.TemporaryFile(prefix="minyi-export-") if target is None else target.open("w+b")  # noqa: SIM115
        with zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files.all:
                archive.write(path, path.name)
    opened.seek(0)
    return opened
