"""Community workers at the door."""

from survey.web.interviewer.pages import blueprint

__all__ = ["blueprint"]
