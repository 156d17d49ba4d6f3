"""`flask demo …`: the invented district that shows everything at work."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup
from tqdm import tqdm

from survey.actions import Storage
from survey.cli.plain_errors import plain_errors
from survey.settings import Settings
from survey.web.services import services

if TYPE_CHECKING:
    from survey.actions.demo.load_demo import LoadedDemo, SignIn

demo_group = AppGroup("demo", help="The invented district.")


@demo_group.command("load")
@plain_errors
def load() -> None:
    """Load the invented district into an empty database; loaded once, it is kept."""
    loaded = load_with_progress(services().storage, services().settings)
    click.echo("loaded the demonstration" if loaded.new else "the demonstration is there already; nothing changed")
    if loaded.new:
        click.echo("answers: " + ", ".join(f"{number} {outcome.value}" for outcome, number in loaded.outcomes.items()))
    click.echo(as_table(loaded.sign_ins))


def load_with_progress(storage: Storage, settings: Settings) -> "LoadedDemo":
    """Load it with a progress bar on a terminal."""
    from survey.actions.demo.load_demo import load_demo  # YAML and grammar load only here

    with tqdm(desc="demonstration", disable=None, leave=False) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return load_demo(storage, settings, datetime.now(UTC), show)


def as_table(sign_ins: Sequence["SignIn"]) -> str:
    """One account a line: role, e-mail, password."""
    width = max(len(one.email) for one in sign_ins)
    return "\n".join(f"  {one.role.value:13}  {one.email:{width}}  {one.password}" for one in sign_ins)
