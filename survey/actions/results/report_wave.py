"""Report a wave: the special report as Word, PDF and HTML, tables, a note on the method, from its newest analysis."""

import json
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from sqlalchemy.orm import Session

from survey.actions.results.integrity_summary import integrity_summary
from survey.actions.results.release_results import fieldwork_of
from survey.actions.results.response_rates import response_rates
from survey.exchange.report.report_source import ReportSource
from survey.exchange.report.report_tables import WaveReport, write_report
from survey.exchange.report.wave_report import build_report
from survey.programme.report import Report
from survey.programme.wave import OFFICE_TIME, WaveError
from survey.programme.wave_indicator import read_wave_indicator
from survey.response.response import Mode, Source
from survey.storage import Storage
from survey.storage.analyses import AnalysisRunRow, newest_run
from survey.storage.areas import load_area_tree
from survey.storage.fieldwork import list_cases
from survey.storage.opinion_steps import open_deadlines
from survey.storage.questionnaires import require_questionnaire
from survey.storage.response_counts import count_by_source
from survey.storage.units import load_units
from survey.storage.waves import load_indicators, require_wave

Write: TypeAlias = Callable[[Report, Path], None]
ENDINGS = ("docx", "pdf", "html")


def report_wave(storage: Storage, wave_id: str, out: Path) -> list[Path]:
    """Write the report of the newest finished analysis into `out` and return its files.

    Raises `WaveError` for an unknown wave and for one that was never analysed, ValueError without a district.
    """
    with storage.read() as session:
        run = _finished_run(session, wave_id)
        source = report_source(session, wave_id, run)
    tables = WaveReport(source.wave, source.indicators, source.areas, source.result, run.finished_at or run.started_at)
    report = build_report(source)
    out.mkdir(parents=True, exist_ok=True)
    files = write_report(tables, out)
    for ending in ENDINGS:
        files.append(out / f"report.{ending}")
        writer_of(ending)(report, files[-1])
    return files


def report_as(storage: Storage, wave_id: str, ending: str) -> bytes:
    """The special report as one file: `docx`, `pdf` or `html`. Raises as `report_wave`, KeyError for another ending."""
    write = writer_of(ending)
    with storage.read() as session:
        report = build_report(report_source(session, wave_id, _finished_run(session, wave_id)))
    with tempfile.TemporaryDirectory(prefix="minyi-report-") as folder:
        path = Path(folder) / f"report.{ending}"
        write(report, path)
        return path.read_bytes()


def writer_of(ending: str) -> Write:
    """What writes this kind of file; the libraries that draw and set type load only here."""
    from survey.exchange.report.report_docx import write_docx
    from survey.exchange.report.report_page import write_page
    from survey.exchange.report.report_pdf import write_pdf

    writers: dict[str, Write] = {"docx": write_docx, "pdf": write_pdf, "html": write_page}
    return writers[ending]


def _finished_run(session: Session, wave_id: str) -> AnalysisRunRow:
    require_wave(session, wave_id)
    run = newest_run(session, wave_id, "done")
    if run is None:
        raise WaveError(f"wave {wave_id}: expected a finished analysis, found none; run `flask analyse` first")
    return run


def report_source(session: Session, wave_id: str, run: AnalysisRunRow) -> ReportSource:
    wave, cases = require_wave(session, wave_id), list_cases(session, wave_id)
    return ReportSource(
        wave=wave,
        questionnaire=require_questionnaire(session, wave.questionnaire, wave.version),
        indicators=tuple(read_wave_indicator(text) for _, text in load_indicators(session, wave_id)),
        units=load_units(session),
        areas=load_area_tree(session),
        fieldwork=fieldwork_of(cases),
        result=json.loads(run.result),
        computed_at=run.started_at,
        integrity=integrity_summary(session, wave_id),
        opinions=_opinions(session, run),
        modes=_modes(session, wave_id),
        response_rates=response_rates(cases),
    )


def _modes(session: Session, wave_id: str) -> dict[Mode, int]:
    """Answers of the drawn sample by mode."""
    found = Counter[Mode]()
    for count in count_by_source(session, wave_id):
        if count.source is Source.PROB:
            found[count.mode] += count.n
    return {mode: found[mode] for mode in Mode if found[mode]}


def _opinions(session: Session, run: AnalysisRunRow) -> dict[str, tuple[int, int]]:
    """By unit: opinions in hand, and those of them that were late on the day of the analysis."""
    day = run.started_at.astimezone(OFFICE_TIME).date()
    found: dict[str, tuple[int, int]] = {}
    for _, unit, due_on in open_deadlines(session):
        in_hand, late = found.get(unit, (0, 0))
        found[unit] = (in_hand + 1, late + (due_on < day))
    return found
