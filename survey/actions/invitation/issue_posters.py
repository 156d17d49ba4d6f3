"""Issue posters: one new code for each place, from a file or one by one; replace one that was damaged or misused."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from survey.exchange.fault import FaultsFoundError
from survey.exchange.print.place_file import read_places
from survey.invitation.code import make_code
from survey.invitation.invitation import Invitation, InvitationKind
from survey.invitation.place import PlaceError, PosterPlace, place_of
from survey.programme.area import AreaTree
from survey.programme.arrangement import Way
from survey.programme.wave import NotArrangedError, Wave, WaveError, WaveStatus
from survey.storage import Storage
from survey.storage import invitations as stored
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.waves import require_wave


def issue_posters_of_file(storage: Storage, wave_id: str, path: Path, now: datetime, actor: str) -> list[Invitation]:
    """A poster for every place of the file. Raises `FaultsFoundError` with every fault; then nothing is written.

    Raises `NotArrangedError` when the wave has no posters, or none in one of the areas.
    """
    with storage.write() as session:
        wave, tree = _require_posters(session, wave_id), load_area_tree(session)
        places, faults = read_places(path, tree, _taken(session, wave_id))
        if faults:
            raise FaultsFoundError(faults)
        for place in places:
            _require_covered(wave, tree, place)
        return _issue(session, wave_id, places, now, actor)


def issue_poster(storage: Storage, wave_id: str, place: PosterPlace, now: datetime, actor: str) -> Invitation:
    """A poster for one place. Raises `PlaceError` for an unknown area and for a place that has a code in use,
    `NotArrangedError` when the wave has no posters, or none in that area.
    """
    with storage.write() as session:
        wave, tree = _require_posters(session, wave_id), load_area_tree(session)
        if place.area not in tree.by_code:
            raise PlaceError(f"area: expected the code of an area in the tree, found {place.area!r}")
        _require_covered(wave, tree, place)
        if place.key in _taken(session, wave_id):
            raise PlaceError(f"place: expected one without a code in use, found {place.name.zh_hans!r}")
        return _issue(session, wave_id, [place], now, actor)[0]


def replace_poster(storage: Storage, wave_id: str, code: str, now: datetime, actor: str) -> Invitation | None:
    """Retire a poster and issue a new code for its place, both or neither; None when the code was not in use."""
    with storage.write() as session:
        _require_unfinished(session, wave_id)
        old = stored.find_in_wave(session, wave_id, code)
        if old is None or old.kind is not InvitationKind.POSTER or not stored.retire_code(session, wave_id, code, now):
            return None
        new = place_of(old).poster(wave_id, _new_code(session))
        stored.save_invitations(session, [new])
        record_event(session, new_event(now, actor, "replace_code", wave_id, f"{code} by {new.code}"))
    return new


def _issue(
    session: Session, wave_id: str, places: Sequence[PosterPlace], now: datetime, actor: str
) -> list[Invitation]:
    posters = [place.poster(wave_id, _new_code(session)) for place in places]
    stored.save_invitations(session, posters)
    record_event(session, new_event(now, actor, "issue_posters", wave_id, str(len(posters))))
    return posters


def _new_code(session: Session) -> str:
    """A code that no wave has: an address must lead to one place."""
    code = make_code()
    while stored.find_invitation(session, code) is not None:
        code = make_code()
    return code


def _taken(session: Session, wave_id: str) -> frozenset[tuple[str, str]]:
    posters = stored.list_invitations(session, wave_id, InvitationKind.POSTER)
    return frozenset(place_of(poster).key for poster in posters if not poster.retired)


def _require_posters(session: Session, wave_id: str) -> Wave:
    wave = _require_unfinished(session, wave_id)
    if not wave.arrangement.uses(Way.POSTER):
        raise NotArrangedError(f"wave {wave_id}: expected one with posters, found {wave.arrangement.ways}")
    return wave


def _require_covered(wave: Wave, tree: AreaTree, place: PosterPlace) -> None:
    if not wave.arrangement.covers([area.code for area in tree.path(place.area)]):
        found = ", ".join(wave.arrangement.areas)
        raise NotArrangedError(f"wave {wave.id}: expected a wave for area {place.area}, found one for {found}")


def _require_unfinished(session: Session, wave_id: str) -> Wave:
    wave = require_wave(session, wave_id)
    if wave.status is WaveStatus.CLOSED:
        raise WaveError(f"wave {wave_id}: expected a draft or an open wave, found a closed one")
    return wave
