"""Decide about answers with findings, one or many at once, always with a reason; and look a second time at a decision.

Nothing is deleted: an excluded answer leaves counts and analysis and can come back. Everything is logged.
"""

from collections.abc import Sequence
from datetime import datetime

from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.response.review_answers import decide_review
from survey.response.integrity import SecondLook
from survey.response.review import Review, ReviewDecision, ReviewError
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.integrity import save_second_look
from survey.storage.responses import load_response_area
from survey.storage.reviews import list_reviews, save_review
from survey.storage.waves import require_wave


def settle_findings(
    storage: Storage,
    wave_id: str,
    responses: Sequence[str],
    decision: ReviewDecision,
    reason: str,
    area: str,
    now: datetime,
    actor: str,
) -> int:
    """As `decide_review`, but keeping an answer and taking a decision back need a reason too. Raises `ReviewError`."""
    if not reason.strip():
        raise ReviewError("reason: expected why, found nothing")
    return decide_review(storage, wave_id, responses, decision, reason, area, now, actor)


def look_again(
    storage: Storage, wave_id: str, response: str, agrees: bool, note: str, area: str, now: datetime, actor: str
) -> None:
    """Another person looks at a decision. Who does not agree says why, and the answer is held until it is settled.

    Raises `ReviewError`: no decision to look at, one's own decision, no such answer in `area`, no reason to disagree.
    """
    note = note.strip()
    with storage.write() as session:
        require_wave(session, wave_id)
        inside = codes_within(load_area_tree(session), area)
        review = list_reviews(session, wave_id).get(response)
        if load_response_area(session, wave_id, response) not in inside:
            raise ReviewError(f"response {response}: expected an answer of {area}, found none")
        if review is None or review.decision not in {ReviewDecision.APPROVED, ReviewDecision.REJECTED}:
            raise ReviewError(f"response {response}: expected a decision to look at again, found none")
        if review.by == actor:
            raise ReviewError(f"response {response}: expected another person than {actor}, who decided")
        if not agrees and not note:
            raise ReviewError("note: expected why not, found nothing")
        save_second_look(session, SecondLook(wave_id, response, actor, now, agrees, note))
        said = "agrees" if agrees else "disagrees"
        record_event(session, new_event(now, actor, "second_look", wave_id, f"{response}: {said}: {note}"))
        if not agrees:
            held = Review(wave_id, response, ReviewDecision.HELD, note, actor, now)
            save_review(session, held)
            detail = f"{response}: {held.decision.value}: {note}"
            record_event(session, new_event(now, actor, "review_answer", wave_id, detail))
