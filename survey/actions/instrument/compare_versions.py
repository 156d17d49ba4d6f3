"""Compare two versions of a questionnaire, published or being written: what differs, and which indicators break."""

from dataclasses import dataclass
from pathlib import Path

from survey.actions.instrument.check_draft import newest_that_compiles
from survey.actions.instrument.read_draft import read_draft
from survey.actions.instrument.read_published import read_published
from survey.instrument.drafting.differences import Difference, differences
from survey.instrument.questionnaire import Questionnaire
from survey.storage import Storage


@dataclass(frozen=True)
class Comparison:
    before: Questionnaire
    after: Questionnaire
    differences: tuple[Difference, ...]

    @property
    def broken_indicators(self) -> tuple[str, ...]:
        """Ids of the indicators whose trend breaks between the two, in order."""
        return tuple(dict.fromkeys(one.indicator for one in self.differences if one.breaks))


def compare_versions(storage: Storage, folder: Path, before: str, after: str) -> Comparison | None:
    """`before` and `after`: `resident/v1`, or the id of a draft. None when one of them cannot be read."""
    old, new = (_questionnaire(storage, folder, named) for named in (before, after))
    return Comparison(old, new, differences(old, new)) if old and new else None


def _questionnaire(storage: Storage, folder: Path, named: str) -> Questionnaire | None:
    name, slash, number = named.partition("/v")
    if slash:
        return read_published(storage, name, int(number)) if number.isdecimal() and len(number) < 10 else None
    read = read_draft(storage, named)
    compiled = newest_that_compiles(folder, read) if read else None
    return compiled[0] if compiled else None
