"""Check the questionnaires folder: questionnaires, scales, published.lock, catalogue of indicators, target profiles."""

from dataclasses import dataclass
from pathlib import Path

from survey.instrument.check import check_questionnaires as check_instruments
from survey.instrument.fault import Fault
from survey.instrument.questionnaire import Questionnaire
from survey.programme.catalogue import read_catalogue
from survey.programme.indicator import Indicator
from survey.programme.profiles import read_profiles
from survey.programme.target import TargetProfile


@dataclass(frozen=True)
class CheckedFolder:
    """What the folder holds (everything that has no fault), and every fault, in the order of files and lines."""

    questionnaires: tuple[Questionnaire, ...]
    catalogue: dict[str, Indicator]
    profiles: dict[str, TargetProfile]
    faults: tuple[Fault, ...]


def check_questionnaires(folder: Path) -> CheckedFolder:
    """Read the whole folder and name every fault of it at once."""
    questionnaires, faults = check_instruments(folder)
    catalogue, of_indicators = read_catalogue(folder, questionnaires)
    profiles, of_targets = read_profiles(folder, catalogue)
    every = sorted({*faults, *of_indicators, *of_targets})
    return CheckedFolder(tuple(questionnaires), catalogue, profiles, tuple(every))
