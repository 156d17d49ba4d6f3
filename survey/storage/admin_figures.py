"""Administrative indicators and every edition of their figures. Values are exact: text of a decimal number."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, String, Text, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.programme.admin_figure import AdminFigure, AdminIndicator, Comparison, FigureState
from survey.storage.base import Base


class AdminIndicatorRow(Base):
    __tablename__ = "admin_indicator"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(20))
    comparison: Mapped[str | None] = mapped_column(String(2))
    target: Mapped[str | None] = mapped_column(String(40))
    responsible: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[str] = mapped_column(String(200), default="")


class AdminFigureRow(Base):
    __tablename__ = "admin_figure"

    indicator: Mapped[str] = mapped_column(ForeignKey("admin_indicator.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text, default="")
    entered_by: Mapped[str] = mapped_column(String(120))
    entered_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")


def save_admin_indicators(session: Session, indicators: Iterable[AdminIndicator]) -> None:
    for one in indicators:
        session.merge(
            AdminIndicatorRow(
                id=one.id,
                name=one.name,
                unit=one.unit,
                comparison=one.comparison.value if one.comparison else None,
                target=None if one.target is None else str(one.target),
                responsible=one.responsible,
                source=one.source,
            )
        )
    session.flush()


def load_admin_indicators(session: Session) -> dict[str, AdminIndicator]:
    rows = session.scalars(select(AdminIndicatorRow).order_by(AdminIndicatorRow.id))
    return {row.id: _to_indicator(row) for row in rows}


def load_admin_figures(session: Session, indicator: str | None = None) -> list[AdminFigure]:
    """Every edition: by indicator, then the newest period and edition first."""
    query = select(AdminFigureRow)
    if indicator is not None:
        query = query.where(AdminFigureRow.indicator == indicator)
    order = (AdminFigureRow.indicator, AdminFigureRow.period.desc(), AdminFigureRow.edition.desc())
    return [_to_figure(row) for row in session.scalars(query.order_by(*order))]


def newest_edition(session: Session, indicator: str, period: str) -> AdminFigure | None:
    found = (row for row in load_admin_figures(session, indicator) if row.period == period)
    return next(found, None)


def count_editions(session: Session, indicator: str, period: str) -> int:
    query = select(func.max(AdminFigureRow.edition))
    return session.scalars(query.filter_by(indicator=indicator, period=period)).one() or 0


def add_admin_figure(session: Session, figure: AdminFigure) -> None:
    """Raises `IntegrityError` when somebody else was first with this edition."""
    session.add(
        AdminFigureRow(
            indicator=figure.indicator,
            period=figure.period,
            edition=figure.edition,
            value=str(figure.value),
            note=figure.note,
            entered_by=figure.entered_by,
            entered_at=figure.entered_at,
            state=figure.state.value,
        )
    )
    session.flush()


def decide_figure(
    session: Session, figure: AdminFigure, state: FigureState, by: str, at: datetime, reason: str
) -> bool:
    """False when somebody has decided before."""
    statement = update(AdminFigureRow).where(
        AdminFigureRow.indicator == figure.indicator,
        AdminFigureRow.period == figure.period,
        AdminFigureRow.edition == figure.edition,
        AdminFigureRow.state == FigureState.ENTERED.value,
    )
    values = statement.values(state=state.value, decided_by=by, decided_at=at, reason=reason)
    return session.execute(values.returning(AdminFigureRow.edition)).first() is not None


def _to_indicator(row: AdminIndicatorRow) -> AdminIndicator:
    return AdminIndicator(
        row.id,
        row.name,
        row.unit,
        Comparison(row.comparison) if row.comparison else None,
        None if row.target is None else Decimal(row.target),
        row.responsible,
        row.source,
    )


def _to_figure(row: AdminFigureRow) -> AdminFigure:
    return AdminFigure(
        row.indicator,
        row.period,
        row.edition,
        Decimal(row.value),
        row.note,
        row.entered_by,
        row.entered_at,
        FigureState(row.state),
        row.decided_by,
        row.decided_at,
        row.reason,
    )
