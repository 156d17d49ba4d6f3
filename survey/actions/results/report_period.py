"""Report a period: the bulletin of a month, the roll-up of a quarter, half-year or year, from the waves within it."""

import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from survey.actions.results.report_wave import report_source, writer_of
from survey.actions.results.score_cycle import cycle_scores
from survey.exchange.report.bulletin import build_bulletin
from survey.exchange.report.report_source import ReportSource
from survey.opinion.opinion import OpinionState
from survey.programme.period import Period, PeriodError, periods_with, read_period
from survey.programme.wave import OFFICE_TIME, Wave, WaveStatus
from survey.storage import Storage
from survey.storage.analyses import newest_run
from survey.storage.opinions import count_states
from survey.storage.waves import list_waves

_STATES = {
    OpinionState.RECEIVED: "已经收到",
    OpinionState.HANDLING: "正在办理",
    OpinionState.ANSWERED: "已经答复",
    OpinionState.CONFIRMED: "居民确认解决",
    OpinionState.REOPENED: "居民认为没有解决",
}


def report_period(storage: Storage, written: str, ending: str, now: datetime) -> bytes:
    """The bulletin as one file: `docx`, `pdf` or `html`; made again from the same figures, it has the same bytes.

    Raises `PeriodError` for a period that is not written as one or has no analysed wave, KeyError for another ending.
    """
    period, write = read_period(written), writer_of(ending)
    today = now.astimezone(OFFICE_TIME).date()
    with storage.read() as session:
        sources = _sources(session, period)
        opinions = {_STATES[state]: n for state, n in count_states(session, period.first, period.last).items()}
        cycles = cycle_scores(session, period.first.year, now) if period.is_year else []
    if not sources:
        raise PeriodError(f"period {written}: expected a wave with a finished analysis, found none")
    report = build_bulletin(period, sources, opinions, today, cycles)
    with tempfile.TemporaryDirectory(prefix="minyi-bulletin-") as folder:
        path = Path(folder) / f"bulletin.{ending}"
        write(report, path)
        return path.read_bytes()


def offered_periods(storage: Storage, now: datetime) -> list[list[Period]]:
    """Months, quarters, half-years and years that have an analysed wave, each newest first: of these a report is made.

    A closed wave belongs to the periods of its last day, one that is still open to those of today.
    """
    today = now.astimezone(OFFICE_TIME).date()
    with storage.read() as session:
        waves = [wave for wave in list_waves(session) if newest_run(session, wave.id, "done") is not None]
    days = {wave.closed_at.astimezone(OFFICE_TIME).date() if wave.closed_at else today for wave in waves}
    kinds = zip(*map(periods_with, days), strict=True)
    return [sorted(set(kind), key=lambda period: period.first, reverse=True) for kind in kinds]


def _sources(session: Session, period: Period) -> list[ReportSource]:
    """The waves that ended in the period or were open in it without having ended yet, the earliest first."""
    waves = [wave for wave in list_waves(session) if _belongs(wave, period)]
    runs = [(wave, newest_run(session, wave.id, "done")) for wave in reversed(waves)]
    return [report_source(session, wave.id, run) for wave, run in runs if run is not None]


def _belongs(wave: Wave, period: Period) -> bool:
    if wave.opened_at is None or wave.status is WaveStatus.DRAFT:
        return False
    opened = wave.opened_at.astimezone(OFFICE_TIME).date()
    if wave.closed_at is None:
        return opened <= period.last
    return period.holds(wave.closed_at.astimezone(OFFICE_TIME).date())
