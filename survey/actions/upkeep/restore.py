"""Restore a backup: all of it in one transaction, or nothing; also from SQLite to PostgreSQL and back."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from survey.actions.progress import OnProgress, reported, tell_nobody
from survey.actions.upkeep.back_up import BackedUp
from survey.exchange.backup_file import BackupError, BackupReader, open_backup
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.migrate import holds_rows, known_revisions, rebuild
from survey.storage.outage import outage_is_named
from survey.storage.whole_tables import TableShape, insert_rows


def restore(
    storage: Storage,
    path: Path,
    now: datetime,
    actor: str,
    *,
    replace: bool = False,
    on_progress: OnProgress = tell_nobody,
) -> BackedUp:
    """Fill the database from the backup at `path`, then run the migrations that the backup has not seen.

    Raises `BackupError` when the file is damaged or of a newer program, or when the database holds rows and `replace`
    is False; the database is then as it was.
    """
    with open_backup(path) as backup:
        if backup.migration not in known_revisions():
            raise BackupError(f"the backup stands at migration {backup.migration}, which this program does not know")
        with outage_is_named():
            if not replace and holds_rows(storage.engine):
                raise BackupError("the database is not empty; to replace everything in it, say so with --yes")
            rebuild(storage.engine, backup.migration, lambda connection: _load(connection, backup, on_progress))
        restored = BackedUp({table.name: table.rows for table in backup.tables})
    with storage.write() as session:
        record_event(session, new_event(now, actor, "restore", path.name, f"made at {backup.made_at}"))
    return restored


def _load(connection: Connection, backup: BackupReader, on_progress: OnProgress) -> None:
    total, done = sum(table.rows for table in backup.tables), 0
    for table in backup.tables:
        rows = reported(backup.rows(table), done, total, on_progress)
        try:
            insert_rows(connection, TableShape(table.name, table.columns, table.numbered), rows)
        except BackupError:
            raise
        except (ValueError, TypeError, IntegrityError, DataError) as error:
            raise BackupError(f"{table.name}: a row of the backup does not fit: {error}") from error
        done += table.rows
