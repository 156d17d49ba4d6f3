"""Access codes. The use of a household's code is a row of its own that names no answer, only the day."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.instrument.text import Text
from survey.invitation.invitation import Invitation, InvitationKind, PlaceType, SelectionDesign
from survey.storage.base import Base


class InvitationRow(Base):
    __tablename__ = "invitation"
    __table_args__ = (Index(None, "code"),)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    place_zh_hans: Mapped[str] = mapped_column(String(120))
    place_zh_hant: Mapped[str] = mapped_column(String(120))
    place_en: Mapped[str] = mapped_column(String(200))
    place_type: Mapped[str] = mapped_column(String(12))
    stratum: Mapped[str | None] = mapped_column(String(40))
    psu: Mapped[str | None] = mapped_column(String(40))
    base_weight: Mapped[float | None]
    retired_at: Mapped[datetime | None]


class CodeUseRow(Base):
    """A household's code holds one answer. The primary key decides between two that arrive at the same moment."""

    __tablename__ = "code_use"

    wave: Mapped[str] = mapped_column(String(36), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    used_on: Mapped[date]


def save_invitations(session: Session, invitations: Iterable[Invitation]) -> None:
    session.add_all(_to_row(invitation) for invitation in invitations)
    session.flush()


def find_invitation(session: Session, code: str) -> Invitation | None:
    """The invitation of a normalised code; of two waves that drew the same code, the one not retired."""
    rows = session.scalars(select(InvitationRow).where(InvitationRow.code == code))
    found = sorted((_to_invitation(row) for row in rows), key=lambda invitation: invitation.retired)
    return found[0] if found else None


def load_invitation(session: Session, wave_id: str, code: str) -> Invitation | None:
    row = session.get(InvitationRow, (wave_id, code))
    return None if row is None else _to_invitation(row)


def is_used(session: Session, wave_id: str, code: str) -> bool:
    """Whether a household's code holds an answer already."""
    return session.get(CodeUseRow, (wave_id, code)) is not None


def list_invitations(session: Session, wave_id: str, kind: InvitationKind | None = None) -> list[Invitation]:
    query = select(InvitationRow).where(InvitationRow.wave == wave_id).order_by(InvitationRow.area, InvitationRow.code)
    if kind is not None:
        query = query.where(InvitationRow.kind == kind.value)
    return [_to_invitation(row) for row in session.scalars(query)]


def find_in_wave(session: Session, wave_id: str, code: str) -> Invitation | None:
    """The invitation with this code in one wave, retired or not."""
    row = session.get(InvitationRow, (wave_id, code))
    return None if row is None else _to_invitation(row)


def count_code_uses(session: Session, wave_id: str) -> int:
    """How many households' codes have been used."""
    query = select(func.count()).select_from(CodeUseRow).where(CodeUseRow.wave == wave_id)
    return session.scalars(query).one()


def used_codes(session: Session, wave_id: str) -> frozenset[str]:
    """The households' codes that hold an answer."""
    return frozenset(session.scalars(select(CodeUseRow.code).where(CodeUseRow.wave == wave_id)))


def retire_code(session: Session, wave_id: str, code: str, now: datetime) -> bool:
    """Retire a code; False when there is no such code or it was retired before."""
    changed = session.execute(
        update(InvitationRow)
        .where(InvitationRow.wave == wave_id, InvitationRow.code == code, InvitationRow.retired_at.is_(None))
        .values(retired_at=now)
        .returning(InvitationRow.code)
    )
    return changed.first() is not None


def _to_row(invitation: Invitation) -> InvitationRow:
    design = invitation.design
    return InvitationRow(
        wave=invitation.wave,
        code=invitation.code,
        kind=invitation.kind.value,
        area=invitation.area,
        place_zh_hans=invitation.place.zh_hans,
        place_zh_hant=invitation.place.zh_hant,
        place_en=invitation.place.en,
        place_type=invitation.place_type.value,
        stratum=design.stratum if design else None,
        psu=design.psu if design else None,
        base_weight=design.base_weight if design else None,
        retired_at=invitation.retired_at,
    )


def _to_invitation(row: InvitationRow) -> Invitation:
    design = None
    if row.stratum is not None and row.psu is not None and row.base_weight is not None:
        design = SelectionDesign(row.stratum, row.psu, row.base_weight)
    return Invitation(
        wave=row.wave,
        code=row.code,
        kind=InvitationKind(row.kind),
        area=row.area,
        place=Text(row.place_zh_hans, row.place_en, row.place_zh_hant),
        place_type=PlaceType(row.place_type),
        design=design,
        retired_at=row.retired_at,
    )
