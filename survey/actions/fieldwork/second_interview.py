"""Whether an interview is the second one at its dwelling: one person is drawn, so that only the first may count."""

from sqlalchemy.orm import Session

from survey.storage.visits import list_visits


def is_second_interview(session: Session, wave_id: str, case_id: str, visit_id: str) -> bool:
    """Whether another visit that was received earlier brought an interview. The same visit again is no second one."""
    done = [one for one in list_visits(session, wave_id, [case_id]) if one.disposition.interviewed]
    own = next((one for one in done if one.id == visit_id), None)
    if own is None or own.received_at is None:
        return any(one.id != visit_id for one in done)
    return any(
        one.received_at is None or (one.received_at, one.id) < (own.received_at, own.id)
        for one in done
        if one.id != own.id
    )
