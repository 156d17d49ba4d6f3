"""Step 1: publish a version: compile it, refuse a change of what was published before, remember it in published.lock.

The database's part (keeping the definition as a row) is an action; it calls this first and stores what it returns.
"""

from pathlib import Path

from survey.instrument.check import check_version
from survey.instrument.fault import FaultsError
from survey.instrument.include import Library
from survey.instrument.lock import add_to_lock
from survey.instrument.questionnaire import Questionnaire


def publish(folder: Path, name: str, version: int) -> Questionnaire:
    """Compile `folder/name/vVERSION.yaml` and lock it. FaultsError: it has faults or was published otherwise.

    Publishing the same content again changes nothing and returns the same questionnaire.
    """
    questionnaire, faults = check_version(Library(folder), f"{name}/v{version}.yaml")
    if faults or questionnaire is None:
        raise FaultsError(tuple(faults))
    add_to_lock(folder, name, version, questionnaire.sha256)
    return questionnaire
