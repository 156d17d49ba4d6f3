"""Verify that the newest version of every opened wave says what the wave says, and that versions count on from 1."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from survey.exchange.fault import FaultsFoundError
from survey.exchange.programme.wave_file import wave_file_of
from survey.exchange.programme.wave_text import read_tree
from survey.programme.wave import Wave
from survey.storage.wave_plans import load_versions
from survey.storage.waves import list_waves

_COMPARED = (
    *("name", "population", "questionnaire", "version", "header", "organiser"),
    *("protection", "recording", "over_quota", "arrangement"),
)


def check_versions(session: Session) -> Iterator[tuple[str, str]]:
    """Wave and what does not agree. A wave that was opened before versions were kept has none, and nothing to tell."""
    for wave in list_waves(session):
        versions = load_versions(session, wave.id)
        numbers = [version.number for version in versions]
        if numbers != list(range(1, len(numbers) + 1)):
            yield wave.id, f"versions {numbers}, expected them to count on from 1"
        elif versions:
            yield from ((wave.id, what) for what in _compare(wave, versions[-1].content))


def _compare(wave: Wave, content: str) -> Iterator[str]:
    try:
        tree = read_tree(content, wave.id)
        written = wave_file_of(tree, wave.id, tree.get("analysis")).wave()
    except FaultsFoundError as error:
        yield f"the newest version cannot be read: {error.faults[0]}"
        return
    for key in _COMPARED:
        if getattr(written, key) != getattr(wave, key):
            yield f"{key}: the newest version and the wave differ"
