"""List the waves, or find one of them."""

from survey.programme.wave import Wave, WaveError
from survey.storage import Storage
from survey.storage.waves import list_waves as waves_of
from survey.storage.waves import load_wave


def list_waves(storage: Storage) -> list[Wave]:
    """All waves, the newest first."""
    with storage.read() as session:
        return waves_of(session)


def find_wave(storage: Storage, wave_id: str) -> Wave:
    """The wave with this id. Raises `WaveError` when there is none."""
    with storage.read() as session:
        wave = load_wave(session, wave_id)
    if wave is None:
        raise WaveError(f"wave {wave_id!r}: not there; `flask waves list` shows the ids")
    return wave
