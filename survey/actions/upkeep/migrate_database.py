"""Migrate the database to the newest schema of this program."""

from survey.storage import Storage
from survey.storage.migrate import current_revision, upgrade
from survey.storage.outage import outage_is_named


def migrate_database(storage: Storage) -> tuple[str | None, str | None]:
    """Run what is missing; returns the migration before (None: none had run) and after."""
    with outage_is_named():
        before = current_revision(storage.engine)
        upgrade(storage.engine)
        return before, current_revision(storage.engine)
