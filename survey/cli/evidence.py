"""`flask evidence`: the zip from which others can recompute every figure of a wave."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from survey.cli.plain_errors import plain_errors
from survey.web.services import services

_file = click.Path(path_type=Path, dir_okay=False)


@click.command("evidence")
@click.option("--wave", required=True, help="Id of the wave.")
@click.option("--out", required=True, type=_file, help="The zip to write.")
@click.option("--names", type=_file, help="CSV for the office alone: the pseudonym of every sampling unit.")
@with_appcontext
@plain_errors
def evidence_command(*, wave: str, out: Path, names: Path | None) -> None:
    """Write the evidence bundle of a wave: data, plan, estimates, and an R script that recomputes and compares them."""
    from survey.actions.results.make_evidence import make_evidence, write_names

    found = services()
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("w+b") as target:
            made = make_evidence(
                found.storage, wave, found.settings.secret_key, target, datetime.now(UTC), "flask evidence"
            )
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    if names is not None:
        write_names(made.names, names)
    rows = ", ".join(f"{source} {count} responses" for source, count in made.rows.items())
    click.echo(f"{out}: {rows}; sha256 {made.sha256}")
