"""Quota cells with their counters: counted in the transaction of the response, exact between all processes.

The counter's row is locked while a group of answers is written (SQLite has one writer anyway), and a constraint keeps
it from ever passing its limit.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKey,
    String,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.programme.quota import FilledQuota, Quota
from survey.storage.base import Base


class QuotaRow(Base):
    __tablename__ = "quota"
    __table_args__ = (CheckConstraint("accepted >= 0 AND accepted <= ceiling", name="limit"),)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int]
    ceiling: Mapped[int]
    accepted: Mapped[int]
    over: Mapped[int]
    definition: Mapped[str] = mapped_column(Text)


class QuotaCountRow(Base):
    """One answer that counts in one cell; the counter must equal the number of these."""

    __tablename__ = "quota_count"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    quota: Mapped[str] = mapped_column(String(40), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)


@dataclass(frozen=True)
class Claim:
    """A response that belongs to some cells of its wave."""

    wave: str
    response_id: str
    cells: tuple[str, ...]


def save_quotas(session: Session, wave_id: str, quotas: Iterable[Quota]) -> None:
    """The cells of a new wave, empty."""
    session.add_all(
        QuotaRow(
            wave=wave_id,
            name=quota.name,
            position=position,
            ceiling=quota.limit,
            accepted=0,
            over=0,
            definition=quota.to_text(),
        )
        for position, quota in enumerate(quotas)
    )
    session.flush()


def replace_quotas(session: Session, wave_id: str, quotas: Iterable[Quota]) -> None:
    """The cells of a draft, in the place of those that it had; a draft has no answers that could count."""
    session.execute(delete(QuotaRow).where(QuotaRow.wave == wave_id))
    save_quotas(session, wave_id, quotas)


def load_quotas(session: Session, wave_id: str) -> list[FilledQuota]:
    """The cells of a wave in the order of its file."""
    rows = session.scalars(select(QuotaRow).where(QuotaRow.wave == wave_id).order_by(QuotaRow.position))
    return [FilledQuota(Quota.from_text(row.name, row.ceiling, row.definition), row.accepted, row.over) for row in rows]


def count_in_quotas(connection: Connection, claims: Sequence[Claim]) -> list[tuple[str, ...]]:
    """Count each response in all of its cells, or in none when one of them is full; the full cells of each, in order.

    Locks the counters in the order of their keys, so that two processes never wait for each other.
    """
    wanted = sorted({(claim.wave, cell) for claim in claims for cell in claim.cells})
    if not wanted:
        return [() for _ in claims]
    free = {key: _free_places(connection, *key) for key in wanted}
    taken: Counter[tuple[str, str]] = Counter()
    over: Counter[tuple[str, str]] = Counter()
    counted: list[dict[str, str]] = []
    found: list[tuple[str, ...]] = []
    for claim in claims:
        keys = [(claim.wave, cell) for cell in claim.cells]
        full = [key for key in keys if taken[key] >= free[key]]
        found.append(tuple(cell for _, cell in full))
        if full:
            over.update(full)
            continue
        taken.update(keys)
        counted += [{"wave": wave, "quota": cell, "response_id": claim.response_id} for wave, cell in keys]
    changes = [{"in_wave": key[0], "of_name": key[1], "more": taken[key], "beyond": over[key]} for key in wanted]
    connection.execute(_ADD, changes)
    if counted:
        connection.execute(insert(QuotaCountRow), counted)
    return found


def leave_quotas(connection: Connection, wave: str, response_id: str) -> None:
    """Give back the places of a response that is changed or withdrawn."""
    of_response = (QuotaCountRow.wave == wave, QuotaCountRow.response_id == response_id)
    held = sorted(connection.scalars(delete(QuotaCountRow).where(*of_response).returning(QuotaCountRow.quota)))
    if held:
        connection.execute(_ADD, [{"in_wave": wave, "of_name": name, "more": -1, "beyond": 0} for name in held])


def quota_disagreements(session: Session) -> list[tuple[str, str, int, int]]:
    """Wave, cell, counter and number of counted answers of every cell where the two differ."""
    number = func.count(QuotaCountRow.response_id)
    query = (
        select(QuotaRow.wave, QuotaRow.name, QuotaRow.accepted, number)
        .outerjoin(QuotaCountRow, (QuotaCountRow.wave == QuotaRow.wave) & (QuotaCountRow.quota == QuotaRow.name))
        .group_by(QuotaRow.wave, QuotaRow.name, QuotaRow.accepted)
        .having(QuotaRow.accepted != number)
        .order_by(QuotaRow.wave, QuotaRow.name)
    )
    return [(wave, name, accepted, n) for wave, name, accepted, n in session.execute(query)]


_LOCKED = (
    select(QuotaRow.ceiling - QuotaRow.accepted)
    .where(QuotaRow.wave == bindparam("in_wave"), QuotaRow.name == bindparam("of_name"))
    .with_for_update()
)
_ADD = (
    update(QuotaRow)
    .where(QuotaRow.wave == bindparam("in_wave"), QuotaRow.name == bindparam("of_name"))
    .values(accepted=QuotaRow.accepted + bindparam("more"), over=QuotaRow.over + bindparam("beyond"))
)


def _free_places(connection: Connection, wave: str, cell: str) -> int:
    return int(connection.execute(_LOCKED, {"in_wave": wave, "of_name": cell}).scalar_one())
