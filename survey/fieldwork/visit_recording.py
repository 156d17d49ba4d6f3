"""A position, photograph or sound that a resident agreed to, kept with the visit and apart from answers. Steps 2 and 3.

Positions are rounded before they are stored; sound ends before the first question, so that no answer is on it.
"""

import json
import math
from dataclasses import dataclass
from datetime import date

from survey.fieldwork.case import FieldworkError
from survey.instrument.canonical import sha256_hex
from survey.programme.recording_plan import RecordingKind

LARGEST = 2_000_000  # bytes of one recording
METRES_PER_DEGREE = 111_320.0  # of latitude; of longitude times the cosine of the latitude
_POSITION_TYPE = "application/json"
MEDIA_TYPES = {
    RecordingKind.POSITION: frozenset({_POSITION_TYPE}),
    RecordingKind.PHOTO: frozenset({"image/jpeg", "image/png", "image/webp"}),
    RecordingKind.AUDIO: frozenset(
        {"audio/webm", "audio/ogg", "audio/mp4", "audio/mpeg", "audio/aac", "audio/amr", "audio/x-m4a", "audio/wav"}
    ),
}


@dataclass(frozen=True)
class Position:
    """Degrees (WGS 84), the middle of a square of `metres` width."""

    latitude: float
    longitude: float
    metres: int

    def to_bytes(self) -> bytes:
        return json.dumps({"latitude": self.latitude, "longitude": self.longitude, "metres": self.metres}).encode()


def rounded_position(latitude: float, longitude: float, metres: int) -> Position:
    """The middle of the square of `metres` width in which the point lies. Raises `FieldworkError` for no point.

    >>> rounded_position(31.234567, 121.456789, 1000)
    Position(latitude=31.23877, longitude=121.45921, metres=1000)
    >>> rounded_position(31.2351, 121.4571, 1000) == rounded_position(31.234567, 121.456789, 1000)
    True
    """
    if not (abs(latitude) <= 89 and abs(longitude) <= 180) or metres <= 0:
        raise FieldworkError(f"position: expected degrees, found {latitude!r} {longitude!r}")
    middle = _middle(latitude, metres / METRES_PER_DEGREE)
    step = metres / (METRES_PER_DEGREE * math.cos(math.radians(middle)))
    return Position(round(middle, 5), round(_middle(longitude, step), 5), metres)


def _middle(degrees: float, step: float) -> float:
    return (math.floor(degrees / step) + 0.5) * step


def read_position(content: bytes) -> tuple[float, float]:
    """Latitude and longitude of what a device wrote. Raises `FieldworkError`."""
    try:
        told = json.loads(content)
        return float(told["latitude"]), float(told["longitude"])
    except (ValueError, TypeError, KeyError) as error:
        raise FieldworkError("position: expected latitude and longitude, found something else") from error


@dataclass(frozen=True)
class VisitRecording:
    """One recording; `id` was made on the device, `visit` names the attempt that it belongs to."""

    wave: str
    id: str
    visit: str
    kind: RecordingKind
    media_type: str
    content: bytes
    received_on: date

    def __post_init__(self) -> None:
        if self.media_type not in MEDIA_TYPES[self.kind]:
            expected = ", ".join(sorted(MEDIA_TYPES[self.kind]))
            raise FieldworkError(f"{self.kind}: expected {expected}, found {self.media_type[:40]!r}")
        if not 0 < len(self.content) <= LARGEST:
            raise FieldworkError(f"{self.kind}: expected 1 to {LARGEST} bytes, found {len(self.content)}")

    @property
    def sha256(self) -> str:
        return sha256_hex(self.content)

    @property
    def position(self) -> tuple[float, float]:
        """Latitude and longitude of a recorded position."""
        return read_position(self.content)


def position_recording(
    wave: str, recording_id: str, visit: str, point: tuple[float, float], metres: int, received_on: date
) -> VisitRecording:
    """A position as it may be kept: rounded, however precisely the device told it."""
    content = rounded_position(*point, metres).to_bytes()
    return VisitRecording(wave, recording_id, visit, RecordingKind.POSITION, _POSITION_TYPE, content, received_on)
