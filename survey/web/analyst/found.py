"""The workspace of the wave in the address, as the signed-in account may see it."""

from flask import abort

from survey.actions.results.open_workspace import Workspace, open_workspace
from survey.web.security import signed_in_account
from survey.web.services import services


def found_workspace(wave_id: str) -> Workspace:
    found = open_workspace(services().storage, wave_id, signed_in_account().area)
    if found is None:
        abort(404)
    return found
