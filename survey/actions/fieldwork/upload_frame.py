"""Upload the frame that a wave's sample is drawn from: looked through first, then everything or nothing."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from survey.exchange.programme.frame_file import read_frame
from survey.fieldwork.case import FieldworkError
from survey.fieldwork.frame import FrameDwelling, SampleDraw, SamplingFrame
from survey.programme.wave import Wave, WaveStatus
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.frames import list_dwellings, load_draw, load_frame, replace_frame
from survey.storage.waves import require_wave


@dataclass(frozen=True)
class FrameStratum:
    """What a stratum of the frame has: PSUs, dwellings, and the sizes of the smallest and the largest PSU."""

    stratum: str
    psus: int
    dwellings: int
    smallest: int
    largest: int


@dataclass(frozen=True)
class FrameView:
    """A wave's frame by strata, and what was drawn from it; `frame` is None before a file was uploaded."""

    wave: Wave
    frame: SamplingFrame | None
    strata: tuple[FrameStratum, ...]
    draw: SampleDraw | None


def upload_frame(storage: Storage, wave_id: str, path: Path, name: str, now: datetime, actor: str) -> FrameView:
    """Store the file's dwellings as the wave's frame; the same file again changes nothing.

    Raises `FaultsFoundError` with every fault, `FieldworkError` when a sample was drawn already, `WaveError`.
    """
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    with storage.write() as session:
        wave = require_wave(session, wave_id)
        dwellings = read_frame(path, load_area_tree(session))
        known = load_frame(session, wave_id)
        if known is None or known.sha256 != sha256:
            require_undrawn(session, wave)
            frame = SamplingFrame(wave_id, sha256, name[:200], len(dwellings), now, actor)
            replace_frame(session, frame, dwellings)
            detail = f"{len(dwellings)} dwellings, sha256 {sha256}"
            record_event(session, new_event(now, actor, "upload_frame", wave_id, detail))
        return _view(session, wave)


def preview_frame(storage: Storage, wave_id: str, path: Path) -> tuple[FrameStratum, ...]:
    """What the file holds, by strata; nothing is stored. Raises `FaultsFoundError` with every fault, `WaveError`."""
    with storage.read() as session:
        require_wave(session, wave_id)
        return count_strata(read_frame(path, load_area_tree(session)))


def show_frame(storage: Storage, wave_id: str) -> FrameView:
    """Raises `WaveError` for an unknown wave."""
    with storage.read() as session:
        return _view(session, require_wave(session, wave_id))


def count_strata(dwellings: Sequence[FrameDwelling]) -> tuple[FrameStratum, ...]:
    """The frame by strata, in the order of their names."""
    sizes = Counter((one.stratum, one.psu) for one in dwellings)
    strata = []
    for stratum in sorted({stratum for stratum, _ in sizes}):
        own = [size for (where, _), size in sizes.items() if where == stratum]
        strata.append(FrameStratum(stratum, len(own), sum(own), min(own), max(own)))
    return tuple(strata)


def require_undrawn(session: Session, wave: Wave) -> None:
    """Raises `FieldworkError` when a sample of this wave exists, or the wave is closed."""
    if wave.status is WaveStatus.CLOSED:
        raise FieldworkError(f"wave {wave.id}: expected a draft or an open wave, found a closed one")
    if load_draw(session, wave.id) is not None:
        raise FieldworkError(f"wave {wave.id}: expected no sample yet, found one; a wave has one sample")


def _view(session: Session, wave: Wave) -> FrameView:
    frame = load_frame(session, wave.id)
    strata = count_strata(list_dwellings(session, wave.id)) if frame else ()
    return FrameView(wave, frame, strata, load_draw(session, wave.id))
