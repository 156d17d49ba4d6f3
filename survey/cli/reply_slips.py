"""`flask reply-slips delete-old`: keeps the promise that contacts are deleted in time; for a daily timer."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from survey.actions.opinion.send_reply_slip import delete_old_slips
from survey.web.services import services

reply_slips_group = AppGroup("reply-slips", help="Contacts that residents left apart from their answers.")


@reply_slips_group.command("delete-old")
def delete_old() -> None:
    """Delete the reply slips that are past the time which their notice promises."""
    deleted = delete_old_slips(services().storage, datetime.now(UTC).date())
    click.echo(f"{deleted} reply slips deleted")
