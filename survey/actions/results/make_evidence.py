"""Make the evidence bundle of a wave: data, plan, estimates, R script in one zip, from one state of the database."""

import json
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from survey.actions.results.analyse_wave import AnalysisFailedError, define_wave, write_source
from survey.actions.results.integrity_summary import integrity_summary
from survey.actions.texts.open_texts import text_items
from survey.actions.texts.summarise_coding import summarise_coding
from survey.actions.texts.weigh_categories import coded_columns
from survey.exchange.export.csv_file import write_table
from survey.exchange.export.pseudonyms import Pseudonyms
from survey.exchange.fault import Fault, FaultsFoundError
from survey.exchange.plan.analysis_bundle import PLAN, BundleWriter
from survey.exchange.plan.evidence_bundle import (
    EvidenceBundle,
    SourceEvidence,
    pack,
    write_about,
    write_integrity,
    write_text_coding,
)
from survey.response.response import Response, Source
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.responses import stream_responses


def make_evidence(
    storage: Storage, wave_id: str, secret_key: str, target: BinaryIO, now: datetime, actor: str
) -> EvidenceBundle:
    """Write the zip into `target`, read from its beginning afterwards; the same answers give the same bytes.

    Raises `WaveError` for an unknown wave, `FaultsFoundError` without responses, `AnalysisFailedError`.
    """
    pseudonyms = Pseudonyms(wave_id, secret_key)
    with tempfile.TemporaryDirectory(prefix="minyi-evidence-") as made:
        folder = Path(made)
        with storage.read() as session:
            definition, integrity = define_wave(session, wave_id), integrity_summary(session, wave_id)
            coding = summarise_coding(session, definition)
            written = [_write_source(session, wave_id, source, folder, pseudonyms) for source in Source]
        sources = [_estimate(folder / one.source.value, one) for one in written if one is not None]
        if not sources:
            raise FaultsFoundError([Fault(f"wave {wave_id}", "responses", "live responses", "none")])
        write_integrity(folder, integrity)
        if coding:
            write_text_coding(folder, coding)
        write_about(folder, definition, sources)
        sha256 = pack(folder, target)
    target.seek(0)
    rows = {one.source.value: one.rows for one in sources}
    with storage.write() as session:
        text = json.dumps({"sha256": sha256, "rows": rows})
        record_event(session, new_event(now, actor, "make_evidence", wave_id, text))
    return EvidenceBundle(sha256, rows, pseudonyms.given)


def write_names(names: Mapping[str, str], path: Path) -> None:
    """The office's own list: code of the sampling unit, pseudonym. It does not belong into the bundle."""
    write_table(path, ("code", "pseudonym"), sorted(names.items()), bom=True)


def _write_source(
    session: Session, wave_id: str, source: Source, folder: Path, pseudonyms: Pseudonyms
) -> SourceEvidence | None:
    """Data, codebook, margins and plan of one source; None when there is no response of it."""

    def in_order_of_ids(one: Source) -> Iterable[Response]:
        """The responses in the order of their random ids, which says nothing about when they arrived."""
        return stream_responses(session, wave_id, sources=(one,), by_id=True)

    definition = define_wave(session, wave_id)
    items = text_items(definition.questionnaire)
    coded = [column for item in items for column in coded_columns(session, definition, item)]
    writer = BundleWriter(definition, source, pseudonyms, further=coded)
    bundle = write_source(writer, folder / source.value, in_order_of_ids)
    return SourceEvidence(source, bundle.rows, bundle.outside, bundle.warnings) if bundle else None


def _estimate(folder: Path, one: SourceEvidence) -> SourceEvidence:
    """Run the plan in its folder and write the figures, the weights and the script beside it."""
    from analysis.fault import FaultsFound
    from analysis.pipeline import run_plan
    from analysis.plan_file import read_plan
    from analysis.read import read_frame
    from analysis.report.folder import write_folder
    from analysis.report.r.script import write_r_script

    try:
        file = read_plan(folder / PLAN)
        frame = read_frame(file.plan, folder)
        result = run_plan(file.plan, frame=frame, folder=folder, plan_sha256=file.sha256)
        write_folder(result, file.plan, folder, ["csv"])
    except FaultsFound as found:
        raise AnalysisFailedError("\n".join(f"{one.source.value}: {fault}" for fault in found.faults)) from found
    try:
        write_r_script(file.plan, frame, folder)
    except FaultsFound as found:
        reason = "; ".join(str(fault) for fault in found.faults)
        return SourceEvidence(one.source, one.rows, one.outside, one.warnings, reason)
    return one
