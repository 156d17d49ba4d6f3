"""What a device closes into a box: one answer, one visit, or what was recorded beside a visit with consent.

Answer and visit are two records, and neither names the other; a recording names its visit only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Base64Bytes, ConfigDict, Field, TypeAdapter, ValidationError

from survey.fieldwork.device import RecordKind
from survey.fieldwork.visit_recording import LARGEST
from survey.programme.recording_plan import RecordingKind

_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
_Name = Annotated[str, Field(min_length=1, max_length=60)]
_STRICT = ConfigDict(extra="forbid")


class FieldRecordError(ValueError):
    """The record does not have the shape that the app gives it; the message names the key."""


@dataclass(frozen=True)
class AnswerRecord:
    """`answers`: item name to the strings of the form. `sealed`: the box in which a respondent who filled in alone
    closed theirs; then `answers` holds only what the interviewer added. `place` came with the case and names a
    community; `eligible` counts the persons among whom the next birthday chose. Times are the device's.
    """

    __pydantic_config__ = _STRICT

    kind: Literal[RecordKind.ANSWER]
    id: _Id
    wave: _Name
    questionnaire: _Name
    version: Annotated[int, Field(ge=1)]
    language: Literal["zh-Hans", "zh-Hant", "en"]
    mode: Literal["R", "S"]
    place: Annotated[str, Field(max_length=500)]
    started: AwareDatetime
    ended: AwareDatetime
    answers: dict[Annotated[str, Field(max_length=40)], list[str]]
    sealed: dict[str, str] | None = None
    eligible: Annotated[int, Field(ge=1, le=30)] | None = None


@dataclass(frozen=True)
class VisitRecord:
    """One attempt as the device noted it; the nouns of fieldwork check what the words mean."""

    __pydantic_config__ = _STRICT

    kind: Literal[RecordKind.VISIT]
    id: _Id
    wave: _Name
    case: _Name
    at: AwareDatetime
    disposition: Annotated[str, Field(max_length=4)]
    note: Annotated[str, Field(max_length=2000)] = ""
    mode: Annotated[str, Field(max_length=8)] | None = None
    present: tuple[Annotated[str, Field(max_length=4)], ...] = ()
    next_appointment: AwareDatetime | None = None


@dataclass(frozen=True)
class RecordingRecord:
    """A position (JSON), photograph or sound; `content` is base64. The device makes one only with consent."""

    __pydantic_config__ = _STRICT

    kind: Literal[RecordKind.RECORDING]
    id: _Id
    wave: _Name
    visit: _Id
    what: Literal[RecordingKind.POSITION, RecordingKind.PHOTO, RecordingKind.AUDIO]
    media_type: Annotated[str, Field(max_length=40)]
    content: Annotated[Base64Bytes, Field(max_length=LARGEST)]


FieldRecord = AnswerRecord | VisitRecord | RecordingRecord
_ADAPTER: TypeAdapter[FieldRecord] = TypeAdapter(Annotated[FieldRecord, Field(discriminator="kind")])


def read_field_record(opened: Mapping[str, Any]) -> FieldRecord:
    """Raises `FieldRecordError` with the first key that is not as expected."""
    try:
        return _ADAPTER.validate_python(opened)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "record"
        raise FieldRecordError(f"{where}: {first['msg']}, found {str(first['input'])[:60]!r}") from error
