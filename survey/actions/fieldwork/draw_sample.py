"""Draw a wave's sample from its frame in two stages, or take one that was drawn elsewhere; probabilities are stored.

The same frame, plan and seed give the same cases with the same ids. Replacements are drawn with the sample: more
dwellings of the same PSUs, at random among those not drawn, and nobody visits them before they are released.
"""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from survey.actions.fieldwork.upload_frame import require_undrawn
from survey.exchange.programme.frame_file import read_drawn
from survey.fieldwork.case import CaseState, FieldworkError, Phase, SampledCase
from survey.fieldwork.frame import DrawMethod, DrawPlan, FrameDwelling, SampleDraw
from survey.invitation.invitation import SelectionDesign
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import list_cases, save_cases
from survey.storage.frames import list_dwellings, load_draw, load_frame, save_draw
from survey.storage.waves import require_wave


def draw_sample(storage: Storage, wave_id: str, plan: DrawPlan, now: datetime, actor: str) -> SampleDraw:
    """Draw and store the cases, all or nothing.

    Raises `FieldworkError` when there is no frame, a sample exists, or the frame is too small for the plan.
    """
    with storage.write() as session:
        wave = require_wave(session, wave_id)
        require_undrawn(session, wave)
        frame = load_frame(session, wave_id)
        if frame is None:
            raise FieldworkError(f"wave {wave_id}: expected a frame to draw from, found none; upload one first")
        cases = drawn_cases(wave_id, list_dwellings(session, wave_id), plan)
        return _store(session, wave_id, frame.sha256, plan, cases, now, actor)


def upload_drawn_sample(storage: Storage, wave_id: str, path: Path, now: datetime, actor: str) -> SampleDraw:
    """Take the cases of a file that tells both probabilities; the same file again changes nothing.

    Raises `FaultsFoundError` with every fault, `FieldworkError` when there is another sample, `WaveError`.
    """
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    with storage.write() as session:
        wave = require_wave(session, wave_id)
        drawn = read_drawn(path, load_area_tree(session))
        known = load_draw(session, wave_id)
        if known is not None and known.sha256 == sha256:
            return known
        require_undrawn(session, wave)
        cases = [_case(wave_id, one.dwelling, one.pi_psu, one.pi_dwelling) for one in drawn]
        return _store(session, wave_id, sha256, None, cases, now, actor)


def drawn_cases(wave_id: str, frame: Sequence[FrameDwelling], plan: DrawPlan) -> list[SampledCase]:
    """The cases of a plan: those of the sample, then the replacements in the order in which they are released.

    Raises `FieldworkError` naming the stratum that is too small.
    """
    import numpy as np
    import pandas as pd

    from analysis.planner.sample_size import PlanningError
    from analysis.planner.selection import draw_two_stage

    table = pd.DataFrame(
        {
            "stratum": [one.stratum for one in frame],
            "psu": [one.psu for one in frame],
            "dwelling": [one.id for one in frame],
        }
    )
    method: Literal["pps", "equal"] = "pps" if plan.method is DrawMethod.PPS else "equal"
    try:
        drawn = draw_two_stage(table, plan.psus, plan.per_psu, seed=plan.seed, method=method)
    except PlanningError as error:
        raise FieldworkError(f"wave {wave_id}: {error}") from error
    sampled = [
        _case(wave_id, frame[row], float(first), float(second))
        for row, first, second in zip(drawn.index, drawn["pi_psu"], drawn["pi_dwelling"], strict=True)
    ]
    # A stream of its own: asking for more replacements does not change the sample.
    rng = np.random.default_rng([plan.seed, 1])
    taken = set(drawn.index)
    reserve = []
    for psu, members in drawn.groupby("psu", sort=False):
        left = [row for row, dwelling in enumerate(frame) if dwelling.psu == psu and row not in taken]
        first, second = float(members["pi_psu"].iloc[0]), float(members["pi_dwelling"].iloc[0])
        for row in rng.permutation(left)[: plan.reserve_per_psu]:
            reserve.append(_case(wave_id, frame[int(row)], first, second, reserve=True))
    return [*sampled, *reserve]


def _case(
    wave_id: str, dwelling: FrameDwelling, pi_psu: float, pi_dwelling: float, *, reserve: bool = False
) -> SampledCase:
    return SampledCase(
        wave=wave_id,
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"case|{wave_id}|{dwelling.id}")),
        area=dwelling.area,
        address=dwelling.address,
        design=SelectionDesign(dwelling.stratum, dwelling.psu, 1 / (pi_psu * pi_dwelling)),
        frame_id=dwelling.id,
        route_order=dwelling.route_order,
        eligible_persons=dwelling.eligible_persons,
        pi_psu=pi_psu,
        pi_dwelling=pi_dwelling,
        phase=Phase.REPLACEMENT if reserve else Phase.MAIN,
        state=CaseState.RESERVE if reserve else CaseState.OPEN,
    )


def _store(
    session: Session,
    wave_id: str,
    sha256: str,
    plan: DrawPlan | None,
    cases: Sequence[SampledCase],
    now: datetime,
    actor: str,
) -> SampleDraw:
    if list_cases(session, wave_id):
        raise FieldworkError(f"wave {wave_id}: expected no cases yet, found some; a wave has one sample")
    save_cases(session, cases)
    reserve = sum(case.state is CaseState.RESERVE for case in cases)
    draw = SampleDraw(wave_id, sha256, plan, len(cases) - reserve, reserve, now, actor)
    save_draw(session, draw)
    how = f"seed {plan.seed}, {plan.method}" if plan else "drawn elsewhere"
    detail = f"{draw.cases} cases, {draw.reserve} replacements, {how}, frame sha256 {sha256}"
    record_event(session, new_event(now, actor, "draw_sample", wave_id, detail))
    return draw
