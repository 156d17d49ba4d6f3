"""Community workers at the door: the number of their cases, and the app that works a day without network."""

from flask import Blueprint

from survey.web.interviewer import app_files, device_api, enrolment
from survey.web.interviewer.pages import blueprint

__all__ = ["blueprint", "field"]

enrolment.add_routes(blueprint)

# Apart from the pages of the staff: no cookie, and one path for the service worker.
field = Blueprint("field", __name__, url_prefix="/field")
for part in (app_files, device_api):
    part.add_routes(field)
