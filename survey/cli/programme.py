"""`flask programme …`: the area tree and the responsible units from tables, also before the first account exists."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.actions.programme.import_programme import Changes, import_areas, import_units
from survey.exchange.fault import FaultsFoundError
from survey.programme.area import Area
from survey.programme.unit import Unit
from survey.web.services import services

programme_group = AppGroup("programme", help="Areas and responsible units.")
_ACTOR = "flask programme"
_file = click.argument("file", type=click.Path(path_type=Path))
_write = click.option("--write", is_flag=True, help="Write the changes; without it they are only shown.")


@programme_group.command("import-areas")
@_file
@_write
def areas(file: Path, write: bool) -> None:
    """Areas from a CSV or XLSX file with the columns code, name, name_en, name_zh_hant."""
    try:
        _tell(import_areas(services().storage, file, datetime.now(UTC), _ACTOR, write=write), write)
    except FaultsFoundError as error:
        raise click.ClickException(str(error)) from error


@programme_group.command("import-units")
@_file
@_write
def units(file: Path, write: bool) -> None:
    """Units from a CSV or XLSX file with the columns code, name, lead, cooperating, name_en, name_zh_hant."""
    own = services()
    try:
        changes = import_units(own.storage, own.settings.questionnaires, file, datetime.now(UTC), _ACTOR, write=write)
    except FaultsFoundError as error:
        raise click.ClickException(str(error)) from error
    _tell(changes, write)


def _tell(changes: Changes[Area] | Changes[Unit], written: bool) -> None:
    for old, new in changes.changed:
        click.echo(f"changed {new.code}: {old.name.zh_hans} -> {new.name.zh_hans}")
    for new in changes.added:
        click.echo(f"new {new.code}: {new.name.zh_hans}")
    done = "written" if written else "nothing written; again with --write"
    click.echo(f"{len(changes.added)} new, {len(changes.changed)} changed, {changes.same} the same: {done}")
