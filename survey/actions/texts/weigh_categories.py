"""Weigh the categories of open texts: the drawn sample with a column for each category, its plan with their shares."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from survey.actions.results.analyse_wave import AnalysisFailedError, define_wave
from survey.actions.texts.open_texts import text_items
from survey.exchange.export.export_columns import Column, ColumnKind, item_column_name
from survey.exchange.plan.analysis_bundle import PLAN, BundleWriter
from survey.exchange.plan.question_plan import KEPT
from survey.exchange.plan.wave_definition import WaveDefinition
from survey.instrument.item import Item
from survey.instrument.text import Text
from survey.response.response import Response, Source
from survey.response.text_coding import TextCategory
from survey.storage import Storage
from survey.storage.responses import stream_responses
from survey.storage.text_codings import load_categories, load_open_texts


def weigh_categories(storage: Storage, wave_id: str, column: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Plan and result: of those whose text was coded without dispute, the share who wrote about each category.

    `column`: of the item. Raises `AnalysisFailedError`, where nothing is coded too.
    """
    from analysis.fault import FaultsFound
    from analysis.pipeline import run_plan
    from analysis.plan import Plan
    from analysis.report.json_report import result_entry

    with storage.read() as session, tempfile.TemporaryDirectory(prefix="minyi-texts-") as made:
        folder = Path(made)
        definition = define_wave(session, wave_id)
        items = [one for one in text_items(definition.questionnaire) if item_column_name(one.name) == column]
        columns = [found for item in items for found in coded_columns(session, definition, item)]
        if not columns:
            raise AnalysisFailedError(f"wave {wave_id}: expected coded texts of {column}, found none")
        writer = BundleWriter(definition, Source.PROB, further=columns)
        writer.look(stream_responses(session, wave_id, sources=(Source.PROB,)))
        writer.write(folder, stream_responses(session, wave_id, sources=(Source.PROB,)))
        own = yaml.safe_load((folder / PLAN).read_text("utf-8"))
        plan = _plan(own, columns)
        try:
            result = run_plan(Plan.model_validate(plan), folder=folder)
        except FaultsFound as found:
            raise AnalysisFailedError("\n".join(str(fault) for fault in found.faults)) from found
    return plan, result_entry(result)


def _plan(own: Mapping[str, Any], columns: Sequence[Column]) -> dict[str, Any]:
    """The plan of the wave with a share for each category; base: texts that were coded without dispute."""
    indicators = [{"id": one.name, "label": one.label.zh_hans, "item": one.name, "rule": "share"} for one in columns]
    return {key: own[key] for key in KEPT if key in own} | {"indicators": indicators, "domains": [[]]}


def coded_columns(session: Session, definition: WaveDefinition, item: Item) -> Iterator[Column]:
    """A column of 0 and 1 for each category that a text has; empty where nothing was written or coders differ."""
    everywhere = frozenset(one.code for one in definition.areas.areas)
    texts = load_open_texts(session, definition.wave.id, item.name, everywhere)
    coded = {one.response: one.result for one in texts if one.result is not None}
    used = {code for codes in coded.values() for code in codes}
    for category in load_categories(session, definition.wave.id, item.name):
        if category.code in used:
            name = category_column(item, category)
            yield Column(name, _label(item, category), ColumnKind.NUMBER, _reader(coded, category.code))


def category_column(item: Item, category: TextCategory) -> str:
    """The name of a category's column."""
    return f"{item_column_name(item.name)}_about_{category.code}"


def _label(item: Item, category: TextCategory) -> Text:
    return Text(f"{item.label.zh_hans}：{category.label}", f"{item.label.in_language('en')}: {category.label}")


def _reader(coded: Mapping[str, frozenset[str]], code: str) -> Callable[[Response], int | None]:
    def read(response: Response) -> int | None:
        codes = coded.get(response.response_id)
        return None if codes is None else int(code in codes)

    return read
