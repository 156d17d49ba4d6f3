"""Enter an administrative figure, from a form or a table, and have a second person check it. Never a survey's rate."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.exchange.programme.figure_file import read_figures
from survey.programme.admin_figure import (
    AdminFigure,
    AdminFigureError,
    AdminIndicator,
    FigureState,
    check_period,
    read_value,
)
from survey.storage import Storage
from survey.storage.admin_figures import (
    add_admin_figure,
    count_editions,
    decide_figure,
    load_admin_indicators,
    newest_edition,
    save_admin_indicators,
)
from survey.storage.events import new_event, record_event


def enter_figure(
    storage: Storage, indicator: str, period: str, value: str, note: str, now: datetime, actor: str
) -> AdminFigure:
    """A new edition, which waits for a second person. Raises `AdminFigureError`."""
    read = (check_period(period), read_value(value))
    try:
        with storage.write() as session:
            known = load_admin_indicators(session)
            if indicator not in known:
                raise AdminFigureError(f"indicator: expected one of {', '.join(known)}, found {indicator!r}")
            return _add(session, indicator, *read, note.strip(), now, actor)
    except IntegrityError as error:
        raise AdminFigureError(f"figure {indicator} {period}: somebody else entered one at the same moment") from error


def check_figure(
    storage: Storage, figure: AdminFigure, *, accept: bool, reason: str, now: datetime, actor: str
) -> None:
    """Four eyes: whoever entered it does not decide. A rejection needs a reason. Raises `AdminFigureError`."""
    if actor == figure.entered_by:
        raise AdminFigureError("check: expected a second person, found the one who entered the figure")
    if not accept and not reason.strip():
        raise AdminFigureError("reason: expected why the figure is rejected, found nothing")
    state = FigureState.CHECKED if accept else FigureState.REJECTED
    with storage.write() as session:
        newest = newest_edition(session, figure.indicator, figure.period)
        if newest is None or newest.edition != figure.edition:
            raise AdminFigureError("check: expected the newest edition, found an older one")
        if not decide_figure(session, figure, state, actor, now, reason.strip()):
            raise AdminFigureError("check: expected a figure that waits, found one that is decided")
        _record(session, f"admin_figure_{state.value}", figure, now, actor, reason.strip())


def import_figures(
    storage: Storage, path: Path, now: datetime, actor: str
) -> tuple[list[AdminIndicator], list[AdminFigure]]:
    """Everything of the table or nothing; a figure that stands already as it is makes no new edition.

    Returns the indicators that are new or changed and the new editions. Raises `FaultsFoundError`.
    """
    with storage.write() as session:
        table = read_figures(path, load_admin_indicators(session))
        save_admin_indicators(session, table.indicators)
        added: list[AdminFigure] = []
        for indicator, period, value, note in table.figures:
            newest = newest_edition(session, indicator, period)
            same = newest is not None and (newest.value, newest.note) == (value, note)
            if not same or (newest is not None and newest.state is FigureState.REJECTED):
                added.append(_add(session, indicator, period, value, note, now, actor))
        detail = json.dumps({"indicators": len(table.indicators), "figures": len(added)})
        record_event(session, new_event(now, actor, "import_admin_figures", path.name[:120], detail))
    return list(table.indicators), added


def _add(
    session: Session, indicator: str, period: str, value: Decimal, note: str, now: datetime, actor: str
) -> AdminFigure:
    edition = count_editions(session, indicator, period) + 1
    figure = AdminFigure(indicator, period, edition, value, note[:500], actor, now)
    add_admin_figure(session, figure)
    _record(session, "enter_admin_figure", figure, now, actor, str(value))
    return figure


def _record(session: Session, action: str, figure: AdminFigure, now: datetime, actor: str, detail: str) -> None:
    subject = f"{figure.indicator} {figure.period} {figure.edition}"
    record_event(session, new_event(now, actor, action, subject, detail))
