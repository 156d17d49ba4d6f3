"""Compare a wave with those before it: a line for each indicator, broken where rule, wording or scale changed."""

import csv
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey.actions.results.analyse_wave import AnalysisFailedError, define_wave
from survey.exchange.plan.analysis_bundle import PLAN, BundleWriter
from survey.exchange.plan.analysis_plan import RESPONSES
from survey.exchange.plan.trend_plan import Stack, trend_plan
from survey.exchange.plan.wave_definition import WaveDefinition
from survey.programme.comparability import Break, breaks_between, comparable_from
from survey.programme.wave import Wave
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Source
from survey.storage import Storage
from survey.storage.analyses import newest_run
from survey.storage.responses import stream_responses
from survey.storage.waves import list_waves, require_wave

MOST_WAVES = 12


@dataclass(frozen=True)
class Line:
    """One indicator over the waves; `breaks[k]` lie between wave k and k + 1, `first` is where the last line begins."""

    indicator: WaveIndicator
    waves: tuple[Wave, ...]
    breaks: tuple[tuple[Break, ...], ...]

    @property
    def first(self) -> int:
        return comparable_from(self.breaks)


def list_lines(storage: Storage, wave_id: str) -> list[Line]:
    """The indicators of a wave with the earlier waves of the same population that have them, the oldest first.

    Only waves with a finished analysis of a drawn sample. Raises `WaveError`.
    """
    with storage.read() as session:
        definitions = _definitions(session, wave_id)
    return _lines(definitions)


def compare_waves(storage: Storage, wave_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Plan and result of the comparison. Raises `AnalysisFailedError` where there is nothing to compare with."""
    from analysis.fault import FaultsFound
    from analysis.pipeline import run_plan
    from analysis.plan import Plan
    from analysis.report.json_report import result_entry

    with storage.read() as session, tempfile.TemporaryDirectory(prefix="minyi-trend-") as made:
        folder = Path(made)
        definitions = _definitions(session, wave_id)
        lines = _lines(definitions)
        if len(definitions) < 2 or not lines:
            raise AnalysisFailedError(f"wave {wave_id}: expected an earlier wave with the same indicators, found none")
        stack = Stack(folder, [line.indicator.indicator.id for line in lines])
        for k, definition in enumerate(definitions):
            stack.add(definition.wave.id, _answers(session, definition, folder / f"wave-{k}"))
        stack.close()
        segments = {line.indicator.indicator.id: [one.id for one in line.waves[line.first :]] for line in lines}
        plan = trend_plan(stack, segments, [line.indicator for line in lines])
        try:
            result = run_plan(Plan.model_validate(plan), folder=folder)
        except FaultsFound as found:
            raise AnalysisFailedError("\n".join(str(fault) for fault in found.faults)) from found
    return plan, result_entry(result)


def _definitions(session: Session, wave_id: str) -> list[WaveDefinition]:
    """The wave and those before it, the oldest first."""
    wave = require_wave(session, wave_id)
    found = []
    for one in list_waves(session):
        earlier = one.opened_at is not None and wave.opened_at is not None and one.opened_at <= wave.opened_at
        if one.population is wave.population and (one.id == wave_id or earlier) and _has_sample(session, one.id):
            found.append(define_wave(session, one.id))
    return list(reversed(found[:MOST_WAVES]))


def _has_sample(session: Session, wave_id: str) -> bool:
    run = newest_run(session, wave_id, "done")
    return run is not None and json.loads(run.result).get(Source.PROB.value) is not None


def _lines(definitions: Sequence[WaveDefinition]) -> list[Line]:
    lines = []
    newest = definitions[-1].indicators if definitions else ()
    for frozen in newest:
        with_it = [(one, found) for one in definitions if (found := _find(one, frozen.indicator.id)) is not None]
        pairs = pairwise(with_it)
        breaks = [breaks_between(a[1], b[1], a[0].questionnaire, b[0].questionnaire) for a, b in pairs]
        if len(with_it) > 1:
            lines.append(Line(frozen, tuple(one.wave for one, _ in with_it), tuple(breaks)))
    return lines


def _find(definition: WaveDefinition, indicator: str) -> WaveIndicator | None:
    return next((one for one in definition.indicators if one.indicator.id == indicator), None)


def _answers(
    session: Session, definition: WaveDefinition, folder: Path
) -> Iterator[tuple[Mapping[str, str], float, Mapping[str, float | None]]]:
    """Recorded columns, final weight and values of every answer of a wave's drawn sample, in the order of arrival."""
    from analysis.pipeline import prepare
    from analysis.plan_file import read_plan
    from analysis.read import read_frame

    wave = definition.wave.id
    writer = BundleWriter(definition, Source.PROB)
    writer.look(stream_responses(session, wave, sources=(Source.PROB,)))
    writer.write(folder, stream_responses(session, wave, sources=(Source.PROB,)))
    plan = read_plan(folder / PLAN).plan
    weights = prepare(plan, read_frame(plan, folder), folder).weighting.weight
    values = {planned.entry["id"]: planned.value for planned in writer.indicators}
    responses = stream_responses(session, wave, sources=(Source.PROB,))
    with (folder / RESPONSES).open(encoding="utf-8", newline="") as file:
        for row, weight, response in zip(csv.DictReader(file), weights.tolist(), responses, strict=True):
            yield row, weight, {name: value(response) for name, value in values.items()}
