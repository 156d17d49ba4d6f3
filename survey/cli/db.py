"""`flask db …`: bring the database to the newest schema. Run once before the server starts."""

import click
from flask.cli import AppGroup

from survey.cli.plain_errors import plain_errors
from survey.web.services import services

db_group = AppGroup("db", help="The database's schema.")


@db_group.command("upgrade")
@plain_errors
def upgrade() -> None:
    """Run every migration that the database has not seen."""
    from survey.actions.upkeep.migrate_database import migrate_database  # Alembic loads only here

    before, after = migrate_database(services().storage)
    click.echo(
        f"migrated from {before or 'an empty database'} to {after}" if before != after else f"at {after} already"
    )
