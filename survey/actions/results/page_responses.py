"""Page through the responses of a wave in the order of their arrival, for a program that reads all of them.

Keyset paging: a page begins after the last one's last row, so that no page is slow and none repeats or skips a row
while answers keep coming. The newest minute is held back: a response gets its time before its commit is on disk.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from survey.actions.programme.list_waves_in_area import codes_within
from survey.instrument.item import ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.response.response import Response
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.questionnaires import require_questionnaire
from survey.storage.responses import responses_after
from survey.storage.waves import require_wave

HELD_BACK = timedelta(seconds=60)
LARGEST_PAGE = 1000
_BEGINNING = (datetime.min.replace(tzinfo=UTC), "")


class CursorError(ValueError):
    """The text is not a cursor that a page gave out."""


@dataclass(frozen=True)
class ResponsePage:
    """`answers` of each response are without open texts. `after`: cursor of the next page; None on the last."""

    responses: tuple[Response, ...]
    left_out: frozenset[str]
    after: str | None


def page_responses(
    storage: Storage, wave_id: str, area: str, *, after: str | None, limit: int, now: datetime
) -> ResponsePage:
    """At most `limit` live responses of `area` and below. Raises `WaveError`, and `CursorError` for a wrong `after`."""
    place = _read_cursor(after) if after else _BEGINNING
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        inside = codes_within(load_area_tree(session), area)
        questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
        found = responses_after(session, wave_id, place, areas=inside, before=now - HELD_BACK, limit=limit + 1)
    more = len(found) > limit
    shown = tuple(found[:limit])
    return ResponsePage(shown, _texts(questionnaire), _cursor(shown[-1]) if more else None)


def _texts(questionnaire: Questionnaire) -> frozenset[str]:
    return frozenset(item.name for item in questionnaire.items if item.type is ItemType.TEXT)


def _cursor(last: Response) -> str:
    keys = [last.received_at.astimezone(UTC).isoformat(), last.response_id]
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[datetime, str]:
    try:
        received_at, response_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        at = datetime.fromisoformat(received_at)
        if at.tzinfo is None or not isinstance(response_id, str):
            raise ValueError("not the keys of a response")
    except (binascii.Error, ValueError, TypeError) as error:
        raise CursorError(f"after: expected the cursor of a page, found {text[:80]!r}") from error
    return at, response_id
