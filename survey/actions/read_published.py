"""Read a published questionnaire version, for downloads in other programs' formats."""

from survey.instrument.questionnaire import Questionnaire
from survey.storage import Storage
from survey.storage.questionnaires import NotPublishedError, require_questionnaire


def read_published(storage: Storage, name: str, version: int) -> Questionnaire | None:
    """The version as it was published; None when it never was."""
    with storage.read() as session:
        try:
            return require_questionnaire(session, name, version)
        except NotPublishedError:
            return None
