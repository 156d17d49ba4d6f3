"""ODK Collect and other OpenRosa clients: forms, cases and records, behind a token in the address."""

from survey.web.openrosa.protocol import blueprint

from survey.web.openrosa import forms, records  # isort: skip  (both add routes to the blueprint)

__all__ = ["blueprint", "forms", "records"]
