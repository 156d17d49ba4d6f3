"""What a check of a wave's answers found: a finding is a reason to look, never a verdict. Between steps 4 and 5."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from survey.response.review import ReviewDecision

RULES_VERSION = 1  # goes up with every change of a rule or a limit; docs/integrity.md tells what each version does


class FindingKind(StrEnum):
    """What can be found about an answer, in the order in which pages show it."""

    ALIKE = "alike"  # agrees with another answer more closely than chance has it
    CLUSTER = "cluster"  # belongs to a group of such answers larger than chance makes
    DEVICE = "device"  # signs of a second answer by the same person (response/suspicion.py)
    FAST = "fast"  # given faster than the questions can be read, or than nearly everybody
    ONE_CODE = "one_code"  # one code throughout, at a place where that is more frequent than elsewhere
    BURST = "burst"  # came in an hour in which its place sent many more than its history explains
    INTERVIEWER = "interviewer"  # of an interviewer whose results differ from those of the others in the street
    WATCHED = "watched"  # somebody from the authorities was present: no doubt about the answer, but a reason to compare


SUSPICIOUS = frozenset(FindingKind) - {FindingKind.WATCHED}


@dataclass(frozen=True)
class Finding:
    """One finding about one answer; the keys of `evidence` belong to the kind (docs/integrity.md)."""

    response: str
    kind: FindingKind
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class IntegrityCheck:
    """One run of the rules over a wave. `rules`: by kind, the limits really used, or why a rule could not be used."""

    wave: str
    id: str
    at: datetime
    by: str
    answers: int
    rules: Mapping[str, Mapping[str, Any]]
    version: int = RULES_VERSION


@dataclass(frozen=True)
class SecondLook:
    """Another person looked at a decision: `agrees`, or not, and why."""

    wave: str
    response: str
    by: str
    at: datetime
    agrees: bool
    note: str


@dataclass(frozen=True)
class DecidedAnswer:
    """A decision that stands, without the answer it is about: what was found, what was decided and why."""

    on: date
    decision: ReviewDecision
    reason: str
    kinds: tuple[FindingKind, ...]
    by: str
    second_look: bool


@dataclass(frozen=True)
class IntegritySummary:
    """What a report and an inspector are told about the check of a wave; `check` is None when there was none."""

    check: IntegrityCheck | None
    counts: Mapping[FindingKind, int]
    decided: tuple[DecidedAnswer, ...]

    def number(self, decision: ReviewDecision) -> int:
        return sum(one.decision is decision for one in self.decided)

    @property
    def reasons(self) -> Mapping[str, int]:
        """Why answers were excluded, each reason with its number of answers, the commonest first."""
        found = Counter(one.reason for one in self.decided if one.decision is ReviewDecision.REJECTED)
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


NOT_CHECKED = IntegritySummary(None, {}, ())
