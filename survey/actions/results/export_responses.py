"""Export the responses of a wave in one of five formats, with a codebook and a manifest beside the file."""

import json
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy.orm import Session

from survey.actions.progress import OnProgress, reported, tell_nobody
from survey.actions.results.result_sheet import result_sheet
from survey.exchange.export.codebook import write_codebook
from survey.exchange.export.codebook_page import write_codebook_page
from survey.exchange.export.csv_file import write_csv
from survey.exchange.export.ddi_file import write_ddi
from survey.exchange.export.export_columns import Column, export_columns
from survey.exchange.export.labelled_file import write_dta, write_sav
from survey.exchange.export.parquet_file import write_parquet
from survey.exchange.export.r_reader import write_r_reader
from survey.exchange.export.reread import Witness, compare_labels
from survey.exchange.export.result_sheet import ResultSheet
from survey.exchange.export.xlsx_file import check_size, write_xlsx
from survey.exchange.fault import Fault, FaultsFoundError
from survey.exchange.manifest import column_facts, described, write_manifest
from survey.instrument.questionnaire import Questionnaire
from survey.programme.area import AreaTree
from survey.programme.wave import Wave
from survey.response.response import Purpose, Response
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.questionnaires import require_questionnaire
from survey.storage.responses import count_responses, stream_responses
from survey.storage.waves import require_wave


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    SAV = "sav"
    DTA = "dta"
    PARQUET = "parquet"


@dataclass(frozen=True)
class ExportRequest:
    """What is exported. `within`: code of an area, only responses from there; left out, all.

    `raw`: people's texts as they were given, not safe to open in a spreadsheet program (CSV). `actor`: who asked.
    """

    wave: str
    format: ExportFormat
    purposes: tuple[Purpose, ...] = (Purpose.LIVE,)
    within: str | None = None
    bom: bool = True
    raw: bool = False
    actor: str = "flask responses export"


@dataclass(frozen=True)
class ExportedFiles:
    data: Path
    codebook: Path
    manifest: Path
    rows: int
    others: tuple[Path, ...] = ()

    @property
    def all(self) -> tuple[Path, ...]:
        return (self.data, self.codebook, *self.others, self.manifest)


def export_responses(
    storage: Storage,
    request: ExportRequest,
    path: Path,
    now: datetime,
    on_progress: OnProgress = tell_nobody,
) -> ExportedFiles:
    """Write `path`, `<stem>.codebook.csv` and `.html`, `<stem>.ddi.xml`, for CSV `<stem>.R`, a manifest; all or none.

    Raises `WaveError`, `NotPublishedError`, `FaultsFoundError` (no such folder, a format that cannot hold the data).
    """
    if not path.parent.is_dir():
        raise FaultsFoundError([Fault(str(path), "folder", "a folder that is there", "none")])
    files = ExportedFiles(
        path,
        path.with_name(f"{path.stem}.codebook.csv"),
        path.with_name(f"{path.name}.manifest.json"),
        0,
        _others(path, request.format),
    )
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
        data, codebook, manifest = (Path(folder) / file.name for file in (files.data, files.codebook, files.manifest))
        with storage.read() as session:
            wave = require_wave(session, request.wave)
            questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
            tree = load_area_tree(session)
            columns = export_columns(questionnaire, tree)
            areas = _within(tree, request.within)
            total = count_responses(session, wave.id, purposes=request.purposes, areas=areas)
            if request.format is ExportFormat.XLSX:
                check_size(path.name, len(columns), total)  # not after writing a million rows
            responses = stream_responses(session, wave.id, purposes=request.purposes, areas=areas)
            witness = Witness(columns, total)
            results = _results(session, request, tree)
            watched = witness.watch(reported(responses, 0, total, on_progress))
            rows = _write(request, data, columns, watched, wave, results)
        compared = _reread(request, data, witness)
        write_codebook(codebook, columns)
        others = [Path(folder) / file.name for file in files.others]
        for other in others:
            _write_other(other, columns, wave, files.data.name, rows)
        facts = {
            "data": described(data, rows),
            "read_again": {"rows": rows, "rows_with_every_value": compared},
            "codebook": described(codebook),
            "others": [described(other) for other in others],
        }
        write_manifest(manifest, _facts(request, wave, questionnaire, columns, now) | facts)
        for wanted in files.all:
            (Path(folder) / wanted.name).replace(wanted)
    with storage.write() as session:
        detail = {"format": request.format.value, "rows": rows, "within": request.within, "raw": request.raw}
        text = json.dumps(detail, ensure_ascii=False)
        record_event(session, new_event(now, request.actor, "export_responses", wave.id, text))
    return replace(files, rows=rows)


def _reread(request: ExportRequest, data: Path, witness: Witness) -> int:
    """Raises `ExportDiffersError` when the file does not hold what was written; nobody gets it then."""
    kind = request.format.value
    if request.format in (ExportFormat.SAV, ExportFormat.DTA):
        compare_labels(data, kind, witness.columns)
    return witness.compare(data, kind, raw=request.raw)


def _others(path: Path, kind: ExportFormat) -> tuple[Path, ...]:
    """The codebook for people, for archives and, for a CSV, for R."""
    endings = ["codebook.html", "ddi.xml", *(["R"] if kind is ExportFormat.CSV else [])]
    return tuple(path.with_name(f"{path.stem}.{ending}") for ending in endings)


def _write_other(path: Path, columns: tuple[Column, ...], wave: Wave, data_file: str, rows: int) -> None:
    if path.suffix == ".html":
        write_codebook_page(path, columns, wave)
    elif path.suffix == ".xml":
        write_ddi(path, columns, wave, data_file, rows)
    else:
        write_r_reader(path, columns, data_file)


def _within(tree: AreaTree, area: str | None) -> Collection[str] | None:
    """Codes of the area and of all below it. Raises `AreaError` for an unknown one."""
    if area is None:
        return None
    tree.path(area)
    return [one.code for one in tree.within(area)]


def _results(session: Session, request: ExportRequest, tree: AreaTree) -> ResultSheet | None:
    """The tables of results for a workbook of live responses, which alone the figures are made from."""
    if request.format is not ExportFormat.XLSX or Purpose.LIVE not in request.purposes:
        return None
    return result_sheet(session, request.wave, tree, request.within)


def _write(
    request: ExportRequest,
    path: Path,
    columns: tuple[Column, ...],
    responses: Iterable[Response],
    wave: Wave,
    results: ResultSheet | None,
) -> int:
    if request.format is ExportFormat.CSV:
        return write_csv(path, columns, responses, bom=request.bom, raw=request.raw)
    if request.format is ExportFormat.XLSX:
        return write_xlsx(path, columns, responses, results)
    if request.format is ExportFormat.PARQUET:
        return write_parquet(path, columns, responses)
    write = write_sav if request.format is ExportFormat.SAV else write_dta
    return write(path, columns, responses, wave.name.zh_hans)


def _facts(
    request: ExportRequest, wave: Wave, questionnaire: Questionnaire, columns: tuple[Column, ...], now: datetime
) -> dict[str, object]:
    return {
        "schema_version": 1,
        "wave": wave.id,
        "wave_name": wave.name.to_mapping(),
        "wave_status": wave.status.value,
        "questionnaire": questionnaire.name,
        "questionnaire_version": questionnaire.version,
        "questionnaire_sha256": questionnaire.sha256,
        "format": request.format.value,
        "purposes": [purpose.value for purpose in request.purposes],
        "within": request.within,
        "formula_safe": request.format is not ExportFormat.CSV or not request.raw,
        "weights": "base weights only; final weights come from the analysis of the wave",
        "exported_at": now,
    } | column_facts(columns)
