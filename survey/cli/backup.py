"""`flask backup` and `flask restore`: everything that is stored in one portable file, and back."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from survey.cli.plain_errors import plain_errors
from survey.cli.progress import progress_bar
from survey.cli.verify import print_disagreements
from survey.web.services import services


@click.command("backup")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write (zip).")
@with_appcontext
@plain_errors
def backup_command(out: Path) -> None:
    """Write everything that is stored into one file, while the survey goes on.

    The file holds personal data of the staff and all answers: keep it as safe as the database. The key that signs
    receipts (SECRET_KEY, or the file secret_key under var/) is not in it: keep it, too, somewhere else.
    """
    from survey.actions.upkeep.back_up import back_up  # Alembic loads only here

    with progress_bar("backup") as show_progress:
        backed_up = back_up(services().storage, out, datetime.now(UTC), "flask backup", show_progress)
    click.echo(f"{out}: {backed_up.total} rows of {len(backed_up.rows)} tables")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--yes", is_flag=True, help="Replace everything that the database holds.")
@with_appcontext
@plain_errors
def restore_command(file: Path, yes: bool) -> None:
    """Fill the database from FILE and verify it. Stop the server first.

    The backup may come from SQLite or PostgreSQL, and from an older version of this program. Nothing changes when
    anything is wrong with it.
    """
    from survey.actions.upkeep.restore import restore

    with progress_bar("restore") as show_progress:
        restored = restore(
            services().storage, file, datetime.now(UTC), "flask restore", replace=yes, on_progress=show_progress
        )
    click.echo(f"restored {restored.total} rows of {len(restored.rows)} tables")
    if not print_disagreements():
        raise SystemExit(1)
