"""`flask invitations …`: the access codes of a wave, as printed pages."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from tqdm import tqdm

from survey.actions.invitation.issue_posters import issue_posters_of_file, replace_poster
from survey.actions.invitation.list_invitations import list_invitations
from survey.actions.invitation.print_posters import Selection, collect_sheets, merge_addresses, print_posters
from survey.actions.invitation.record_printing import record_printing
from survey.cli.plain_errors import plain_errors
from survey.invitation.code import normalise
from survey.invitation.invitation import InvitationKind
from survey.invitation.sheet import Sheet, SheetError
from survey.web.services import services

invitations_group = AppGroup("invitations", help="Posters and household letters of a wave.")
_ACTOR = "flask invitations"


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


@invitations_group.command("issue")
@click.option("--wave", "wave_id", required=True, help="Id of the wave.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@plain_errors
def issue_command(*, wave_id: str, file: Path) -> None:
    """Make posters for the places in FILE (CSV or XLSX: area, place, place_type; place_en, place_zh_hant)."""
    issued = issue_posters_of_file(services().storage, wave_id, file, datetime.now(UTC), _ACTOR)
    for poster in issued:
        click.echo(f"{poster.code}  {poster.area}  {poster.place.zh_hans}")
    click.echo(f"issued {len(issued)} posters for {wave_id}")


@invitations_group.command("replace")
@click.option("--wave", "wave_id", required=True, help="Id of the wave.")
@click.argument("code")
@click.confirmation_option(prompt="The old code stops working at once. Go on?")
@plain_errors
def replace_command(*, wave_id: str, code: str) -> None:
    """Retire the poster CODE and make a new one for the same place."""
    new = replace_poster(services().storage, wave_id, normalise(code), datetime.now(UTC), _ACTOR)
    if new is None:
        raise SheetError(f"code {code[:20]}: expected a poster in use of this wave, found none")
    click.echo(f"{new.code}  {new.area}  {new.place.zh_hans}")


@invitations_group.command("print")
@click.option("--wave", "wave_id", required=True, help="Id of the wave.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write.")
@click.option("--sheet", type=click.Choice([sheet.value for sheet in Sheet]), default="a4", help="What is printed on.")
@click.option("--kind", type=click.Choice([kind.value for kind in InvitationKind]), help="Only one kind.")
@click.option("--area", help="Only this area and what lies below it.")
@click.option("--code", "codes", multiple=True, help="Only this code, again; may be given several times.")
@click.option("--copies", type=click.IntRange(1, 1000), default=1, help="Each code so many times.")
@click.option("--reminder", is_flag=True, help="A second letter, to the letters whose code is not used yet.")
@click.option(
    "--addresses",
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV or XLSX with the columns code and address, to be printed on the letters; it is not stored.",
)
@plain_errors
def print_command(
    *,
    wave_id: str,
    out: Path,
    sheet: str,
    kind: str | None,
    area: str | None,
    codes: tuple[str, ...],
    copies: int,
    reminder: bool,
    addresses: Path | None,
) -> None:
    """Write posters, letters, table cards or labels, ready to print. Reminders and reprints are recorded."""
    settings, storage = services().settings, services().storage
    selection = Selection(InvitationKind(kind) if kind else None, area, codes, reminder)
    sheets = collect_sheets(storage, wave_id, settings.address, selection, sheet=Sheet(sheet), copies=copies)
    if addresses:
        sheets = merge_addresses(sheets, addresses)
    try:
        with out.open("wb") as file, tqdm(total=sheets.page_count, unit="page", disable=None) as bar:
            unknown = print_posters(sheets, file, bar.update)
    except OSError as error:
        raise click.ClickException(f"{out}: expected a file that can be written, found: {error.strerror}") from error
    click.echo(f"{out}: {sheets.page_count} pages, codes lead to {settings.address}")
    if reminder or codes:
        batch = record_printing(storage, sheets, datetime.now(UTC), _ACTOR)
        click.echo(f"recorded as batch {batch} of {'reminders' if reminder else 'reprints'}")
    if settings.public_url is None:
        click.echo("PUBLIC_URL is not set: telephones elsewhere cannot reach this address", err=True)
    if unknown:
        click.echo(f"set as 〓, because the fonts lack them: {' '.join(sorted(unknown))}", err=True)
