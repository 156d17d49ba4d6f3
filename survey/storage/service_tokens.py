"""Tokens of programs that read the API: the hash of each secret, its scopes and its end."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.accounts.service_token import Scope, ServiceToken
from survey.storage.base import Base


class ServiceTokenRow(Base):
    __tablename__ = "service_token"

    token_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(80))
    scopes: Mapped[str] = mapped_column(String(200))  # separated by spaces, as in OAuth
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(120))
    valid_until: Mapped[date]
    revoked_at: Mapped[datetime | None]
    used_on: Mapped[date | None]


def insert_service_token(session: Session, token: ServiceToken, sha256: str) -> None:
    session.add(
        ServiceTokenRow(
            token_id=token.id,
            sha256=sha256,
            name=token.name,
            scopes=" ".join(sorted(token.scopes)),
            area=token.area,
            issued_at=token.issued_at,
            issued_by=token.issued_by,
            valid_until=token.valid_until,
        )
    )
    session.flush()


def find_service_token(session: Session, token_id: str) -> tuple[ServiceToken, str] | None:
    """The token and the hash of its secret; None for an unknown id."""
    row = session.get(ServiceTokenRow, token_id)
    return None if row is None else (_read(row), row.sha256)


def list_tokens(session: Session) -> list[ServiceToken]:
    return [_read(row) for row in session.scalars(select(ServiceTokenRow).order_by(ServiceTokenRow.issued_at))]


def mark_used(session: Session, token_id: str, day: date) -> None:
    session.execute(update(ServiceTokenRow).where(ServiceTokenRow.token_id == token_id).values(used_on=day))


def mark_revoked(session: Session, token_id: str, at: datetime) -> bool:
    """False when there is no such token, or it was revoked before."""
    statement = update(ServiceTokenRow).where(
        ServiceTokenRow.token_id == token_id, ServiceTokenRow.revoked_at.is_(None)
    )
    return session.execute(statement.values(revoked_at=at).returning(ServiceTokenRow.token_id)).first() is not None


def _read(row: ServiceTokenRow) -> ServiceToken:
    return ServiceToken(
        id=row.token_id,
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes.split()),
        area=row.area,
        issued_at=row.issued_at,
        issued_by=row.issued_by,
        valid_until=row.valid_until,
        revoked_at=row.revoked_at,
        used_on=row.used_on,
    )
