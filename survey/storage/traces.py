"""Traces and their salts: short-lived tables that tell a second sender from a first one and nothing else.

No row names a response. Both tables are emptied on schedule and are not part of backups.
"""

import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, ForeignKey, String, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.response.trace import Trace
from survey.storage.base import NOT_BACKED_UP, Base


class TraceSaltRow(Base):
    """The random half of the key of one period; without it the hashes of that period are only noise."""

    __tablename__ = "trace_salt"
    __table_args__ = (NOT_BACKED_UP,)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)  # a day, or "wave"
    salt: Mapped[str] = mapped_column(String(64))


class TraceRow(Base):
    """How many answers came with one hash in one period. Rows lie in the order of their key, that of no time."""

    __tablename__ = "trace"
    __table_args__ = {"sqlite_with_rowid": False} | NOT_BACKED_UP

    wave: Mapped[str] = mapped_column(String(36), primary_key=True)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), primary_key=True)
    n: Mapped[int]


# One statement that both databases know; two processes may count the same hash at the same moment.
_COUNT = text(
    "INSERT INTO trace (wave, period, kind, digest, n) VALUES (:wave, :period, :kind, :digest, 1) "
    "ON CONFLICT (wave, period, kind, digest) DO UPDATE SET n = trace.n + 1 RETURNING n"
)
_MAKE_SALT = text(
    "INSERT INTO trace_salt (wave, period, salt) VALUES (:wave, :period, :salt) ON CONFLICT (wave, period) DO NOTHING"
)


def count_traces(connection: Connection, traces: Sequence[Trace]) -> list[int]:
    """Count one more answer for each trace; the number that each has now. In the order of keys, against deadlocks."""
    found = [0] * len(traces)
    for place in sorted(range(len(traces)), key=lambda place: traces[place]):
        trace = traces[place]
        values = {"wave": trace.wave, "period": trace.period, "kind": trace.kind.value, "digest": trace.digest}
        found[place] = int(connection.execute(_COUNT, values).scalar_one())
    return found


def find_salt(session: Session, wave_id: str, period: str) -> str | None:
    row = session.get(TraceSaltRow, (wave_id, period))
    return None if row is None else row.salt


def make_salt(connection: Connection, wave_id: str, period: str) -> None:
    """Make the salt of a period, unless another process did it first."""
    connection.execute(_MAKE_SALT, {"wave": wave_id, "period": period, "salt": secrets.token_hex(32)})


def list_periods(session: Session) -> list[tuple[str, str]]:
    """Wave and period of every salt."""
    query = select(TraceSaltRow.wave, TraceSaltRow.period).order_by(TraceSaltRow.wave, TraceSaltRow.period)
    return [(wave, period) for wave, period in session.execute(query)]


def delete_periods(session: Session, periods: Iterable[tuple[str, str]]) -> int:
    """Delete the hashes and the salts of these periods; how many hashes went."""
    deleted = 0
    for wave, period in periods:
        here = delete(TraceRow).where(TraceRow.wave == wave, TraceRow.period == period)
        deleted += len(session.scalars(here.returning(TraceRow.kind)).all())
        session.execute(delete(TraceSaltRow).where(TraceSaltRow.wave == wave, TraceSaltRow.period == period))
    return deleted
