"""Check a draft: compile it as its file would be, and say what a careful colleague would say. Stores nothing."""

from dataclasses import dataclass
from pathlib import Path

from survey.actions.instrument.read_draft import ReadDraft
from survey.instrument.check import check_draft as check_data
from survey.instrument.choice import Scale
from survey.instrument.compile import compile_scales
from survey.instrument.drafting.advice import Finding, advise
from survey.instrument.drafting.draft import Keys
from survey.instrument.fault import Fault
from survey.instrument.include import Library
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.source import read_source
from survey.programme.catalogue import INDICATORS


@dataclass(frozen=True)
class CheckedDraft:
    """`questionnaire` is None while there are faults; `findings` are advice, those that block first."""

    questionnaire: Questionnaire | None
    faults: tuple[Fault, ...]
    findings: tuple[Finding, ...]

    @property
    def may_be_published(self) -> bool:
        return self.questionnaire is not None and not any(finding.blocks for finding in self.findings)


def check_draft(folder: Path, data: Keys) -> CheckedDraft:
    """Everything that can be said about the draft; the line of a fault is the number of its item (0: none)."""
    questionnaire, faults = check_data(Library(folder), data)
    return CheckedDraft(questionnaire, tuple(faults), advise(questionnaire) if questionnaire else ())


def newest_that_compiles(folder: Path, read: ReadDraft) -> tuple[Questionnaire, bool] | None:
    """The newest state that can be shown as a form, and whether it is the draft as it stands."""
    library = Library(folder)
    for state in read.history:
        questionnaire, _ = check_data(library, state.data)
        if questionnaire is not None:
            return questionnaire, state is read.history[0]
    return None


def indicators(folder: Path) -> dict[str, str]:
    """The ids of the catalogue with their simplified labels, as they stand in the folder; nothing is checked."""
    found = read_source(folder, INDICATORS)[0].data
    return {
        str(name): str(keys["label"]["zh-Hans"])
        for name, keys in found.items()
        if isinstance(keys, dict) and isinstance(keys.get("label"), dict) and "zh-Hans" in keys["label"]
    }


def scales(folder: Path) -> dict[str, Scale]:
    """The named scales of the folder, by name."""
    return compile_scales(Library(folder))[0]
