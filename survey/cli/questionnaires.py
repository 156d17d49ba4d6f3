"""`flask questionnaires check|publish`: look at the questionnaires folder before anybody answers."""

from pathlib import Path

import click

from survey.actions.check_questionnaires import check_questionnaires
from survey.instrument.fault import FaultsError
from survey.instrument.publish import publish
from survey.settings import read_settings

_folder = click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=lambda: read_settings().questionnaires,
    show_default="the folder of the installation",
    help="The questionnaires folder.",
)


@click.group("questionnaires")
def questionnaires_group() -> None:
    """Check and publish the questionnaires of the questionnaires folder."""


@questionnaires_group.command("check")
@_folder
def check(folder: Path) -> None:
    """Name every fault of questionnaires, scales, indicators and targets; exit 1 if there is one."""
    checked = check_questionnaires(folder)
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
def publish_version(name: str, version: int, folder: Path) -> None:
    """Publish one version: from then on its content may not change. NAME is a folder, VERSION a number (resident 1)."""
    try:
        questionnaire = publish(folder, name, version)
    except FaultsError as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None
    click.echo(f"Published {name} version {version}: {len(questionnaire.items)} items, sha256 {questionnaire.sha256}.")
