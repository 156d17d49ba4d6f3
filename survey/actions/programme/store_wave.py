"""Store a checked wave as a draft, in the place of what was stored of the draft before."""

from sqlalchemy.orm import Session

from survey.actions.programme.check_wave import CheckedWave
from survey.programme.wave import Wave, WaveError, WaveStatus
from survey.programme.wave_indicator import dump_wave_indicator
from survey.storage.quotas import replace_quotas
from survey.storage.waves import load_wave, save_indicators, save_margins, save_wave


def store_checked_wave(session: Session, checked: CheckedWave) -> Wave:
    """The wave's row, indicators, margins and quotas. Raises `WaveError` for a wave that was opened: it is fixed."""
    wave = checked.file.wave()
    known = load_wave(session, wave.id)
    if known is not None and known.status is not WaveStatus.DRAFT:
        raise WaveError(f"wave {wave.id}: only a draft can be written anew, this one is {known.status}")
    save_wave(session, wave)
    save_indicators(session, wave.id, [(one.indicator.id, dump_wave_indicator(one)) for one in checked.indicators])
    save_margins(session, wave.id, checked.margins)
    replace_quotas(session, wave.id, checked.quotas)
    return wave
