"""The log of a wave's integrity review: every check, every decision with its reason, every second look."""

from dataclasses import dataclass
from datetime import datetime

from survey.actions.programme.list_waves_in_area import codes_within
from survey.programme.wave import Wave
from survey.response.review import ReviewDecision
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import history_of
from survey.storage.responses import load_named_responses
from survey.storage.waves import require_wave

CHECK, DECISION, LOOK = "check_integrity", "review_answer", "second_look"


@dataclass(frozen=True)
class Logged:
    """One line. `response`: "" for a check, which is of all answers; `agrees`: of a second look; `text`: the reason."""

    number: int
    at: datetime
    by: str
    action: str
    response: str
    decision: ReviewDecision | None
    agrees: bool
    text: str


def list_integrity_log(storage: Storage, wave_id: str, area: str) -> tuple[Wave, list[Logged]]:
    """What was done about answers of `area`, and the checks, the latest first. Raises `WaveError`."""
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        inside = codes_within(load_area_tree(session), area)
        events = history_of(session, (CHECK, DECISION, LOOK), wave_id)
        lines = [_line(k, one.at, one.actor, one.action, one.detail) for k, one in enumerate(events)]
        named = {one.response for one in lines if one.response}
        here = {one.response_id for one in load_named_responses(session, wave_id, named, inside)}
    return wave, [one for one in lines if not one.response or one.response in here]


def _line(number: int, at: datetime, by: str, action: str, detail: str) -> Logged:
    """The log has "response: decision: reason", of a second look "response: agrees|disagrees: note"."""
    if action == CHECK:
        return Logged(number, at, by, action, "", None, agrees=False, text=detail)
    response, done, text = detail.split(": ", 2)
    decision = ReviewDecision(done) if done in set(ReviewDecision) else None
    return Logged(number, at, by, action, response, decision, done == "agrees", text)
