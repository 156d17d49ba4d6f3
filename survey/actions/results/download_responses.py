"""Download the responses of a wave from one area: the CSV, its codebooks, an R script and the manifest in one zip."""

import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from survey.actions.results.export_responses import ExportFormat, ExportRequest, export_responses
from survey.storage import Storage


def download_responses(storage: Storage, wave_id: str, area: str, now: datetime, actor: str) -> BinaryIO:
    """An open, nameless zip file, read from its beginning; it is gone when it is closed.

    Texts are safe to open in a spreadsheet. Raises what `export_responses` raises.
    """
    with tempfile.TemporaryDirectory(prefix="minyi-export-") as folder:
        request = ExportRequest(wave_id, ExportFormat.CSV, within=area, actor=actor)
        files = export_responses(storage, request, Path(folder) / f"{wave_id}.csv", now)
        target = tempfile.TemporaryFile(prefix="minyi-export-")  # noqa: SIM115 - the caller closes it
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files.all:
                archive.write(path, path.name)
    target.seek(0)
    return target
