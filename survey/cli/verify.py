"""`flask verify`: read everything that is stored against itself; exit 1 when something does not agree."""

import click
from flask.cli import with_appcontext
from tqdm import tqdm

from survey.actions.upkeep.verify_storage import verify_storage
from survey.cli.plain_errors import plain_errors
from survey.cli.progress import progress_bar
from survey.web.services import services


@click.command("verify")
@with_appcontext
@plain_errors
def verify_command() -> None:
    """Recompute every hash and receipt, and compare ledger, responses, conflicts, code uses and counts."""
    if not print_disagreements():
        raise SystemExit(1)


def print_disagreements() -> bool:
    """Verify, and print one line for each disagreement; whether there was none."""
    found = 0
    with progress_bar("verify") as show_progress:
        for disagreement in verify_storage(services().storage, services().settings.secret_key, show_progress):
            found += 1
            tqdm.write(str(disagreement))
    click.echo(f"{found} disagreements" if found else "everything agrees")
    return not found
