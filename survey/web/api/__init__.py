"""The read API for other programs: JSON under `/api/v1`, opened by a token, never by a session."""

from survey.web.api.pages import blueprint

__all__ = ["blueprint"]
