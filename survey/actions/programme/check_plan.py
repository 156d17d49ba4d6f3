"""Check a wave in preparation: what is missing and what does not fit, also while half of it is not filled in yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey.actions.programme.check_wave import CheckedWave
from survey.exchange.fault import Fault, FaultsFoundError
from survey.exchange.programme.wave_file import wave_file_of

# Stands in for what is not filled in yet, so that everything else can be checked already.
_LATER: dict[str, Any] = {
    "name": {"zh-Hans": "-"},
    "population": "residents",
    "target_profile": "-",
    "header": {
        "form_number": "-",
        "authority": "-",
        "approved_by": "-",
        "approval_number": "-",
        "valid_until": "2999-12-31",
    },
    "organiser": {"name": {"zh-Hans": "-"}, "phone": "-"},
}


@dataclass(frozen=True)
class PlanCheck:
    """`missing`: keys that are not filled in; `wrong`: what does not fit; `checked`: what could be looked up."""

    missing: tuple[Fault, ...]
    wrong: tuple[Fault, ...]
    checked: CheckedWave | None

    @property
    def whole(self) -> bool:
        return self.checked is not None and not self.missing and not self.wrong

    @property
    def faults(self) -> tuple[Fault, ...]:
        return self.missing + self.wrong


def check_plan(session: Session, questionnaires: Path, wave_id: str, tree: Mapping[str, Any]) -> PlanCheck:
    """Everything that is missing and everything that does not fit, at once."""
    missing: list[Fault] = []
    wrong: list[Fault] = []
    try:
        wave_file_of(tree, wave_id, tree.get("analysis"))
    except FaultsFoundError as error:
        for fault in error.faults:
            (missing if _can_follow(fault) else wrong).append(fault)
    if not tree.get("target_profile") and not tree.get("indicators"):
        wrong = [fault for fault in wrong if fault.where != "file"]
        missing.append(Fault(wave_id, "indicators", "a target profile or indicators", "nothing"))
    checked = _checked(session, questionnaires, wave_id, tree)
    if checked is not None:
        wrong += [fault for fault in checked.faults if key_of(fault) in tree and fault not in wrong]
    return PlanCheck(tuple(missing), tuple(wrong), checked)


def key_of(fault: Fault) -> str:
    """The key of a wave file that a fault belongs to; "" for the file as a whole.

    >>> key_of(Fault("w", "header.valid_until", "a date", "'x'")), key_of(Fault("w", "quotas[0].limit", "1", "0"))
    ('header', 'quotas')
    """
    key = fault.where.split(".", 1)[0].split("[", 1)[0]
    return "" if key == "file" else key


def _can_follow(fault: Fault) -> bool:
    """Whether a page asks for what is missing; an entry of a list is whole when it is added, or it is not added."""
    return fault.found == "nothing" and "[" not in fault.where


def _checked(session: Session, questionnaires: Path, wave_id: str, tree: Mapping[str, Any]) -> CheckedWave | None:
    """The wave with stand-ins for what is missing; None while its keys have the wrong form or no questionnaire."""
    if not tree.get("questionnaire"):
        return None
    filled = {**tree}
    for key, later in _LATER.items():
        if key == "target_profile" and tree.get("indicators"):
            continue
        given = tree.get(key)
        filled[key] = {**later, **given} if isinstance(later, dict) and isinstance(given, dict) else given or later
    try:
        return CheckedWave(session, questionnaires, wave_file_of(filled, wave_id, tree.get("analysis")))
    except FaultsFoundError:
        return None
