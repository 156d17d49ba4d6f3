"""`flask analyse`, `analyse-question`, `report`, `bulletin`: compute a wave's figures, ask for more, write reports."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from survey.cli.plain_errors import plain_errors
from survey.programme.question import Question
from survey.web.services import services

_folder = click.Path(path_type=Path, file_okay=False)


@click.command("analyse")
@click.option("--wave", required=True, help="Id of the wave.")
@click.option("--out", required=True, type=_folder, help="Folder for data, plan and estimates; made if needed.")
@click.option("--format", "formats", default="json", help="Any of json,csv,xlsx,html, comma-separated; json always.")
@click.option("--run", "run_id", hidden=True, help="The run that the web application recorded.")
@with_appcontext
@plain_errors
def analyse_command(*, wave: str, out: Path, formats: str, run_id: str | None) -> None:
    """Weight and estimate a wave; `python -m analysis run OUT/plan.yaml` gives the same figures."""
    from survey.actions.results.analyse_wave import analyse_wave

    wanted = [name for name in formats.split(",") if name]
    analysed = analyse_wave(services().storage, wave, out, datetime.now(UTC), run_id=run_id, formats=wanted)
    for warning in analysed.warnings:
        click.echo(f"warning: {warning}", err=True)
    for source, rows in analysed.rows.items():
        outside = analysed.result["outside_population"][source]
        click.echo(f"{source}: {rows} responses" + (f", {outside} from outside the population" if outside else ""))
    click.echo(f"plan, data and estimates in {out}")


@click.command("analyse-question")
@click.option("--wave", required=True, help="Id of the wave.")
@click.option("--run", "run_id", required=True, help="Id of a finished run.")
@click.option("--question", required=True, help="groups, crossed:A:B, ranks, rules, modes, trend, crosstab:A:B.")
@click.option("--data", type=_folder, help="Folder of the run; left out, the answers are taken from the database.")
@with_appcontext
@plain_errors
def question_command(*, wave: str, run_id: str, question: str, data: Path | None) -> None:
    """Answer a further question to a run: the same weights, other figures."""
    from survey.actions.results.answer_question import answer_question

    asked = Question.from_key(question)
    answer = answer_question(services().storage, wave, run_id, asked, data, datetime.now(UTC))
    click.echo(f"{asked.key}: {answer['rows']} responses, {len(answer['estimates'])} estimates")


@click.command("report")
@click.option("--wave", required=True, help="Id of the wave.")
@click.option("--out", required=True, type=_folder, help="Folder for the report and its tables; made if needed.")
@with_appcontext
@plain_errors
def report_command(*, wave: str, out: Path) -> None:
    """Write the special report (docx, pdf, html), tables and a note on the method from the newest analysis."""
    from survey.actions.results.report_wave import report_wave

    made = report_wave(services().storage, wave, out)
    click.echo(f"{', '.join(path.name for path in made)} in {out}")


@click.command("bulletin")
@click.argument("period")
@click.option("--out", required=True, type=_folder, help="Folder for the bulletin; made if needed.")
@with_appcontext
@plain_errors
def bulletin_command(*, period: str, out: Path) -> None:
    """Write the bulletin of PERIOD (2026-05, 2026-Q2, 2026-H1, 2026) as docx, pdf and html: its waves side by side."""
    from survey.actions.results.report_period import report_period
    from survey.actions.results.report_wave import ENDINGS

    now = datetime.now(UTC)
    made = {f"bulletin-{period}.{ending}": report_period(services().storage, period, ending, now) for ending in ENDINGS}
    out.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (out / name).write_bytes(content)
    click.echo(f"{', '.join(made)} in {out}")
