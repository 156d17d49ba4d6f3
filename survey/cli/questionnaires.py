"""`flask questionnaires …`: check, publish and exchange the files of the questionnaires folder."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.cli.plain_errors import plain_errors
from survey.web.services import services

questionnaires_group = AppGroup("questionnaires", help="Check and publish the files of the questionnaires folder.")
_ACTOR = "flask questionnaires"
_folder = click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The questionnaires folder; left out, the one of this installation.",
)


@questionnaires_group.command("check")
@_folder
def check(folder: Path | None) -> None:
    """Name every fault of questionnaires, scales, indicators and targets; exit 1 if there is one."""
    from survey.actions.instrument.check_questionnaires import check_questionnaires  # YAML and grammar load only here

    checked = check_questionnaires(folder or services().settings.questionnaires)
    for fault in checked.faults:
        click.echo(str(fault), err=True)
    if checked.faults:
        raise SystemExit(1)
    counts = (len(checked.questionnaires), len(checked.catalogue), len(checked.profiles))
    click.echo("No fault: {} questionnaires, {} indicators, {} target profiles.".format(*counts))


@questionnaires_group.command("publish")
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
@_folder
@plain_errors
def publish(name: str, version: int, folder: Path | None) -> None:
    """Publish one version: from then on its content may not change. NAME is a folder, VERSION a number (resident 1)."""
    from survey.actions.instrument.publish_questionnaire import publish_questionnaire

    now, found = datetime.now(UTC), services()
    folder = folder or found.settings.questionnaires
    publication = publish_questionnaire(found.storage, folder, name, version, now=now, actor=_ACTOR)
    questionnaire = publication.questionnaire
    done = "Published" if publication.new else "Published before, unchanged:"
    click.echo(f"{done} {name} version {version}, {len(questionnaire.items)} items, sha256 {questionnaire.sha256}.")


@questionnaires_group.command("from-codebook")
@click.argument("codebook", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--name", required=True, help="Name of the questionnaire: small letters, digits and _.")
@click.option("--title", required=True, help="Title, in the language of the codebook.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The YAML file to write.")
@plain_errors
def from_codebook(codebook: Path, name: str, title: str, out: Path) -> None:
    """Make a questionnaire file from CODEBOOK (CSV with item, text, codes), for people to correct."""
    from survey.exchange.imports.codebook_questionnaire import questionnaire_from_codebook

    text = questionnaire_from_codebook(codebook, name, title)
    _write_new(out, text.encode())
    click.echo(f"{out}: look it through, then `flask questionnaires check`")


@questionnaires_group.command("import-xlsform")
@click.argument("workbook", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The YAML file; left out, none is written."
)
@_folder
@plain_errors
def import_xlsform(workbook: Path, out: Path | None, folder: Path | None) -> None:
    """Make a questionnaire file from WORKBOOK (XLSForm, .xlsx) and list everything that could not be kept."""
    from survey.exchange.xlsform.reading import read_xlsform

    read = read_xlsform(workbook, folder or services().settings.questionnaires)
    for lost in read.not_kept:
        click.echo(str(lost), err=True)
    questionnaire = read.questionnaire
    click.echo(
        f"{questionnaire.name} version {questionnaire.version}: {len(questionnaire.items)} items in "
        f"{len(questionnaire.sections)} sections; not kept or changed: {len(read.not_kept)}"
    )
    if out is not None:
        _write_new(out, read.text.encode())
        click.echo(f"{out}: look it through, then `flask questionnaires check`")


@questionnaires_group.command("export-xlsform")
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="A .xlsx or .xml file.")
@_folder
@plain_errors
def export_xlsform(name: str, version: int, out: Path, folder: Path | None) -> None:
    """Write one version as XLSForm (.xlsx), or as the XForm made of it (.xml)."""
    from survey.exchange.xlsform.sheets import sheets_of
    from survey.exchange.xlsform.workbook import workbook_bytes
    from survey.exchange.xlsform.xform import to_xform
    from survey.instrument.compile import compile_questionnaire

    writers = {".xlsx": workbook_bytes, ".xml": to_xform}
    write = writers.get(out.suffix.lower())
    if write is None:
        raise click.ClickException(f"--out: expected a name ending in .xlsx or .xml, found {out.name!r}")
    questionnaire = compile_questionnaire(folder or services().settings.questionnaires, name, version)
    _write_new(out, write(sheets_of(questionnaire)))
    if questionnaire.randomize:
        moved = ", ".join(questionnaire.randomize)
        click.echo(f"sections {moved}: other programs ask them as written, XLSForm cannot move groups", err=True)
    click.echo(f"{out}: {name} version {version}, {len(questionnaire.items)} items")


def _write_new(out: Path, content: bytes) -> None:
    if out.exists():
        raise click.ClickException(f"{out}: expected a file that is not there yet, found one; it is not overwritten")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(content)
