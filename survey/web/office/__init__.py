"""The office that runs a wave: posters, letters, codes, wave pages."""

from flask import Blueprint

from survey.web.office import issuing, pages, printing

blueprint = Blueprint("office", __name__, url_prefix="/staff/waves")

for part in (pages, issuing, printing):
    part.add_routes(blueprint)
