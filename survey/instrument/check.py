"""Step 1: every fault of the questionnaires in a folder at once, and of their history (a published version stays)."""

import re
from collections.abc import Iterator
from pathlib import Path

from survey.instrument.choice import Choice
from survey.instrument.compile import SCALES, compile_file, compile_scales, compile_source
from survey.instrument.fault import Fault
from survey.instrument.include import Keys, Library
from survey.instrument.item import Item
from survey.instrument.lock import LOCK, read_lock
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.source import KeyPath, Origin, Source

_FILE = re.compile(r"(?P<name>[^/]+)/v(?P<version>[1-9][0-9]*)\.yaml")


def check_questionnaires(folder: Path) -> tuple[list[Questionnaire], list[Fault]]:
    """All questionnaires of the folder without faults, and every fault of scales, questionnaires and published.lock."""
    if not (folder / SCALES).is_file():
        return [], [Fault(SCALES, 1, "folder", "a questionnaires folder", f"no {SCALES}", "name another folder")]
    library = Library(folder)
    questionnaires: list[Questionnaire] = []
    faults = compile_scales(library)[1]
    for file in sorted(str(path.relative_to(folder)) for path in folder.glob("*/v*.yaml")):
        questionnaire, misfits = check_version(library, file)
        # What comes from an included file is told where that file itself is checked.
        faults += [fault for fault in misfits if fault.file == file]
        if questionnaire:
            questionnaires.append(questionnaire)
    return questionnaires, faults + _faults_of_lock(folder)


def check_version(library: Library, file: str) -> tuple[Questionnaire | None, list[Fault]]:
    """One file on its own, against published.lock and against the versions before it."""
    questionnaire, faults = compile_file(library, file)
    if questionnaire is None:
        return None, faults
    faults = [*_faults_of_name(questionnaire, file), *_faults_of_change(library.folder, questionnaire, file)]
    return questionnaire, faults + _faults_against_earlier(library, questionnaire, library.source(file)[0])


def check_draft(library: Library, data: Keys) -> tuple[Questionnaire | None, list[Fault]]:
    """A questionnaire that stands in no file yet, checked as its file would be.

    The line of a fault is the number of the item that it stands at, counting from 1; 0 is before or between items.
    """
    lines: dict[KeyPath, int] = {(): 0}
    for place, section in enumerate(data["sections"]):
        for index in range(len(section["items"])):
            lines["sections", place, "items", index] = len(lines)
    source = Source(f"{data['name']}/v{data['version']}.yaml", data, lines)
    questionnaire, faults = compile_source(library, source)
    if questionnaire is None:
        return None, faults
    faults = [
        *_faults_of_change(library.folder, questionnaire, source.file),
        *_faults_against_earlier(library, questionnaire, source),
    ]
    return (None if faults else questionnaire), faults


def _faults_of_name(questionnaire: Questionnaire, file: str) -> Iterator[Fault]:
    match = _FILE.fullmatch(file)
    written = f"{questionnaire.name}/v{questionnaire.version}.yaml"
    if not match or file != written:
        remedy = "make the file's place and its keys name and version agree"
        yield Fault(file, 1, "name and version", f"those of a file {written}", file, remedy)


def _faults_of_change(folder: Path, questionnaire: Questionnaire, file: str) -> Iterator[Fault]:
    published = read_lock(folder)[0].get((questionnaire.name, questionnaire.version))
    if published not in (None, questionnaire.sha256):
        expected = f"the content published before ({published[:12]}…)" if published else ""
        found = f"other content ({questionnaire.sha256[:12]}…)"
        remedy = f"restore this file, {SCALES} and what it includes, and write the change into a new version"
        yield Fault(file, 1, "published version", expected, found, remedy)


def _faults_of_lock(folder: Path) -> list[Fault]:
    lock, faults = read_lock(folder)
    for name, version in lock:
        file = f"{name}/v{version}.yaml"
        if not (folder / file).is_file():
            faults.append(Fault(LOCK, 1, file, "the file of a published version", "no file", "restore it"))
    return faults


def _faults_against_earlier(library: Library, questionnaire: Questionnaire, source: Source) -> list[Fault]:
    """An item keeps its type, and a code is never reused, from version to version."""
    faults: list[Fault] = []
    for version in range(1, questionnaire.version):
        earlier, _ = compile_file(library, f"{questionnaire.name}/v{version}.yaml")
        for item in questionnaire.items if earlier else ():
            if earlier and item.name in earlier:
                faults += _faults_of_item(item, earlier.item(item.name), version, _origin(library, source, item))
    return faults


def _faults_of_item(item: Item, before: Item, version: int, origin: Origin) -> Iterator[Fault]:
    thing = f"item {item.name}"
    if item.type is not before.type:
        remedy = "give the changed item another name"
        yield origin.fault(("type",), thing, f"{before.type}, its type in version {version}", str(item.type), remedy)
        return
    for choice in item.choices:
        meant = next((one for one in before.choices if one.code == choice.code), None)
        if meant and not _means_the_same(choice, meant):
            expected = f"code {choice.code} for {meant.label.zh_hans}, as in version {version}"
            remedy = "give the changed choice a code that was never used"
            yield origin.fault(("choices",), thing, expected, choice.label.zh_hans, remedy)


def _means_the_same(choice: Choice, before: Choice) -> bool:
    # One language corrected is a correction; both rewritten, or another polarity, is another answer under an old code.
    same_words = choice.label.zh_hans == before.label.zh_hans or choice.label.en == before.label.en
    return same_words and choice.polarity == before.polarity


def _origin(library: Library, source: Source, item: Item) -> Origin:
    sections, _ = library.sections(source)
    located = (found for section in sections for found in section.items)
    return next(origin for keys, origin in located if keys.get("name") == item.name)
