"""Send an opinion: masked, stored once, acknowledged by a tracking code. No column leads to the writer's answer."""

from dataclasses import replace
from datetime import date

from sqlalchemy.exc import IntegrityError

from survey.instrument.canonical import canonical_bytes, sha256_hex
from survey.invitation.code import is_well_formed, make_code, normalise
from survey.opinion.opinion import Opinion, OpinionError, Topic
from survey.opinion.personal_data import mask_personal_data
from survey.programme.area import AreaTree
from survey.programme.wave import Wave, WaveStatus
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.opinions import add_opinion, find_code, load_opinion
from survey.storage.waves import load_wave

_ATTEMPTS = 5


def send_opinion(
    storage: Storage, *, id_: str, wave: str, topic: Topic, area: str, text: str, language: str, today: date
) -> str:
    """Store it and return its tracking code. The same content under the same id gets the first one's code.

    Raises `OpinionError` for an empty or too long text and for an area that is not in the tree.
    """
    opinion = Opinion(id_, wave, make_code(), topic, area, mask_personal_data(text.strip()), language, today)
    content = sha256_hex(canonical_bytes({"topic": topic.value, "area": area, "text": opinion.text}))
    for attempt in range(_ATTEMPTS):
        try:
            with storage.write() as session:
                if area not in load_area_tree(session).by_code or load_wave(session, wave) is None:
                    raise OpinionError(f"opinion: expected a wave and an area that exist, found {wave!r} and {area!r}")
                known = find_code(session, id_, content)
                if known is None:
                    add_opinion(session, opinion, content)
                return known or opinion.code
        except IntegrityError:
            # The same content came twice at the same moment, or two opinions drew one code: look again, draw again.
            if attempt == _ATTEMPTS - 1:
                raise
            opinion = replace(opinion, code=make_code())
    raise AssertionError("unreachable: the last attempt returns or raises")


def find_opinion(storage: Storage, typed: str) -> tuple[Opinion, Wave] | None:
    """The opinion of a tracking code as a person typed it, with the wave that it came by."""
    code = normalise(typed)
    if not is_well_formed(code):
        return None
    with storage.read() as session:
        opinion = load_opinion(session, code)
        wave = load_wave(session, opinion.wave) if opinion else None
    return (opinion, wave) if opinion and wave else None


def wave_to_write_to(storage: Storage, wave_id: str) -> tuple[Wave, AreaTree] | None:
    """The wave that was open once, and the places that one can write about; None for any other."""
    with storage.read() as session:
        wave, tree = load_wave(session, wave_id), load_area_tree(session)
    return None if wave is None or wave.status is WaveStatus.DRAFT else (wave, tree)
