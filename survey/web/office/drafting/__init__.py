"""Questionnaires written in the browser: start, edit, paste, preview, check, compare, publish. Step 1."""

from flask import Blueprint

from survey.web.office.drafting import comparison, ending, head, items, pages, preview, starting

blueprint = Blueprint("drafting", __name__, url_prefix="/staff/questionnaires/drafts")

for part in (starting, pages, items, head, preview, comparison, ending):
    part.add_routes(blueprint)
