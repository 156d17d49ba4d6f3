"""Find one poster of a wave by its code, with the area where it hangs."""

from dataclasses import dataclass

from survey.invitation.invitation import Invitation, InvitationKind
from survey.programme.area import Area
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.invitations import find_in_wave
from survey.storage.waves import load_wave


@dataclass(frozen=True)
class Poster:
    wave: Wave
    invitation: Invitation
    area: Area


def find_poster(storage: Storage, wave_id: str, code: str) -> Poster | None:
    """The poster, also a retired one; None when this wave has no poster with the code (a letter's is never shown)."""
    with storage.read() as session:
        wave, found = load_wave(session, wave_id), find_in_wave(session, wave_id, code)
        if wave is None or found is None or found.kind is not InvitationKind.POSTER:
            return None
        return Poster(wave, found, load_area_tree(session).by_code[found.area])
