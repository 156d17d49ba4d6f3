"""Analyse a wave: write its bundle, run what `python -m analysis` runs, keep plan and result with the wave."""

import json
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey.actions.results.check_integrity import check_integrity
from survey.actions.results.keep_counts import keep_counts
from survey.actions.webhooks.announce import announce
from survey.exchange.fault import Fault, FaultsFoundError
from survey.exchange.manifest import described, write_manifest
from survey.exchange.plan.analysis_bundle import PLAN, Bundle, BundleWriter
from survey.exchange.plan.wave_definition import WaveDefinition
from survey.programme.wave_indicator import read_wave_indicator
from survey.programme.webhook import HookEvent
from survey.response.integrity import SUSPICIOUS
from survey.response.response import Response, Source
from survey.response.review import ReviewDecision
from survey.storage import Storage
from survey.storage.analyses import AnalysisRunRow
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import count_cases
from survey.storage.integrity import list_findings, newest_check
from survey.storage.questionnaires import require_questionnaire
from survey.storage.responses import stream_responses
from survey.storage.reviews import list_reviews
from survey.storage.waves import load_indicators, load_margins, require_wave

SELF_SELECTED = "自愿扫码，不代表全体居民"
QR_FOLDER = "qr"
_ACTOR = "flask analyse"


class AnalysisFailedError(ValueError):
    """The analysis could not be run; the message has one line per fault."""


@dataclass(frozen=True)
class AnalysedWave:
    """`result`: what is kept (see `analyse_wave`); `warnings`: what a reader of the figures must know."""

    run_id: str
    rows: Mapping[str, int]
    result: Mapping[str, Any]
    warnings: tuple[str, ...]


def analyse_wave(
    storage: Storage,
    wave_id: str,
    out: Path,
    now: datetime,
    *,
    run_id: str | None = None,
    formats: Sequence[str] = (),
) -> AnalysedWave:
    """Check the answers, write `out` (the drawn sample) and `out/qr` (self-selected answers), keep the run.

    Kept: {"prob": estimates or null, "qr": estimates or null, "rows": {…}, "outside_population": {…}}.
    `run_id`: a run that `start_analysis` recorded. Raises `WaveError`, `FaultsFoundError`, `AnalysisFailedError`; the
    run is then kept as failed, with the message, and `out` is not touched.
    """
    _check_formats(formats)
    started = time.monotonic()
    with storage.write() as session:
        require_wave(session, wave_id)
        run_id = run_id or str(uuid.uuid4())
        session.merge(AnalysisRunRow(wave=wave_id, run_id=run_id, status="running", started_at=now))
    try:
        check_integrity(storage, wave_id, now, _ACTOR)
        analysed = _analyse(storage, wave_id, run_id, out, formats)
    except BaseException as error:
        # A run that nobody ended would be shown as running for ever: whatever went wrong is written down.
        _finish(storage, wave_id, run_id, now, started, status="failed", message=str(error) or type(error).__name__)
        raise
    result = json.dumps(analysed.result, ensure_ascii=False, allow_nan=False)
    plans = "---\n".join(analysed.plans)
    _finish(
        storage,
        wave_id,
        run_id,
        now,
        started,
        status="done",
        plan=plans,
        result=result,
        message="\n".join(analysed.warnings),
    )
    keep_counts(storage, wave_id, now)
    return AnalysedWave(run_id, analysed.result["rows"], analysed.result, analysed.warnings)


def _check_formats(formats: Sequence[str]) -> None:
    from analysis.report.folder import WRITERS

    unknown = [name for name in formats if name not in WRITERS]
    if unknown:
        raise FaultsFoundError([Fault("analyse", "format", f"any of {', '.join(WRITERS)}", ", ".join(unknown))])


@dataclass(frozen=True)
class _Analysed:
    result: dict[str, Any]
    plans: tuple[str, ...]
    warnings: tuple[str, ...]


def _analyse(storage: Storage, wave_id: str, run_id: str, out: Path, formats: Sequence[str]) -> _Analysed:
    out.parent.mkdir(parents=True, exist_ok=True)
    result: dict[str, Any] = {source.value: None for source in Source}
    result |= {"rows": dict.fromkeys(map(str, Source), 0), "outside_population": dict.fromkeys(map(str, Source), 0)}
    bundles: dict[Source, Bundle] = {}
    failures: dict[Source, ValueError] = {}
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".analyse-") as made:
        folder = Path(made) / "bundle"
        for source in Source:
            place = folder if source is Source.PROB else folder / QR_FOLDER
            try:
                bundle = _write_bundle(storage, wave_id, source, place)
                if bundle is None:
                    continue
                result[source.value] = _kept(_run(bundle, formats), bundle, source)
            except (FaultsFoundError, AnalysisFailedError) as error:
                shutil.rmtree(place, ignore_errors=True)
                failures[source] = error
                continue
            bundles[source] = bundle
            result["rows"][source.value] = bundle.rows
            result["outside_population"][source.value] = bundle.outside
        if not bundles:
            raise _nothing_analysed(wave_id, failures)
        _write_manifest(folder, wave_id, run_id, bundles)
        _move(folder, out)
    warnings = [f"{source.value}: {line}" for source, bundle in bundles.items() for line in bundle.warnings]
    warnings += [f"{source.value}: not analysed: {error}" for source, error in failures.items()]
    return _Analysed(result, tuple(bundle.plan for bundle in bundles.values()), tuple(warnings))


def _nothing_analysed(wave_id: str, failures: Mapping[Source, ValueError]) -> ValueError:
    if not failures:
        return FaultsFoundError([Fault(f"wave {wave_id}", "responses", "live responses", "none")])
    return AnalysisFailedError("\n".join(f"{source.value}: {error}" for source, error in failures.items()))


def _write_bundle(storage: Storage, wave_id: str, source: Source, folder: Path) -> Bundle | None:
    """None when there is no response of this source. All looks see one state of the database."""
    with storage.read() as session:
        writer = BundleWriter(define_wave(session, wave_id), source)
        return write_source(writer, folder, lambda one: stream_responses(session, wave_id, sources=(one,)))


def write_source(
    writer: BundleWriter, folder: Path, responses: Callable[[Source], Iterable[Response]]
) -> Bundle | None:
    """The folder of the writer's source; a drawn sample has the self-selected answers beside it. None without any."""
    if not writer.look(responses(writer.source)).rows:
        return None
    if writer.source is Source.PROB:
        writer.look_at_volunteers(responses(Source.QR))
    return writer.write(folder, responses(writer.source), responses(Source.QR))


def define_wave(session: Session, wave_id: str) -> WaveDefinition:
    wave = require_wave(session, wave_id)
    return WaveDefinition(
        wave=wave,
        questionnaire=require_questionnaire(session, wave.questionnaire, wave.version),
        indicators=tuple(read_wave_indicator(text) for _, text in load_indicators(session, wave_id)),
        margins=tuple(load_margins(session, wave_id)),
        areas=load_area_tree(session),
        cases=count_cases(session, wave_id),
        flagged=_doubted(session, wave_id),
    )


def _doubted(session: Session, wave_id: str) -> frozenset[str]:
    """The answers that the newest check doubts, without those that somebody decided to keep."""
    check = newest_check(session, wave_id)
    if check is None:
        return frozenset()
    kept = {name for name, one in list_reviews(session, wave_id).items() if one.decision is ReviewDecision.APPROVED}
    return frozenset(one.response for one in list_findings(session, check) if one.kind in SUSPICIOUS) - kept


def _run(bundle: Bundle, formats: Sequence[str]) -> dict[str, Any]:
    """Run the plan and write its files into the bundle's folder; the content of estimates.json."""
    from analysis.fault import FaultsFound
    from analysis.pipeline import run_plan_file
    from analysis.plan_file import read_plan
    from analysis.report.folder import write_folder
    from analysis.report.json_report import result_entry

    try:
        file = read_plan(bundle.folder / PLAN)
        result = run_plan_file(file)
        write_folder(result, file.plan, bundle.folder, formats)
    except FaultsFound as found:
        raise AnalysisFailedError("\n".join(str(fault) for fault in found.faults)) from found
    return result_entry(result)


def _kept(entry: dict[str, Any], bundle: Bundle, source: Source) -> dict[str, Any]:
    """The estimates as they are shown: with the application's own warnings, and self-selected ones marked."""
    entry = entry | {"warnings": [*bundle.warnings, *entry["warnings"]]}
    if source is Source.QR:
        entry["estimates"] = [one | {"flags": [*one["flags"], SELF_SELECTED]} for one in entry["estimates"]]
    return entry


def _write_manifest(folder: Path, wave_id: str, run_id: str, bundles: Mapping[Source, Bundle]) -> None:
    facts: dict[str, object] = {"schema_version": 1, "wave": wave_id, "run": run_id}
    for source, bundle in bundles.items():
        files = sorted(path for path in bundle.folder.iterdir() if path.is_file())
        facts[source.value] = {
            "folder": str(bundle.folder.relative_to(folder)),
            "rows": bundle.rows,
            "outside_population": bundle.outside,
            "warnings": list(bundle.warnings),
            "files": [described(path) for path in files],
        }
    write_manifest(folder / "manifest.json", facts)


def _move(folder: Path, out: Path) -> None:
    """Put the finished files in place; files of an earlier analysis under other names stay."""
    for path in _files(folder):
        target = out / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _finish(
    storage: Storage, wave_id: str, run_id: str, now: datetime, started: float, *, status: str, **columns: str
) -> None:
    finished = now + timedelta(seconds=time.monotonic() - started)
    with storage.write() as session:
        row = session.get_one(AnalysisRunRow, (wave_id, run_id))
        row.status, row.finished_at = status, finished
        for name, value in columns.items():
            setattr(row, name, value)
        record_event(session, new_event(finished, _ACTOR, f"analysis_{status}", wave_id, run_id))
        if status == "done":
            announce(session, HookEvent.ANALYSIS_READY, {"wave": wave_id, "run": run_id}, finished)
