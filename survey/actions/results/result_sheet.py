"""The figures that go into the workbook of a wave's responses: those of its newest finished run."""

import json

from sqlalchemy.orm import Session

from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.results.show_results import SHOWN_LEVELS, figures_of, in_order
from survey.exchange.export.result_sheet import ResultLine, ResultSheet
from survey.programme.area import AreaTree
from survey.programme.wave_indicator import read_wave_indicator
from survey.response.response import Source
from survey.storage.analyses import newest_run
from survey.storage.later_changes import changes_since
from survey.storage.waves import load_indicators


def result_sheet(session: Session, wave_id: str, tree: AreaTree, within: str | None) -> ResultSheet | None:
    """The figures of `within` and the areas below it (None: of all areas); None without a finished run or a figure."""
    run = newest_run(session, wave_id, "done")
    if run is None:
        return None
    inside = frozenset(area.code for area in tree.areas) if within is None else codes_within(tree, within)
    figures = figures_of(json.loads(run.result), tree, inside)
    areas = [area for area in in_order(tree) if area.code in inside and area.level in SHOWN_LEVELS]
    indicators = [read_wave_indicator(text) for _, text in load_indicators(session, wave_id)]
    lines = tuple(
        ResultLine(source, one, area, figure)
        for source, name in ((Source.PROB, "prob"), (Source.QR, "qr"))
        for one in indicators
        for area in areas
        if (pair := figures.get((one.indicator.id, area.code))) is not None
        if (figure := getattr(pair, name)) is not None
    )
    if not lines:
        return None
    later = changes_since(session, wave_id, run.started_at, inside).total
    return ResultSheet(run.run_id, run.started_at, later, lines)
