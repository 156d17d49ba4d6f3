"""Choose administrative indicators that come ready with a plan; nothing that is there already is changed by it."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from survey.actions.instrument.checked_folder import checked_folder
from survey.exchange.programme.figure_file import read_figures
from survey.instrument.text import Text
from survey.programme.admin_figure import AdminFigureError, AdminIndicator
from survey.storage import Storage
from survey.storage.admin_figures import load_admin_indicators, save_admin_indicators
from survey.storage.events import new_event, record_event

REPORTED = "reported"


@dataclass(frozen=True)
class ReadyPlan:
    """`name`: of the plan, as in `targets/`; `indicators` in the order of its file."""

    name: str
    title: Text
    indicators: tuple[AdminIndicator, ...]


def ready_plans(questionnaires: Path) -> list[ReadyPlan]:
    """The plans of `reported/*.csv`, by name. Raises `FaultsFoundError` for a file with a fault."""
    profiles = checked_folder(questionnaires).profiles
    plans = []
    for path in sorted((questionnaires / REPORTED).glob("*.csv")):
        title = profiles[path.stem].title if path.stem in profiles else Text(path.stem, path.stem)
        plans.append(ReadyPlan(path.stem, title, read_figures(path, {}).indicators))
    return plans


def add_ready(storage: Storage, plan: ReadyPlan, chosen: Collection[str], now: datetime, actor: str) -> list[str]:
    """Add the chosen ones that are not there yet; their ids. Raises `AdminFigureError` for others than the plan's."""
    unknown = set(chosen) - {one.id for one in plan.indicators}
    if unknown or not chosen:
        raise AdminFigureError(f"indicator: expected some of {plan.name}, found {', '.join(sorted(unknown)) or 'none'}")
    with storage.write() as session:
        known = load_admin_indicators(session)
        added = [one for one in plan.indicators if one.id in chosen and one.id not in known]
        save_admin_indicators(session, added)
        ids = [one.id for one in added]
        if ids:
            detail = json.dumps({"indicators": ids})
            record_event(session, new_event(now, actor, "add_ready_admin_indicators", plan.name, detail))
    return ids
