"""What the demonstration's fieldwork looks like to those who run it: routes, modes, appointments, replacements.

Its chance is its own, so that the answers of the demonstration do not depend on it.
"""

import random
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from survey.actions.demo.sample import DWELLINGS_PER_ESTATE, INTERVIEWERS, Estate, address_of
from survey.actions.demo.survey_wave import WAVE
from survey.fieldwork.case import Appointment, Assignment, AssignmentAction, CaseState, Phase, SampledCase
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.recontact import Recontact
from survey.fieldwork.visit import Presence, Visit, VisitMode

RESERVE_PER_ESTATE = 2
_MODES = (VisitMode.READ, VisitMode.READ, VisitMode.READ, VisitMode.SELF, VisitMode.CODE, VisitMode.PHONE)
_PRESENT = (
    (Presence.NOBODY,),
    (Presence.NOBODY,),
    (Presence.FAMILY,),
    (Presence.FAMILY, Presence.NEIGHBOURS),
    (Presence.COMMUNITY_WORKERS,),
)
CURBSTONER = "fy-03"  # whose interviews are copies; households say that nobody came


def finish_visits(visits: Sequence[Visit], now: datetime, rng: random.Random) -> tuple[Visit, ...]:
    """How every attempt was made, when it arrived, and some appointments, most of them kept by the next visit."""
    finished = []
    for visit in visits:
        late = timedelta(minutes=rng.choice((1, 2, 4, 190, 420)))
        changes: dict[str, object] = {"received_at": min(visit.at + late, now)}
        if visit.disposition.interviewed:
            changes |= {"mode": rng.choice(_MODES), "present": rng.choice(_PRESENT)}
        elif visit.disposition is Disposition.AWAY:
            changes["next_appointment"] = visit.at + timedelta(days=rng.randint(2, 9), hours=rng.randint(1, 5))
        finished.append(replace(visit, **changes))  # type: ignore[arg-type]
    return tuple(finished)


def finish_cases(
    cases: Sequence[SampledCase], visits: Sequence[Visit], drawn: Sequence[Estate], rng: random.Random
) -> tuple[SampledCase, ...]:
    """The cases with their way, household and interviewer, and two replacements of every estate that nobody visits."""
    works = {visit.case: visit.interviewer for visit in visits}
    by_psu = {estate.psu: estate for estate in drawn}
    numbers: dict[str, int] = dict.fromkeys(by_psu, 0)
    finished = []
    for case in cases:
        numbers[case.design.psu] += 1
        number, estate = numbers[case.design.psu], by_psu[case.design.psu]
        finished.append(
            replace(
                case,
                frame_id=f"{estate.psu}-{number:03d}",
                route_order=number,
                eligible_persons=rng.choice((1, 2, 2, 2, 3, 3, 4)),
                pi_psu=estate.first_stage,
                pi_dwelling=estate.second_stage,
                interviewer=works.get(case.id),
            )
        )
    taken = {case.address for case in cases}
    for estate in drawn:
        left = [number for number in range(estate.dwellings) if address_of(estate, number) not in taken]
        finished += [
            SampledCase(
                WAVE,
                _identifier(rng),
                estate.community,
                address_of(estate, dwelling),
                estate.design,
                frame_id=f"{estate.psu}-R{place}",
                route_order=DWELLINGS_PER_ESTATE + place,
                pi_psu=estate.first_stage,
                pi_dwelling=estate.second_stage,
                phase=Phase.REPLACEMENT,
                state=CaseState.RESERVE,
            )
            for place, dwelling in enumerate(rng.sample(left, RESERVE_PER_ESTATE), start=1)
        ]
    return tuple(finished)


def first_assignments(cases: Sequence[SampledCase], at: datetime, actor: str) -> tuple[Assignment, ...]:
    """Who got which case before the field began."""
    return tuple(
        Assignment(case.wave, case.id, 1, AssignmentAction.ASSIGN, case.interviewer, "", actor, at)
        for case in cases
        if case.interviewer is not None
    )


def appointments_of(visits: Sequence[Visit]) -> tuple[Appointment, ...]:
    """The appointments that were made at the door."""
    return tuple(
        Appointment(visit.wave, visit.id, visit.case, visit.next_appointment, "", visit.interviewer, visit.at)
        for visit in visits
        if visit.next_appointment is not None
    )


def late_visit(case: SampledCase, now: datetime, rng: random.Random) -> Visit:
    """A visit that an interviewer without a network made to a case that is somebody else's by now."""
    others = [code for code in INTERVIEWERS[case.design.stratum] if code != case.interviewer] or [CURBSTONER]
    at = now - timedelta(hours=6)
    return Visit(WAVE, _identifier(rng), case.id, others[0], at, Disposition.NO_ONE_HOME, "改派前已去过，无人应答。")


def told_by(recontact: Recontact, rng: random.Random) -> dict[str, list[str]] | None:
    """What the household said about the visit; None when nobody was reached yet."""
    if rng.random() < 0.2:
        return None
    if recontact.interviewer == CURBSTONER and rng.random() < 0.6:
        return {"r1": ["2"]}
    return {
        "r1": ["1"],
        "r2": [rng.choice(("1", "1", "1", "2"))],
        "r3": ["1" if rng.random() < 0.06 else "2"],
        "r4": [rng.choice(("2", "2", "3"))],
    }


def _identifier(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
