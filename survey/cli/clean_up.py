"""`flask clean-up`: deletes on schedule what was only kept for a while; for a daily timer."""

from dataclasses import asdict
from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from survey.actions.jobs.job_run import jobs_folder
from survey.actions.response.prepare_import import imports_folder
from survey.actions.upkeep.clean_up import DRAFT_DAYS, clean_up
from survey.cli.plain_errors import plain_errors
from survey.web.services import services

_WORDS = {
    "drafts": "drafts that were never sent",
    "resume_codes": "codes for another device",
    "hashes": "one-way hashes of browsers, addresses and answers",
    "reply_slips": "reply slips",
    "recordings": "recordings beside visits",
    "jobs": "finished background jobs with their files",
    "import_files": "uploaded files that were never imported",
}


@click.command("clean-up")
@click.option(
    "--draft-days", type=click.IntRange(1), default=DRAFT_DAYS, show_default=True, help="Days that a draft is kept."
)
@with_appcontext
@plain_errors
def clean_up_command(draft_days: int) -> None:
    """Delete what is only kept for a while and whose time is over, and print how many of each. Run it daily."""
    found, now = services(), datetime.now(UTC)
    kept = jobs_folder(found.settings), imports_folder(found.settings)
    done = clean_up(found.storage, now, draft_days, *kept)
    for name, deleted in asdict(done).items():
        click.echo(f"{deleted:>7} {_WORDS[name]}")
