"""`flask invitations …`: the access codes of a wave, as printed pages."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup
from tqdm import tqdm

from survey.actions.list_invitations import list_invitations
from survey.actions.print_posters import collect_sheets, print_posters
from survey.cli.plain_errors import plain_errors
from survey.invitation.invitation import InvitationKind
from survey.programme.area import AreaError
from survey.programme.wave import WaveError
from survey.web.services import services

invitations_group = AppGroup("invitations", help="Posters and household letters of a wave.")


@invitations_group.command("list")
@click.option("--wave", required=True, help="Id of the wave.")
@click.option("--kind", type=click.Choice([kind.value for kind in InvitationKind]), help="Only one kind.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list instead of a table.")
@plain_errors
def list_command(*, wave: str, kind: str | None, as_json: bool) -> None:
    """List the codes of a wave with the addresses that their QR codes hold."""
    found = services()
    wanted = InvitationKind(kind) if kind else None
    rows = [
        {
            "code": one.invitation.code,
            "url": one.url,
            "kind": one.invitation.kind.value,
            "area": one.invitation.area,
            "population": one.wave.population.value,
            "place": one.invitation.place.zh_hans,
            "retired": one.invitation.retired,
        }
        for one in list_invitations(found.storage, wave, found.settings.address, wanted)
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        state = "  (retired)" if row["retired"] else ""
        click.echo(f"{row['code']}  {row['kind']}  {row['area']}  {row['url']}  {row['place']}{state}")


@invitations_group.command("print")
@click.option("--wave", "wave_id", required=True, help="Id of the wave.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write.")
@click.option("--kind", type=click.Choice([kind.value for kind in InvitationKind]), help="Only one kind.")
@click.option("--area", help="Only this area and what lies below it.")
def print_command(wave_id: str, out: Path, kind: str | None, area: str | None) -> None:
    """Write one A4 page per code, ready to print."""
    settings = services().settings
    try:
        sheets = collect_sheets(
            services().storage, wave_id, settings.address, kind=InvitationKind(kind) if kind else None, area=area
        )
    except (WaveError, AreaError) as error:
        raise click.ClickException(str(error)) from error
    try:
        with out.open("wb") as file, tqdm(total=len(sheets.pages), unit="page", disable=None) as bar:
            unknown = print_posters(sheets, file, bar.update)
    except OSError as error:
        raise click.ClickException(f"{out}: expected a file that can be written, found: {error.strerror}") from error
    click.echo(f"{out}: {len(sheets.pages)} pages, codes lead to {settings.address}")
    if settings.public_url is None:
        click.echo("PUBLIC_URL is not set: telephones elsewhere cannot reach this address", err=True)
    if unknown:
        click.echo(f"set as 〓, because the fonts lack them: {' '.join(sorted(unknown))}", err=True)
