"""What an address of the office's pages names: the wave, the poster; 404 when there is none."""

from flask import abort, request

from survey.actions.invitation.find_poster import Poster, find_poster
from survey.actions.programme.show_wave import WaveOverview, show_wave
from survey.web.services import services


def found_overview(wave_id: str) -> WaveOverview:
    found = show_wave(services().storage, wave_id)
    if found is None:
        abort(404)
    return found


def found_poster(wave_id: str, code: str) -> Poster:
    found = find_poster(services().storage, wave_id, code)
    if found is None:
        abort(404)
    return found


def base_address() -> str:
    """What residents' telephones reach: the setting, or the address of this very page."""
    return services().settings.public_url or request.url_root
