"""Read published questionnaire versions: the list, and one of them for downloads in other programs' formats."""

from datetime import datetime

from survey.instrument.questionnaire import Questionnaire
from survey.storage import Storage
from survey.storage.questionnaires import NotPublishedError, list_versions, require_questionnaire


def read_published(storage: Storage, name: str, version: int) -> Questionnaire | None:
    """The version as it was published; None when it never was."""
    with storage.read() as session:
        try:
            return require_questionnaire(session, name, version)
        except NotPublishedError:
            return None


def list_published(storage: Storage) -> list[tuple[str, int, datetime]]:
    """Name, version and time of every published version."""
    with storage.read() as session:
        return list_versions(session)
