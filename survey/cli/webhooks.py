"""`flask webhooks announce`: tells other programs, once a day, what no request announces."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from survey.actions.webhooks.announce_due import announce_due
from survey.cli.plain_errors import plain_errors
from survey.web.services import services

webhooks_group = AppGroup("webhooks", help="Messages to other programs.")


@webhooks_group.command("announce")
@plain_errors
def announce_command() -> None:
    """Announce the responses of open waves and opinions that are due soon; the same day again announces nothing."""
    click.echo(f"{announce_due(services().storage, datetime.now(UTC)):>7} messages to send")
