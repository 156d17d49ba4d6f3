"""Published questionnaire versions: rows that never change."""

import json
from datetime import datetime

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.instrument.load import from_definition
from survey.instrument.questionnaire import Questionnaire
from survey.storage.base import Base


class QuestionnaireVersionRow(Base):
    __tablename__ = "questionnaire_version"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    definition: Mapped[str] = mapped_column(Text)  # compiled: operator trees, three languages; JSON
    published_at: Mapped[datetime]


class PublishedVersionChangedError(ValueError):
    """The same name and version were published before with other content."""


def add_version(session: Session, row: QuestionnaireVersionRow) -> bool:
    """Store a version once. False when exactly this content is there already.

    Raises `PublishedVersionChangedError` when the version is there with other content.
    """
    known = session.get(QuestionnaireVersionRow, (row.name, row.version))
    if known is None:
        session.add(row)
        return True
    if known.sha256 != row.sha256:
        raise PublishedVersionChangedError(
            f"{row.name} version {row.version} was published with sha256 {known.sha256[:12]}…, "
            f"found {row.sha256[:12]}…; give the changed questionnaire a new version number"
        )
    return False


def load_definition(session: Session, name: str, version: int) -> str | None:
    """The compiled definition as JSON text; None when this version was never published."""
    row = session.get(QuestionnaireVersionRow, (name, version))
    return None if row is None else row.definition


class NotPublishedError(ValueError):
    """A questionnaire version was asked for that was never published; the message names it."""


def require_questionnaire(session: Session, name: str, version: int) -> Questionnaire:
    """The published version as an object. Raises `NotPublishedError`."""
    definition = load_definition(session, name, version)
    if definition is None:
        raise NotPublishedError(
            f"questionnaire {name} version {version}: expected a published version, found none; "
            f"publish it first: flask questionnaires publish {name} {version}"
        )
    return from_definition(json.loads(definition))


def list_versions(session: Session) -> list[tuple[str, int, datetime]]:
    rows = session.scalars(select(QuestionnaireVersionRow).order_by("name", "version"))
    return [(row.name, row.version, row.published_at) for row in rows]
