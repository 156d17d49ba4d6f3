"""A sampled dwelling and the attempts to interview there. Nothing here names an answer, and no answer names a case."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from survey.invitation.invitation import SelectionDesign


class Disposition(StrEnum):
    """AAPOR final codes for in-person household surveys (Standard Definitions, 10th edition, 2023)."""

    COMPLETE = "110"
    PARTIAL = "120"
    REFUSAL = "211"
    BREAK_OFF = "212"
    NON_CONTACT = "220"
    NO_ENTRY = "223"
    NO_ONE_HOME = "224"
    AWAY = "225"
    UNABLE = "232"
    LANGUAGE = "233"
    OTHER = "236"
    UNKNOWN = "310"
    NOT_ATTEMPTED = "311"
    NOT_FOUND = "318"
    NOT_A_DWELLING = "450"
    VACANT = "460"
    NO_ELIGIBLE = "470"


@dataclass(frozen=True)
class SampledCase:
    """One drawn dwelling with its selection design; `address` never leaves the fieldwork tables."""

    wave: str
    id: str
    area: str
    address: str
    design: SelectionDesign
    disposition: Disposition = Disposition.NOT_ATTEMPTED


@dataclass(frozen=True)
class Visit:
    """One attempt at a case."""

    wave: str
    id: str
    case: str
    interviewer: str
    at: datetime
    disposition: Disposition
    note: str = ""
