"""Those who run the fieldwork, the office and supervisors: sample, cases, health, calls, households asked once more."""

from flask import Blueprint

from survey.web.fieldwork import calls, cases, health, phone, recontacts, recordings, sample

__all__ = ["blueprint"]

blueprint = Blueprint("fieldwork", __name__, url_prefix="/staff/fieldwork")

for part in (health, sample, cases, recordings, calls, phone, recontacts):
    part.add_routes(blueprint)
