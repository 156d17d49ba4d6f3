"""Report a wave: tables and a note on the method, from the result that was kept when it was analysed."""

import json
from pathlib import Path

from survey.exchange.report_tables import WaveReport, write_report
from survey.programme.wave import WaveError
from survey.programme.wave_indicator import read_wave_indicator
from survey.storage import Storage
from survey.storage.analyses import newest_run
from survey.storage.areas import load_area_tree
from survey.storage.waves import load_indicators, require_wave


def report_wave(storage: Storage, wave_id: str, out: Path) -> list[Path]:
    """Write the report of the newest finished analysis into `out` and return its files.

    Raises `WaveError` for an unknown wave and for one that was never analysed.
    """
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        run = newest_run(session, wave_id, "done")
        indicators = tuple(read_wave_indicator(text) for _, text in load_indicators(session, wave_id))
        areas = load_area_tree(session)
    if run is None:
        raise WaveError(f"wave {wave_id}: expected a finished analysis, found none; run `flask analyse` first")
    report = WaveReport(wave, indicators, areas, json.loads(run.result), run.finished_at or run.started_at)
    out.mkdir(parents=True, exist_ok=True)
    return write_report(report, out)
