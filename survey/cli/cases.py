"""`flask cases …`: the frame, the draw, who works on which case. Step 2 of the flow."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.actions.fieldwork.assign_cases import Decision, assign_area
from survey.actions.fieldwork.draw_sample import draw_sample, upload_drawn_sample
from survey.actions.fieldwork.list_cases import list_cases_in_area
from survey.actions.fieldwork.upload_frame import preview_frame, show_frame, upload_frame
from survey.cli.plain_errors import plain_errors
from survey.fieldwork.case import CaseState
from survey.fieldwork.frame import DrawMethod, DrawPlan
from survey.web.services import services

cases_group = AppGroup("cases", help="The sample: frame, draw, cases and who works on them.")
_ACTOR = "flask cases"
_FILE = click.Path(dir_okay=False, path_type=Path)
_COLUMNS = (
    *("case", "frame_id", "area", "stratum", "psu", "base_weight", "pi_psu", "pi_dwelling", "phase", "state"),
    *("interviewer", "disposition", "replaces"),
)


@cases_group.command("upload")
@click.option("--wave", "wave_id", required=True, help="Id of the wave.")
@click.option("--drawn", is_flag=True, help="FILE is a drawn sample with the columns pi_psu and pi_dwelling.")
@click.option("--dry-run", is_flag=True, help="Only look at the frame; nothing is stored.")
@click.argument("file", type=_FILE)
@plain_errors
def upload_command(*, wave_id: str, drawn: bool, dry_run: bool, file: Path) -> None:
    """Upload the frame in FILE (CSV or XLSX: dwelling, area, address; stratum, psu, route_order, eligible_persons)."""
    storage, now = services().storage, datetime.now(UTC)
    if drawn:
        draw = upload_drawn_sample(storage, wave_id, file, now, _ACTOR)
        click.echo(f"{wave_id}: {draw.cases} cases, sha256 {draw.sha256}")
        return
    if dry_run:
        strata = preview_frame(storage, wave_id, file)
    else:
        strata = upload_frame(storage, wave_id, file, file.name, now, _ACTOR).strata
    for one in strata:
        click.echo(f"{one.stratum}  {one.psus} PSUs of {one.smallest} to {one.largest}, {one.dwellings} dwellings")
    click.echo(f"{'nothing stored' if dry_run else wave_id}: {sum(one.dwellings for one in strata)} dwellings")


@cases_group.command("draw")
@click.option("--wave", "wave_id", required=True, help="Id of the wave.")
@click.option("--psus", "psus", multiple=True, required=True, metavar="[STRATUM=]N", help="PSUs of each stratum.")
@click.option("--dwellings", type=click.IntRange(1), required=True, help="Dwellings in each PSU.")
@click.option("--replacements", type=click.IntRange(0), default=0, help="More dwellings in each PSU, not released.")
@click.option("--seed", type=click.IntRange(0), required=True, help="The same seed gives the same sample.")
@click.option("--equal", is_flag=True, help="PSUs with equal probability instead of by their dwellings.")
@plain_errors
def draw_command(
    *, wave_id: str, psus: tuple[str, ...], dwellings: int, replacements: int, seed: int, equal: bool
) -> None:
    """Draw the wave's sample from its frame: PSUs first, then dwellings in each of them."""
    strata = [one.stratum for one in show_frame(services().storage, wave_id).strata]
    method = DrawMethod.EQUAL if equal else DrawMethod.PPS
    plan = DrawPlan(_by_stratum(psus, strata), dwellings, seed, method, replacements)
    draw = draw_sample(services().storage, wave_id, plan, datetime.now(UTC), _ACTOR)
    click.echo(f"{wave_id}: {draw.cases} cases, {draw.reserve} replacements, seed {seed}, {method}")


@cases_group.command("assign")
@click.option("--wave", "wave_id", required=True, help="Id of the wave.")
@click.option("--area", required=True, help="The cases of this area that nobody works on.")
@click.option("--to", "codes", multiple=True, required=True, help="Code of an interviewer; may be given several times.")
@plain_errors
def assign_command(*, wave_id: str, area: str, codes: tuple[str, ...]) -> None:
    """Share the free cases of an area among interviewers."""
    decision = Decision(_ACTOR, area, datetime.now(UTC))
    count = assign_area(services().storage, wave_id, area, codes, decision)
    click.echo(f"{wave_id}: {count} cases assigned to {', '.join(codes)}")


@cases_group.command("list")
@click.option("--wave", "wave_id", required=True, help="Id of the wave.")
@click.option("--area", help="Only this area and what lies below it.")
@click.option("--state", type=click.Choice([state.value for state in CaseState]), help="Only cases in this state.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list instead of CSV.")
@plain_errors
def list_command(*, wave_id: str, area: str | None, state: str | None, as_json: bool) -> None:
    """List the cases with their design and final code, without addresses."""
    found = list_cases_in_area(services().storage, wave_id, area)
    rows = [
        {
            "case": case.id,
            "frame_id": case.frame_id,
            "area": case.area,
            "stratum": case.design.stratum,
            "psu": case.design.psu,
            "base_weight": case.design.base_weight,
            "pi_psu": case.pi_psu,
            "pi_dwelling": case.pi_dwelling,
            "phase": case.phase.value,
            "state": case.state.value,
            "interviewer": case.interviewer,
            "disposition": case.disposition.value,
            "replaces": case.replaces,
        }
        for case in found
        if state is None or case.state.value == state
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    click.echo(text.getvalue(), nl=False)


def _by_stratum(written: tuple[str, ...], strata: list[str]) -> dict[str, int]:
    """`10` for every stratum, or `990101001=10` for one."""
    psus: dict[str, int] = {}
    for one in written:
        stratum, _, number = one.rpartition("=")
        if not number.isascii() or not number.isdigit():
            raise click.BadParameter(f"--psus: expected N or STRATUM=N, found {one!r}")
        psus |= {name: int(number) for name in ([stratum] if stratum else strata)}
    return psus
