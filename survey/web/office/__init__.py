"""The office that runs a wave: posters, letters, codes, wave pages; what residents wrote after their answer."""

from flask import Blueprint

from survey.web.office import areas_and_units, issuing, own_indicators, pages, paper, plans, printing, wave_changes
from survey.web.office.collect import blueprint as collect
from survey.web.office.cycles import blueprint as cycles
from survey.web.office.devices import blueprint as devices
from survey.web.office.drafting import blueprint as drafting
from survey.web.office.figures import blueprint as figures
from survey.web.office.imports import blueprint as imports
from survey.web.office.materials import blueprint as materials
from survey.web.office.opinions import blueprint as opinions
from survey.web.office.programme import blueprint as programme
from survey.web.office.questionnaires import blueprint as questionnaires

__all__ = [
    "blueprint",
    "collect",
    "cycles",
    "devices",
    "drafting",
    "figures",
    "imports",
    "materials",
    "opinions",
    "preparation",
    "programme",
    "questionnaires",
]

blueprint = Blueprint("office", __name__, url_prefix="/staff/waves")

for part in (pages, issuing, printing, paper):
    part.add_routes(blueprint)

preparation = Blueprint("plans", __name__, url_prefix="/staff/plans")

for part in (plans, own_indicators, wave_changes):
    part.add_routes(preparation)

areas_and_units.add_routes(programme)
