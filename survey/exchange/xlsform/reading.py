"""Step 1: an XLSForm workbook becomes a questionnaire: what both know is kept, what we have no word for is listed.

Every fault names sheet, row and column. The result is checked by the very compiler that checks the files of the
questionnaires folder, so that what comes out can be published.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from survey.exchange.fault import Fault, FaultsFoundError
from survey.exchange.xlsform.head import read_head
from survey.exchange.xlsform.items import ItemReader
from survey.exchange.xlsform.not_kept import NotKept
from survey.exchange.xlsform.texts import TextReader
from survey.exchange.xlsform.workbook import read_workbook
from survey.exchange.xlsform.xform import XFormError, to_xform_of_file
from survey.instrument.compile import compile_scales, compile_source
from survey.instrument.include import Library
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.source import Source
from survey.instrument.yaml_text import write_yaml_text

_NOTE = "# Made from the XLSForm {file}. Look it through, then: flask questionnaires check\n"


@dataclass(frozen=True)
class ReadForm:
    """The questionnaire, the text of its file, and everything of the workbook that is not in it."""

    questionnaire: Questionnaire
    text: str
    not_kept: tuple[NotKept, ...]


def read_xlsform(path: Path, folder: Path) -> ReadForm:
    """Read a workbook; `folder` is the questionnaires folder, for its scales.

    Raises `FaultsFoundError` with every fault that could be seen; then there is no questionnaire.
    """
    library, workbook = Library(folder), read_workbook(path)
    texts = TextReader(workbook)
    head = read_head(path.name, workbook.get("settings", ()))
    reader = ItemReader(path.name, workbook, texts, head, compile_scales(library)[0])
    sections = reader.read()
    _raise(head.faults + reader.faults)
    _raise(_faults_of_pyxform(path))
    data = head.data(sections, reader.context, texts.complete_languages(sections, head.title))
    # The compiler tells lines; here the number of a line is that of a place in the workbook.
    places = ["the workbook", *reader.sections.where.values()]
    lines = {path: number for number, path in enumerate(reader.sections.where, start=1)}
    questionnaire, misfits = compile_source(library, Source(path.name, data, {(): 0, **lines}))
    _raise(
        Fault(path.name, places[misfit.line], f"{misfit.thing}: {misfit.expected}", f"{misfit.found}; {misfit.remedy}")
        for misfit in misfits
    )
    if questionnaire is None:
        raise RuntimeError(f"{path.name}: the compiler gave neither a questionnaire nor a fault")
    text = _NOTE.format(file=path.name) + write_yaml_text(data)
    return ReadForm(questionnaire, text, (*head.not_kept, *texts.not_kept(), *reader.not_kept))


def _faults_of_pyxform(path: Path) -> list[Fault]:
    """What the reference converter refuses; it names one fault at a time."""
    try:
        to_xform_of_file(path)
    except XFormError as error:
        return [Fault(path.name, error.where, "a workbook that pyxform converts", error.words)]
    return []


def _raise(faults: Iterable[Fault]) -> None:
    found = list(dict.fromkeys(faults))
    if found:
        raise FaultsFoundError(found)
