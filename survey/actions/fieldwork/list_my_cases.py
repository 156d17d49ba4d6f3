"""List the cases of one interviewer in the waves that are being asked, each with its visits and open appointments."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.fieldwork.case import Appointment, CaseState, SampledCase
from survey.fieldwork.visit import Visit
from survey.programme.wave import Wave, WaveStatus
from survey.storage import Storage
from survey.storage.fieldwork import list_cases
from survey.storage.visits import list_appointments, list_visits
from survey.storage.waves import list_waves


@dataclass(frozen=True)
class MyCase:
    """`visits` are in the order of time, so the first is attempt 1; `appointments` those not kept yet."""

    case: SampledCase
    visits: tuple[Visit, ...]
    appointments: tuple[Appointment, ...]


@dataclass(frozen=True)
class MyWave:
    """`cases` by area and route."""

    wave: Wave
    cases: tuple[MyCase, ...]


def list_my_cases(storage: Storage, interviewer: str) -> list[MyWave]:
    """The open waves in which the interviewer (an account's `interviewer_code`) has cases.

    Cases that are held, closed or not released are left out: they are nobody's work today.
    """
    with storage.read() as session:
        waves = [wave for wave in list_waves(session) if wave.status is WaveStatus.OPEN]
        mine = [MyWave(wave, _cases(session, wave.id, interviewer)) for wave in waves]
    return [one for one in mine if one.cases]


def _cases(session: Session, wave_id: str, interviewer: str) -> tuple[MyCase, ...]:
    cases = [case for case in list_cases(session, wave_id, interviewer=interviewer) if case.state is CaseState.OPEN]
    return with_history(session, wave_id, cases)


def with_history(session: Session, wave_id: str, cases: Iterable[SampledCase]) -> tuple[MyCase, ...]:
    """The cases in the given order, each with its visits and open appointments."""
    wanted = list(cases)
    ids = {case.id for case in wanted}
    visits: dict[str, list[Visit]] = defaultdict(list)
    for visit in list_visits(session, wave_id, ids):
        visits[visit.case].append(visit)
    appointments: dict[str, list[Appointment]] = defaultdict(list)
    for one in list_appointments(session, wave_id, ids):
        if not any(visit.at > one.made_at for visit in visits[one.case]):
            appointments[one.case].append(one)
    return tuple(MyCase(case, tuple(visits[case.id]), tuple(appointments[case.id])) for case in wanted)
