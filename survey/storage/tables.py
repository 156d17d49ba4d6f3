"""Every table, imported in one place, so that the metadata is whole for migrations."""

from survey.storage import (
    accounts,
    analyses,
    areas,
    events,
    fieldwork,
    funnel,
    invitations,
    opinions,
    questionnaires,
    releases,
    responses,
    units,
    visits,
    waves,
)
from survey.storage.base import Base

__all__ = [
    "Base",
    "accounts",
    "analyses",
    "areas",
    "events",
    "fieldwork",
    "funnel",
    "invitations",
    "opinions",
    "questionnaires",
    "releases",
    "responses",
    "units",
    "visits",
    "waves",
]
