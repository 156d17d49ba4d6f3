"""Check readiness: whether this installation can take answers now. Says it in the words that `/readyz` shows."""

from dataclasses import dataclass

from survey.storage import Storage, StorageUnavailableError
from survey.storage.outage import outage_is_named


@dataclass(frozen=True)
class Readiness:
    """`migration` is the one the database stands at; None when no migration has run or it cannot be reached."""

    database_reachable: bool
    migration: str | None
    newest_migration: str | None

    @property
    def ready(self) -> bool:
        return self.database_reachable and self.migration == self.newest_migration


def check_readiness(storage: Storage) -> Readiness:
    """Ask the database for its migration. Never raises for an outage: that is one of the answers."""
    from survey.storage.migrate import current_revision, newest_revision  # Alembic loads with the first question

    newest = newest_revision()
    try:
        with outage_is_named():
            return Readiness(True, current_revision(storage.engine), newest)
    except StorageUnavailableError:
        return Readiness(False, None, newest)
