"""One attempt at a case, at the door or by telephone, as the worker notes it down. Step 2 of the flow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from survey.fieldwork.case import FieldworkError
from survey.fieldwork.disposition import Disposition
from survey.instrument.canonical import canonical_bytes, sha256_hex
from survey.instrument.text import Text

NOTE_LIMIT = 500


class VisitMode(StrEnum):
    """How the interview was done, or that the attempt was a call. A closed door has no mode."""

    READ = "R"  # the worker reads out and notes down
    SELF = "S"  # the respondent fills in on the worker's device
    CODE = "Q"  # the respondent got a household code
    PHONE = "phone"
    PAPER = "paper"

    @property
    def words(self) -> Text:
        return _MODE_WORDS[self]


_MODE_WORDS = {
    VisitMode.READ: Text("访问员读题代填", "Read out by the interviewer", "訪問員讀題代填"),
    VisitMode.SELF: Text("受访者在设备上自己填", "Filled in by the respondent on the device", "受訪者在設備上自己填"),
    VisitMode.CODE: Text("留下住户二维码", "Household code left", "留下住戶二維碼"),
    VisitMode.PHONE: Text("电话", "Telephone", "電話"),
    VisitMode.PAPER: Text("纸质问卷", "Paper form", "紙質問卷"),
}


class Presence(StrEnum):
    """Who else was there; the codes of `interview_present` in the doorstep questionnaire."""

    FAMILY = "1"
    NEIGHBOURS = "2"
    COMMUNITY_WORKERS = "3"
    PROPERTY_MANAGERS = "4"
    OTHER_STAFF = "5"
    OTHERS = "96"
    NOBODY = "99"

    @property
    def words(self) -> Text:
        return _PRESENCE_WORDS[self]


_PRESENCE_WORDS = {
    Presence.FAMILY: Text("受访者的家人", "Family of the respondent", "受訪者的家人"),
    Presence.NEIGHBOURS: Text("邻居", "Neighbours", "鄰居"),
    Presence.COMMUNITY_WORKERS: Text("社区工作人员或网格员", "Community or grid workers", "社區工作人員或網格員"),
    Presence.PROPERTY_MANAGERS: Text("物业人员", "Property managers", "物業人員"),
    Presence.OTHER_STAFF: Text("其他单位工作人员", "Staff of another body", "其他單位工作人員"),
    Presence.OTHERS: Text("其他人", "Someone else", "其他人"),
    Presence.NOBODY: Text("没有别人在场", "Nobody else", "沒有別人在場"),
}


@dataclass(frozen=True)
class Visit:
    """One attempt. `id` was made on the device when the visit began; `at` is the device's clock, `received_at` ours.

    Its number among the attempts is its place by `at` and is not stored, since visits arrive in any order.
    """

    wave: str
    id: str
    case: str
    interviewer: str
    at: datetime
    disposition: Disposition
    note: str = ""
    mode: VisitMode | None = None
    present: tuple[Presence, ...] = ()
    next_appointment: datetime | None = None
    device: str | None = None
    received_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.disposition is Disposition.NOT_ATTEMPTED:
            raise FieldworkError(f"visit {self.id}: outcome: expected what happened, found {self.disposition.value}")
        if len(self.note) > NOTE_LIMIT:
            raise FieldworkError(f"visit {self.id}: note: expected up to {NOTE_LIMIT} signs, found {len(self.note)}")
        if self.next_appointment is not None and self.next_appointment <= self.at:
            raise FieldworkError(
                f"visit {self.id}: next appointment: expected after {self.at.isoformat()}, "
                f"found {self.next_appointment.isoformat()}"
            )
        if Presence.NOBODY in self.present and len(self.present) > 1:
            raise FieldworkError(f"visit {self.id}: present: nobody else, and {len(self.present) - 1} others")

    def sha256(self) -> str:
        """The hash that tells equal content from other content under one id; our own clock is not part of it."""
        return sha256_hex(self.content())

    def content(self) -> bytes:
        """The canonical bytes of what the device sent."""
        return canonical_bytes(
            {
                "wave": self.wave,
                "visit": self.id,
                "case": self.case,
                "interviewer": self.interviewer,
                "at": _instant(self.at),
                "disposition": self.disposition.value,
                "note": self.note,
                "mode": self.mode.value if self.mode else None,
                "present": [one.value for one in self.present],
                "next_appointment": _instant(self.next_appointment),
                "device": self.device,
            }
        )


def read_visit(content: Mapping[str, Any]) -> Visit:
    """The visit whose `content()` this was. Raises `FieldworkError` and `ValueError` for what is none."""
    appointment, mode = content["next_appointment"], content["mode"]
    return Visit(
        wave=content["wave"],
        id=content["visit"],
        case=content["case"],
        interviewer=content["interviewer"],
        at=datetime.fromisoformat(content["at"]),
        disposition=Disposition(content["disposition"]),
        note=content["note"],
        mode=VisitMode(mode) if mode else None,
        present=tuple(Presence(code) for code in content["present"]),
        next_appointment=datetime.fromisoformat(appointment) if appointment else None,
        device=content["device"],
    )


def _instant(at: datetime | None) -> str | None:
    """One spelling of one moment, whatever zone it was written in."""
    return at.astimezone(UTC).isoformat() if at else None


class VisitOutcome(StrEnum):
    """What became of a visit that was sent in. All but the first two are kept for review and change no case."""

    ACCEPTED = "accepted"
    ALREADY_RECEIVED = "already_received"  # same id, same content: same receipt
    CONFLICT = "conflict"  # same id, other content
    NOT_ASSIGNED = "not_assigned"  # the case is somebody else's, or nobody's, by now
    NOT_OPEN = "not_open"  # the case is held, closed or not released
    UNKNOWN_CASE = "unknown_case"

    @property
    def kept_for_review(self) -> bool:
        return self not in {VisitOutcome.ACCEPTED, VisitOutcome.ALREADY_RECEIVED}


@dataclass(frozen=True)
class ReceivedVisit:
    """Outcome of a delivery; the receipt names what is on disk for this very content."""

    outcome: VisitOutcome
    receipt: str
