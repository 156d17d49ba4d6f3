"""List the waves of the installation."""

from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.waves import list_waves as waves_of


def list_waves(storage: Storage) -> list[Wave]:
    """All waves, the newest first."""
    with storage.read() as session:
        return waves_of(session)
