"""Every fault of a questionnaires folder is told with file, line, what was expected, what was found and what to do."""

import shutil
from pathlib import Path

import pytest

from survey.instrument.check import check_questionnaires
from survey.instrument.fault import FaultsError
from survey.instrument.lock import read_lock
from survey.instrument.publish import publish
from tests.unit.instrument.tiny import TINY, copy_with

RELEVANT = "relevant/v1.yaml"
CHOICES = "choices/v1.yaml"
ANSWERS = "answers/v1.yaml"
INCLUDE = "include/v1.yaml"


def faults_of(folder: Path) -> list[str]:
    return [str(fault) for fault in check_questionnaires(folder)[1]]


def test_the_tiny_questionnaires_have_no_fault() -> None:
    assert faults_of(TINY) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            RELEVANT,
            "relevant:",
            "relevent:",
            "relevant/v1.yaml:18: item service relevent: expected no such key (did you mean relevant?)",
        ),
        (RELEVANT, "name: service", "name: used", "relevant/v1.yaml:17: item used: expected every item name once"),
        (RELEVANT, "name: used", "name: Used", "relevant/v1.yaml:11: item Used name: expected"),
        (
            RELEVANT,
            "select_one SAT3",
            "select_one SAT5",
            "relevant/v1.yaml:16: item service: expected a scale of scales.yaml, found 'SAT5'; did you mean SAT3?",
        ),
        (
            RELEVANT,
            "type: select_one SAT3",
            "type: select SAT3",
            "relevant/v1.yaml:16: item service: expected an item type, found 'select'; did you mean select_one?",
        ),
        (
            RELEVANT,
            "${used} = '1'",
            "${usd} = '1'",
            "relevant/v1.yaml:18: item service relevant: expected an item of this questionnaire, found 'usd'; "
            "did you mean used?",
        ),
        (
            RELEVANT,
            "${used} = '1'",
            "${used} = '5'",
            "relevant/v1.yaml:18: item service relevant: expected a code of used (1, 2), found '5'",
        ),
        (
            RELEVANT,
            "${used} = '1'",
            "${used} == '1'",
            "relevant/v1.yaml:18: item service relevant, character 10: expected",
        ),
        (
            RELEVANT,
            "${used} = '1'",
            ". = '1'",
            "relevant/v1.yaml:18: item service relevant: expected ${item}, found a dot",
        ),
        (
            RELEVANT,
            "        label: {zh-Hans: 您去过吗？, en: Have you been there?}",
            "        relevant: \"${service} = '1'\"\n        label: {zh-Hans: 您去过吗？, en: x}",
            "relevant/v1.yaml:12: item used relevant: expected an item that comes before, found service",
        ),
        (
            RELEVANT,
            ", en: Have you been there?",
            "",
            "relevant/v1.yaml:12: sections.0.items.0.label: expected a label in en",
        ),
        (RELEVANT, "zh-Hans: 您去过吗？, ", "", "relevant/v1.yaml:12: item used label: expected a label in zh-Hans"),
        (RELEVANT, "en: Have", "eng: Have", "relevant/v1.yaml:12: sections.0.items.0.label.eng: expected a language"),
        (RELEVANT, "version: 1", "version: 2", "relevant/v1.yaml:1: name and version: expected those of a file"),
        (RELEVANT, "version: 1", "version: one", "relevant/v1.yaml:2: version: expected a whole number, found 'one'"),
        (
            RELEVANT,
            "population: residents",
            "population: people",
            "relevant/v1.yaml:4: population: expected 'residents'",
        ),
        (RELEVANT, "population: residents\n", "", "relevant/v1.yaml:1: population: expected this key, found nothing"),
        (
            RELEVANT,
            "population: residents",
            "population: residents\nname: other",
            "relevant/v1.yaml:5: key name: expected",
        ),
        (RELEVANT, "title: {", "title: [", "relevant/v1.yaml:3: YAML: expected well-formed YAML"),
        (CHOICES, 'name: "7"', 'name: "8"', "choices/v1.yaml:13: item bus: expected every code once, found 8 twice"),
        (CHOICES, 'name: "99"', 'name: "none"', "choices/v1.yaml:23: item topics choices.3.name: expected"),
        (CHOICES, "polarity: na", "polarity: nay", "choices/v1.yaml:14: item bus choices.0.polarity: expected"),
        (
            CHOICES,
            "maximum_choices: 2",
            "maximum_choices: 0",
            "choices/v1.yaml:18: item topics maximum_choices: expected",
        ),
        (
            CHOICES,
            "type: select_one SAT3",
            "type: text",
            "choices/v1.yaml:10: item bus: expected an item that makes sense, found item bus: choices belong to",
        ),
        (
            ANSWERS,
            "type: text",
            "type: select_one",
            "answers/v1.yaml:11: item opinion: expected an item that makes sense",
        ),
        (ANSWERS, ". >= 1", ". >> 1", "answers/v1.yaml:19: item people constraint, character 4: expected"),
        (
            INCLUDE,
            "item: bus,",
            "item: tram,",
            "include/v1.yaml:12: include: expected an item of that file, found 'tram'",
        ),
        (INCLUDE, "choices/v1", "choices/v9", "include/v1.yaml:12: include: expected a questionnaire version, found"),
        (INCLUDE, "choices/v1", "include/v1", "include/v1.yaml:12: include: expected no circle, found include/v1 →"),
        (INCLUDE, "[only]", "only", "include/v1.yaml:8: include: expected a list of sections, found 'only'"),
        (
            INCLUDE,
            "choices/v1",
            "../v1",
            "include/v1.yaml:12: include: expected a questionnaire version, found '../v1'",
        ),
        (INCLUDE, "[only]", "[all]", "include/v1.yaml:8: include: expected a section of that file, found 'all'"),
        (
            "scales.yaml",
            "coefficient: 50",
            "coefficient: 500",
            "scales.yaml:5: scale SAT3 choices.1.coefficient: expected",
        ),
        ("scales.yaml", 'name: "2"', 'name: "3"', "scales.yaml:3: scale SAT3: expected every code once, found 3 twice"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, file: str, old: str, new: str, fault: str) -> None:
    found = faults_of(copy_with(TINY, tmp_path, file, old, new))
    assert any(line.startswith(fault) for line in found), found


def test_the_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    folder = copy_with(TINY, tmp_path, RELEVANT, "select_one SAT3", "select_one SAT5")
    (folder / "choices/v1.yaml").write_text("name: choices\n", encoding="utf-8")
    found = "\n".join(faults_of(folder))
    assert "relevant/v1.yaml:16" in found
    assert found.count("choices/v1.yaml:1") == 5  # version, title, population, languages, sections


def test_one_mistake_is_told_once(tmp_path: Path) -> None:
    folder = copy_with(TINY, tmp_path, RELEVANT, "name: used\n", "name: used\n        labell: x\n")
    assert [line.split(":")[1] for line in faults_of(folder)] == ["12"]


def test_faults_of_the_head_and_of_the_items_are_told_together(tmp_path: Path) -> None:
    folder = copy_with(TINY, tmp_path, RELEVANT, "population: residents", "population: people")
    path = folder / RELEVANT
    path.write_text(path.read_text(encoding="utf-8").replace("SAT3", "SAT5"), encoding="utf-8")
    assert [line.split(":")[1] for line in faults_of(folder)] == ["4", "16"]


def test_an_anchor_is_refused(tmp_path: Path) -> None:
    folder = copy_with(TINY, tmp_path, RELEVANT, "label: {zh-Hans: 问题", "label: &a {zh-Hans: 问题")
    path = folder / RELEVANT
    path.write_text(path.read_text(encoding="utf-8") + "      - *a\n", encoding="utf-8")
    assert any("expected each thing written in full, found an alias" in line for line in faults_of(folder))


def test_a_published_version_stays_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "questionnaires"
    shutil.copytree(TINY, folder)
    published = publish(folder, "relevant", 1)
    assert publish(folder, "relevant", 1) == published
    assert read_lock(folder) == ({("relevant", 1): published.sha256}, [])
    assert faults_of(folder) == []
    path = folder / RELEVANT
    path.write_text(path.read_text(encoding="utf-8").replace("您去过吗", "您常去吗"), encoding="utf-8")
    assert faults_of(folder)[0].startswith(
        "relevant/v1.yaml:1: published version: expected the content published before"
    )
    with pytest.raises(FaultsError, match="write the change into a new version"):
        publish(folder, "relevant", 1)


def test_a_scale_that_a_published_version_uses_stays_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "questionnaires"
    shutil.copytree(TINY, folder)
    publish(folder, "relevant", 1)
    path = folder / "scales.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("一般", "还可以"), encoding="utf-8")
    assert ["published version" in line for line in faults_of(folder)] == [True]


def test_the_file_of_a_published_version_stays(tmp_path: Path) -> None:
    folder = tmp_path / "questionnaires"
    shutil.copytree(TINY, folder)
    publish(folder, "languages", 1)
    (folder / "languages/v1.yaml").unlink()
    assert faults_of(folder) == [
        "published.lock:1: languages/v1.yaml: expected the file of a published version, found no file; restore it"
    ]


def second_version(folder: Path, old: str, new: str) -> list[str]:
    """The faults after choices/v2 was written as choices/v1 with one change."""
    text = (folder / CHOICES).read_text(encoding="utf-8").replace("version: 1", "version: 2")
    assert old in text
    (folder / "choices/v2.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return faults_of(folder)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("select_one SAT3", "select_multiple SAT3", "item bus: expected select_one, its type in version 1"),
        (
            "zh-Hans: 停车, en: parking",
            "zh-Hans: 养犬, en: dogs",
            "item topics: expected code 1 for 停车, as in version 1",
        ),
        ("polarity: na", "polarity: dk", "item bus: expected code 7 for 从不乘公交, as in version 1"),
    ],
)
def test_a_new_version_keeps_types_and_codes(tmp_path: Path, old: str, new: str, fault: str) -> None:
    folder = tmp_path / "questionnaires"
    shutil.copytree(TINY, folder)
    found = second_version(folder, old, new)
    assert [fault in line and line.startswith("choices/v2.yaml:") for line in found] == [True], found


def test_a_new_version_may_correct_a_label_and_add_a_choice(tmp_path: Path) -> None:
    folder = tmp_path / "questionnaires"
    shutil.copytree(TINY, folder)
    added = '          - {name: "4", label: {zh-Hans: 养犬, en: dogs}}\n          - {name: "99"'
    assert second_version(folder, '          - {name: "99"', added) == []
    assert second_version(folder, "zh-Hans: 停车,", "zh-Hans: 车辆停放,") == []


def test_a_folder_that_is_none_is_told_so(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == [
        "scales.yaml:1: folder: expected a questionnaires folder, found no scales.yaml; name another folder"
    ]
