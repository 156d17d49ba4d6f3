"""`flask verify`: read everything that is stored against itself; exit 1 when something does not agree."""

import click
from tqdm import tqdm

from survey.actions.verify_storage import verify_storage
from survey.web.services import services


@click.command("verify")
def verify_command() -> None:
    """Recompute every hash and receipt, and compare ledger, responses, conflicts, code uses and counts."""
    if not print_disagreements():
        raise SystemExit(1)


def print_disagreements() -> bool:
    """Verify with a progress bar, one line for each disagreement; whether there was none."""
    found = 0
    with tqdm(desc="verify", unit="row", delay=1, disable=None, leave=False) as bar:

        def show_progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        key = services().settings.secret_key
        for disagreement in verify_storage(services().storage, key, show_progress):
            found += 1
            tqdm.write(str(disagreement))
        rows = bar.total
    click.echo(f"{rows} deliveries in the ledger: {f'{found} disagreements' if found else 'everything agrees'}")
    return not found
