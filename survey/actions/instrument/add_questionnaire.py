"""Add a questionnaire that was read from a workbook: its file goes into the folder, and the version is published."""

from datetime import datetime
from pathlib import Path

import yaml

from survey.actions.instrument.publish_questionnaire import Publication, publish_questionnaire
from survey.actions.instrument.read_published import list_published
from survey.instrument.fault import Fault, FaultsError
from survey.instrument.include import VERSION_PATTERN
from survey.storage import Storage


def add_questionnaire(storage: Storage, folder: Path, text: str, *, now: datetime, actor: str) -> Publication:
    """Write `text` as NAME/vVERSION.yaml and publish it; a version that is there already is never overwritten.

    Raises `FaultsError` when it has faults or the version is taken; then nothing is left behind.
    """
    name, version = _named(text)
    file = folder / name / f"v{version}.yaml"
    if (name, version) in {(known, number) for known, number, _ in list_published(storage)}:
        raise _taken(name, version)
    file.parent.mkdir(exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        # The same text is the rest of an attempt that the database did not see.
        if file.read_text(encoding="utf-8") != text:
            raise _taken(name, version) from None
    try:
        return publish_questionnaire(storage, folder, name, version, now=now, actor=actor)
    except FaultsError:
        file.unlink()
        if not any(file.parent.iterdir()):
            file.parent.rmdir()
        raise


def _named(text: str) -> tuple[str, int]:
    """Name and version of the text; only such as are safe in a path."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError:
        data = None
    head = data if isinstance(data, dict) else {}
    name, version = head.get("name"), head.get("version")
    if not VERSION_PATTERN.fullmatch(f"{name}/v{version}"):
        fault = Fault(
            "questionnaire", 1, "name and version", "a name and a number", f"{name!r}, {version!r}", "correct it"
        )
        raise FaultsError((fault,))
    return str(name), int(str(version))


def _taken(name: str, version: int) -> FaultsError:
    remedy = "write a new version into the settings of the workbook"
    return FaultsError((Fault(f"{name}/v{version}.yaml", 1, "version", "one that is not there yet", "it", remedy),))
