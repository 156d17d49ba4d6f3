"""Show the office its household letters: how many there are, how many were answered, what was printed again."""

from dataclasses import dataclass
from datetime import datetime

from survey.actions.invitation.record_printing import REMINDER, REPRINT
from survey.invitation.invitation import InvitationKind
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.events import events_on
from survey.storage.invitations import count_code_uses, list_invitations
from survey.storage.waves import load_wave


@dataclass(frozen=True)
class PrintedBatch:
    """A batch that was printed: when, by whom, how many letters; a reminder or chosen codes again."""

    at: datetime
    actor: str
    letters: int
    reminder: bool


@dataclass(frozen=True)
class Letters:
    wave: Wave
    total: int
    used: int
    batches: tuple[PrintedBatch, ...]


def show_letters(storage: Storage, wave_id: str) -> Letters | None:
    """The letters of a wave, never their codes; None when there is no such wave."""
    with storage.read() as session:
        wave = load_wave(session, wave_id)
        if wave is None:
            return None
        letters = [one for one in list_invitations(session, wave_id, InvitationKind.LETTER) if not one.retired]
        used = count_code_uses(session, wave_id)
        events = events_on(session, REMINDER, wave_id) + events_on(session, REPRINT, wave_id)
    batches = [PrintedBatch(one.at, one.actor, int(one.detail), one.action == REMINDER) for one in events]
    return Letters(wave, len(letters), used, tuple(sorted(batches, key=lambda batch: batch.at)))
