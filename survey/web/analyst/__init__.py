"""Rates, intervals and decisions of a wave."""

from survey.web.analyst.pages import blueprint

__all__ = ["blueprint"]
