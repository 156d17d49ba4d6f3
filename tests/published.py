"""The real questionnaires, compiled, and waves that ask them: what the tests of pages work with."""

from functools import cache
from pathlib import Path
from typing import Any

from survey.instrument.compile import compile_questionnaire
from survey.instrument.load import to_definition
from survey.programme.wave import Wave
from survey.storage import Storage
from tests.factories import StoredWave, make_wave, store_wave

FOLDER = Path(__file__).parent.parent / "questionnaires"


@cache
def definition_of(name: str, version: int = 1) -> dict[str, Any]:
    """The compiled definition of a questionnaire of the project."""
    return to_definition(compile_questionnaire(FOLDER, name, version))


def store_real_wave(storage: Storage, questionnaire: str = "resident", wave: Wave | None = None) -> StoredWave:
    """An open wave with posters and letters that asks a real questionnaire."""
    wave = wave or make_wave(f"wave-{questionnaire}", questionnaire=questionnaire)
    return store_wave(storage, wave, definition=definition_of(questionnaire))
