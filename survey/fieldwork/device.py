"""A worker's device: what it was given when it was enrolled, and what the office knows of its deliveries. Step 2."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LABEL_LIMIT = 40  # signs
SILENT_HOURS = 24  # a device that has work and was not heard of for so long is shown as silent


class DeviceError(ValueError):
    """A device cannot be enrolled or a delivery not be read; the message says what was expected and what was found."""


class StoppedDeviceError(DeviceError):
    """The device was taken out of service (lost, handed in); it delivers nothing any more."""


class RecordKind(StrEnum):
    ANSWER = "answer"
    VISIT = "visit"
    RECORDING = "recording"


class RecordOutcome(StrEnum):
    """What became of a record that a device delivered. After each of them the device may delete its copy."""

    ACCEPTED = "accepted"
    ALREADY_RECEIVED = "already_received"
    CONFLICT = "conflict"  # same id, other content: both kept
    KEPT = "kept"  # could not be taken as it is: kept for review, with the reason


class KeptReason(StrEnum):
    """Why a record waits for a person instead of counting."""

    UNREADABLE = "unreadable"
    FAULTY = "faulty"
    UNKNOWN_VERSION = "unknown_version"
    UNKNOWN_PLACE = "unknown_place"
    WAVE_NOT_OPEN = "wave_not_open"
    NOT_ASKED = "not_asked"  # a recording that the wave does not ask for; its content is not kept


@dataclass(frozen=True)
class DeviceContact:
    """What a device says at the beginning of a delivery: its clock, its program, what it made and what waits on it."""

    at: datetime
    device_clock: datetime
    app_version: str
    issued: int
    unsent: int

    def __post_init__(self) -> None:
        if self.issued < 0 or self.unsent < 0:
            raise DeviceError(f"contact: expected counts from 0, found {self.issued} issued, {self.unsent} unsent")

    @property
    def skew(self) -> float:
        """Seconds by which the device's clock is ahead of ours."""
        return (self.device_clock - self.at).total_seconds()


@dataclass(frozen=True)
class Device:
    """`interviewer` is the code that cases and visits name; `account` the e-mail of who enrolled it."""

    id: str
    interviewer: str
    account: str
    area: str
    label: str
    enrolled_at: datetime
    stopped_at: datetime | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.label) <= LABEL_LIMIT:
            raise DeviceError(f"device name: expected 1 to {LABEL_LIMIT} signs, found {len(self.label)}")


@dataclass(frozen=True)
class Delivered:
    """The answer to one delivered record: bound to its id and to the bytes that came, signed for this device."""

    id: str
    sha256: str
    outcome: RecordOutcome
    receipt: str
    proof: str


def receipt_key(secret_key: str, device: str) -> bytes:
    """The key that the device checks receipts with; it was given to it when it was enrolled, and to nobody else."""
    return hmac.new(secret_key.encode(), f"receipts of device {device}".encode(), hashlib.sha256).digest()


def prove(secret_key: str, device: str, record: str, sha256: str, outcome: RecordOutcome, receipt: str) -> str:
    """HMAC-SHA-256 over what the receipt says, hexadecimal: no proxy or foreign server can make a device delete."""
    message = f"{record}|{sha256}|{outcome.value}|{receipt}".encode()
    return hmac.new(receipt_key(secret_key, device), message, hashlib.sha256).hexdigest()


def record_digest(secret_key: str, record: str) -> str:
    """A keyed one-way digest of a record's id: counts deliveries without joining an answer to a device or a visit."""
    return hmac.new(secret_key.encode(), f"delivered record {record}".encode(), hashlib.sha256).hexdigest()
