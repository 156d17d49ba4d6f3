"""`flask responses …`: import a file of responses into a wave, export a wave's responses."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.actions.response.import_responses import import_responses
from survey.actions.results.export_responses import ExportFormat, ExportRequest, export_responses
from survey.cli.plain_errors import plain_errors
from survey.cli.progress import progress_bar
from survey.response.response import Purpose
from survey.web.services import services

_NOT_WITHDRAWN = tuple(purpose for purpose in Purpose if purpose is not Purpose.WITHDRAWN)
responses_group = AppGroup("responses", help="Responses of a wave: from and to files of other programs.")
_file = click.Path(path_type=Path, dir_okay=False)


@responses_group.command("import")
@click.argument("file", type=_file)
@click.option("--wave", required=True, help="Id of the wave that the responses belong to.")
@click.option("--mapping", "mapping_file", required=True, type=_file, help="YAML file: which column is which item.")
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@plain_errors
def import_command(*, file: Path, wave: str, mapping_file: Path, dry_run: bool) -> None:
    """Import FILE (CSV or XLSX). Everything or nothing; a second import of the same rows doubles nothing."""
    found = services()
    with progress_bar("import") as show_progress:
        result = import_responses(
            found.storage,
            found.settings.secret_key,
            wave,
            file=file,
            mapping_file=mapping_file,
            now=datetime.now(UTC),
            dry_run=dry_run,
            on_progress=show_progress,
        )
    words = f"{result.new} new, {result.already_received} already received"
    if result.conflicts:
        words += f", {result.conflicts} with other content than before (kept for review)"
    if result.below_age:
        words += f", {result.below_age} below the minimum age (not stored)"
    click.echo(words if result.stored else f"dry run, nothing written: {words}")


@responses_group.command("export")
@click.option("--wave", required=True, help="Id of the wave.")
@click.option("--format", "format_name", required=True, type=click.Choice([one.value for one in ExportFormat]))
@click.option("--out", required=True, type=_file, help="File to write; codebook and manifest are put beside it.")
@click.option("--area", help="Only responses from this area and what lies below it.")
@click.option("--include-test", is_flag=True, help="Test and preview responses too; they are told apart by `purpose`.")
@click.option("--bom/--no-bom", default=True, help="Byte order mark, so that Excel and WPS read a CSV file as UTF-8.")
@click.option("--raw", is_flag=True, help="CSV: people's texts unchanged; not safe to open in a spreadsheet program.")
@plain_errors
def export_command(
    *, wave: str, format_name: str, out: Path, area: str | None, include_test: bool, bom: bool, raw: bool
) -> None:
    """Export the live responses of a wave."""
    request = ExportRequest(
        wave=wave,
        format=ExportFormat(format_name),
        purposes=_NOT_WITHDRAWN if include_test else (Purpose.LIVE,),
        within=area,
        bom=bom,
        raw=raw,
    )
    with progress_bar("export") as show_progress:
        made = export_responses(services().storage, request, out, datetime.now(UTC), show_progress)
    click.echo(f"{made.rows} responses in {made.data}; codebook {made.codebook.name}, manifest {made.manifest.name}")
