"""`flask jobs …`: do the background jobs that are due, look at them, cancel one."""

import signal
import sys
import time
from datetime import UTC, datetime
from types import FrameType

import click
from flask.cli import AppGroup

from survey.actions import StorageUnavailableError
from survey.actions.jobs.follow_job import all_jobs, cancel_job, find_any_job
from survey.actions.jobs.run_jobs import run_next_job
from survey.cli.plain_errors import plain_errors
from survey.web.services import Services, services

_PAUSE = 2.0  # seconds between two looks
jobs_group = AppGroup("jobs", help="Long work in the background: exports, analyses, reports, imports.")


@jobs_group.command("run")
@click.option("--until-empty", is_flag=True, help="End when nothing is due, instead of waiting for more.")
@plain_errors
def run_command(until_empty: bool) -> None:
    """Do what is due, one job after another. Several of these may run, on one machine or on many."""
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        _do_jobs(services(), until_empty)
    finally:
        signal.signal(signal.SIGTERM, before)


def _do_jobs(found: Services, until_empty: bool) -> None:
    while True:
        try:
            busy = run_next_job(found.storage, found.settings, lambda: datetime.now(UTC), kill_at_cancel=True)
        except StorageUnavailableError as error:
            if until_empty:
                raise
            click.echo(f"{error}; trying again", err=True)
            busy = False
        if not busy and until_empty:
            return
        if not busy:
            time.sleep(_PAUSE)


@jobs_group.command("list")
@plain_errors
def list_command() -> None:
    """The newest jobs of everybody, one line each."""
    for job in all_jobs(services().storage):
        share = "" if job.percent is None else f" {job.percent} %"
        click.echo(
            f"{job.id} {job.kind} {job.wave or '-'} {job.status}{share} {job.asked_by} {job.message[:80]}".strip()
        )


@jobs_group.command("cancel")
@click.argument("job_id")
@plain_errors
def cancel_command(job_id: str) -> None:
    """Cancel JOB_ID; one that is over stays as it is."""
    storage = services().storage
    cancel_job(storage, find_any_job(storage, job_id), datetime.now(UTC), "flask jobs cancel")


def _stop(_number: int, _frame: FrameType | None) -> None:
    """A job that is stopped with its process goes back to those that wait."""
    sys.exit(0)
