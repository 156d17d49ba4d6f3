"""The tiny questionnaires of tests/questionnaires, compiled; and copies of their folder to make faults in."""

import shutil
from functools import cache
from pathlib import Path

from survey.instrument.compile import compile_questionnaire
from survey.instrument.questionnaire import Questionnaire

TINY = Path(__file__).parents[2] / "questionnaires"
REAL = Path(__file__).parents[3] / "questionnaires"


@cache
def tiny(name: str, version: int = 1) -> Questionnaire:
    return compile_questionnaire(TINY, name, version)


def copy_with(source: Path, target: Path, file: str, old: str, new: str) -> Path:
    """A copy of the folder in which one text of one file is another; the old text must stand there."""
    folder = target / "questionnaires"
    shutil.copytree(source, folder)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder
