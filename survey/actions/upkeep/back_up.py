"""Back up everything that is stored, from one snapshot, while the survey goes on, into one portable file."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from survey.actions.progress import OnProgress, reported, tell_nobody
from survey.exchange.backup_file import BackupError, new_backup
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.migrate import current_revision, newest_revision
from survey.storage.outage import outage_is_named
from survey.storage.whole_tables import count_rows, stream_rows, table_shapes


@dataclass(frozen=True)
class BackedUp:
    """Number of rows of each table."""

    rows: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def back_up(
    storage: Storage,
    out: Path,
    now: datetime,
    actor: str,
    on_progress: OnProgress = tell_nobody,
) -> BackedUp:
    """Write the backup to `out`. The key that signs receipts is not in it: keep `SECRET_KEY` apart.

    Raises `BackupError` when the database has migrations to run; `OSError` when the file cannot be written.
    """
    migration = _migration(storage)
    with storage.read() as session, new_backup(out) as backup:
        shapes = table_shapes()
        counts = {shape.name: count_rows(session, shape) for shape in shapes}
        total, done = sum(counts.values()), 0
        for shape in shapes:
            rows = reported(stream_rows(session, shape), done, total, on_progress)
            backup.add_table(shape.name, shape.columns, shape.numbered, rows)
            done += counts[shape.name]
        backup.finish(migration, now.isoformat())
    with storage.write() as session:
        record_event(session, new_event(now, actor, "back_up", out.name, f"{total} rows"))
    return BackedUp(counts)


def _migration(storage: Storage) -> str:
    with outage_is_named():
        current = current_revision(storage.engine)
    if current is None or current != newest_revision():
        raise BackupError(
            f"the database stands at migration {current}, this program at {newest_revision()}; run: flask db upgrade"
        )
    return current
