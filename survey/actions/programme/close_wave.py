"""Close a wave: no form opens any more; forms that are open may still be sent for a day."""

from dataclasses import replace
from datetime import datetime

from survey.programme.wave import Wave, WaveError, WaveStatus
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.waves import require_wave, save_wave


def close_wave(storage: Storage, wave_id: str, now: datetime, actor: str) -> Wave:
    """Close it and return it as it is now. Raises `WaveError` when it is not open."""
    with storage.write() as session:
        wave = require_wave(session, wave_id)
        if wave.status is not WaveStatus.OPEN:
            raise WaveError(f"wave {wave_id}: only an open wave can be closed, this one is {wave.status}")
        closed = replace(wave, status=WaveStatus.CLOSED, closed_at=now)
        save_wave(session, closed)
        record_event(session, new_event(now, actor, "close_wave", wave_id))
    return closed
