"""Responsible units: their indicators, and the opinions that the office sent to them."""

from survey.web.unit import opinions
from survey.web.unit.pages import blueprint

opinions.add_routes(blueprint)

__all__ = ["blueprint"]
