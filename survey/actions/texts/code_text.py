"""Code a text, take the last coding back, settle a text on which coders differ. Every coder writes own rows only."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from survey.actions.programme.list_waves_in_area import codes_within
from survey.opinion.personal_data import mask_personal_data
from survey.response.text_coding import TextCoding, TextCodingError, checked_codes, text_sha256
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.responses import load_named_responses
from survey.storage.text_codings import (
    delete_settlement,
    load_categories,
    newest_coding,
    save_coding,
    save_settlement,
)


def code_text(
    storage: Storage,
    wave_id: str,
    item: str,
    response: str,
    codes: Collection[str],
    area: str,
    now: datetime,
    actor: str,
) -> TextCoding:
    """What `actor` finds in the text: categories, or none of them. The actor's earlier coding of it is replaced.

    Raises `TextCodingError`: no such text in `area`, or a category that is not offered.
    """
    with storage.write() as session:
        coding = _coding(session, wave_id, item, response, codes, area, now, actor)
        save_coding(session, wave_id, item, coding)
    return coding


def take_back(storage: Storage, wave_id: str, item: str, actor: str) -> str | None:
    """Delete what this coder coded last; the response it was about, None where there is nothing to take back."""
    with storage.write() as session:
        newest = newest_coding(session, wave_id, item, actor)
        if newest is None:
            return None
        session.delete(newest)
        return newest.response_id


def settle_text(
    storage: Storage,
    wave_id: str,
    item: str,
    response: str,
    codes: Collection[str],
    area: str,
    now: datetime,
    actor: str,
) -> None:
    """Decide a text on which coders differ; their codings stay, and agreement is computed from them. Logged.

    Raises `TextCodingError` as `code_text` does.
    """
    with storage.write() as session:
        coding = _coding(session, wave_id, item, response, codes, area, now, actor)
        save_settlement(session, wave_id, item, coding)
        detail = f"{item}: {response}: {','.join(sorted(coding.codes)) or '-'}"
        record_event(session, new_event(now, actor, "settle_text", wave_id, detail))


def unsettle_text(
    storage: Storage, wave_id: str, item: str, response: str, area: str, now: datetime, actor: str
) -> bool:
    """Take a settlement back; False when there was none in `area`. Logged."""
    with storage.write() as session:
        if _text(session, wave_id, item, response, area) is None or not delete_settlement(
            session, wave_id, item, response
        ):
            return False
        record_event(session, new_event(now, actor, "unsettle_text", wave_id, f"{item}: {response}"))
    return True


def _coding(
    session: Session,
    wave_id: str,
    item: str,
    response: str,
    codes: Collection[str],
    area: str,
    now: datetime,
    actor: str,
) -> TextCoding:
    text = _text(session, wave_id, item, response, area)
    if text is None:
        raise TextCodingError(f"response {response}: expected a text of {area}, found none")
    chosen = checked_codes(codes, load_categories(session, wave_id, item))
    return TextCoding(response, actor, chosen, text_sha256(text), now)


def _text(session: Session, wave_id: str, item: str, response: str, area: str) -> str | None:
    """The text as it is shown; None for none of this area."""
    inside = codes_within(load_area_tree(session), area)
    for found in load_named_responses(session, wave_id, [response], inside):
        written = found.answers.get(item)
        if isinstance(written, str) and written.strip():
            return mask_personal_data(written.strip())
    return None
