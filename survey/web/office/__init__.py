"""The office that runs a wave: posters, codes, wave pages."""

from survey.web.office.pages import blueprint

__all__ = ["blueprint"]
