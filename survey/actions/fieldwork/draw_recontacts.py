"""Draw the households that are asked once more about the visit: at random by a seed, some of every interviewer's."""

import math
import random
from collections import defaultdict
from datetime import datetime

from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.case import CaseState, FieldworkError, SampledCase
from survey.fieldwork.recontact import Recontact
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import list_cases
from survey.storage.recontacts import add_recontacts, list_recontacts
from survey.storage.visits import list_visits
from survey.storage.waves import require_wave

LEAST_SHARE, LARGEST_SHARE = 0.05, 1.0


def draw_recontacts(
    storage: Storage, wave_id: str, area: str, share: float, seed: int, now: datetime, actor: str
) -> list[Recontact]:
    """Draw `share` of each interviewer's interviewed cases in `area`, at least one of each; returns the new ones.

    Cases drawn before count towards the share, so drawing again later adds only what has come since. The same cases,
    share and seed give the same draw. Raises `FieldworkError` for a share outside 5-100 %, `WaveError`.
    """
    if not LEAST_SHARE <= share <= LARGEST_SHARE:
        raise FieldworkError(f"share: expected 0.05 to 1, found {share:g}")
    if seed < 0:
        raise FieldworkError(f"seed: expected 0 or more, found {seed}")
    with storage.write() as session:
        require_wave(session, wave_id)
        cases = list_cases(session, wave_id, areas=codes_within(load_area_tree(session), area))
        known = {one.case for one in list_recontacts(session, wave_id)}
        # Who interviewed, not who is assigned now.
        by = {visit.case: visit.interviewer for visit in list_visits(session, wave_id) if visit.disposition.interviewed}
        interviewed: dict[str, list[SampledCase]] = defaultdict(list)
        for case in cases:
            if case.disposition.interviewed and case.state is not CaseState.RESERVE and case.id in by:
                interviewed[by[case.id]].append(case)
        rng = random.Random(seed)  # noqa: S311 - a draw that anybody can repeat, no secret
        drawn: list[Recontact] = []
        for interviewer in sorted(interviewed):
            own = sorted(interviewed[interviewer], key=lambda case: case.id)
            left = [case for case in own if case.id not in known]
            wanted = max(math.ceil(share * len(own)) - (len(own) - len(left)), 0)
            chosen = rng.sample(left, min(wanted, len(left)))
            drawn += [Recontact(wave_id, case.id, interviewer, seed, now) for case in chosen]
        add_recontacts(session, drawn)
        detail = f"{len(drawn)} cases, share {share:g}, seed {seed}"
        record_event(session, new_event(now, actor, "draw_recontacts", wave_id, detail))
    return drawn
