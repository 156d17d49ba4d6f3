"""Responsible units."""

from survey.web.unit.pages import blueprint

__all__ = ["blueprint"]
