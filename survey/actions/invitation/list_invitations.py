"""List the access codes of a wave with the addresses that their QR codes hold."""

from dataclasses import dataclass

from survey.invitation.code import answer_address
from survey.invitation.invitation import Invitation, InvitationKind
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.invitations import list_invitations as invitations_of
from survey.storage.waves import require_wave


@dataclass(frozen=True)
class ListedInvitation:
    """An invitation with its address; the population is the wave's."""

    invitation: Invitation
    wave: Wave
    url: str


def list_invitations(
    storage: Storage, wave_id: str, address: str, kind: InvitationKind | None = None
) -> list[ListedInvitation]:
    """By area and code. `address`: the installation's, as in the settings. Raises `WaveError`."""
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        found = invitations_of(session, wave_id, kind)
    return [ListedInvitation(one, wave, answer_address(address, one.code)) for one in found]
