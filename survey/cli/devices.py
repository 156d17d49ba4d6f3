"""`flask devices list|import`: workers' devices and the files that they export when they cannot send."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.actions.fieldwork.import_device_file import import_device_file
from survey.actions.fieldwork.list_devices import list_devices
from survey.cli.plain_errors import plain_errors
from survey.cli.progress import progress_bar
from survey.web.services import services

devices_group = AppGroup("devices", help="Devices of community workers.")


@devices_group.command("list")
@click.option("--area", required=True, help="Code of the area whose devices are listed.")
@plain_errors
def list_(area: str) -> None:
    """One line per device: made, received, missing, conflicts, last contact, clock."""
    for one in list_devices(services().storage, area).devices:
        last = one.contact
        click.echo(
            f"{one.device.interviewer}\t{one.device.label}\tmade {last.issued if last else '-'}\t"
            f"received {one.received}\tmissing {one.missing}\tconflicts {one.conflicts}\tkept {one.kept}\t"
            f"last {last.at.isoformat() if last else '-'}\tclock {last.skew if last else 0:+.0f} s"
        )


@devices_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@plain_errors
def import_(file: Path) -> None:
    """Take the records of an exported FILE; what was received before is not counted again."""
    settings = services().settings
    with progress_bar("records") as on_progress:
        outcomes = import_device_file(
            services().storage,
            settings.secret_key,
            file.read_bytes(),
            datetime.now(UTC),
            "flask devices import",
            on_progress=on_progress,
        )
    told = ", ".join(f"{outcome.value} {n}" for outcome, n in sorted(outcomes.items()))
    click.echo(told or "the file holds no records")
