"""`flask waves …`: list, open and close waves."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.actions.programme.close_wave import close_wave
from survey.actions.programme.list_waves import list_waves
from survey.cli.plain_errors import plain_errors
from survey.web.services import services

waves_group = AppGroup("waves", help="Rounds of asking.")
_ACTOR = "flask waves"


@waves_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON list instead of a table.")
def list_command(as_json: bool) -> None:
    """List the waves, the newest first."""
    rows = [
        {
            "id": wave.id,
            "name": wave.name.zh_hans,
            "status": wave.status.value,
            "population": wave.population.value,
            "questionnaire": f"{wave.questionnaire} v{wave.version}",
        }
        for wave in list_waves(services().storage)
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo("  ".join(row.values()))


@waves_group.command("create")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@plain_errors
def create(file: Path) -> None:
    """Create a wave from FILE (YAML), as a draft. Every fault is told; then nothing is written."""
    from survey.actions.programme.create_wave import create_wave  # YAML and grammar load only here

    found = services()
    wave = create_wave(found.storage, found.settings.questionnaires, file, datetime.now(UTC), _ACTOR)
    click.echo(f"created {wave.id} (draft)")


@waves_group.command("open")
@click.argument("wave")
@plain_errors
def open_command(wave: str) -> None:
    """Open a draft for answers; everything that is missing is told, then nothing changes."""
    from survey.actions.programme.open_wave import open_wave  # YAML loads only here

    found = services()
    opened = open_wave(found.storage, wave, datetime.now(UTC), _ACTOR, found.settings.questionnaires)
    click.echo(f"opened {opened.id}")


@waves_group.command("close")
@click.argument("wave")
@plain_errors
def close(wave: str) -> None:
    """Close an open wave; forms that people have open may still be sent for a day."""
    closed = close_wave(services().storage, wave, datetime.now(UTC), _ACTOR)
    click.echo(f"closed {closed.id}")
