"""Every table, imported in one place, so that the metadata is whole for migrations."""

from survey.storage import (
    accounts,
    analyses,
    areas,
    events,
    fieldwork,
    funnel,
    invitations,
    marks,
    opinions,
    questionnaires,
    quotas,
    releases,
    responses,
    traces,
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
    "marks",
    "opinions",
    "questionnaires",
    "quotas",
    "releases",
    "responses",
    "traces",
    "units",
    "visits",
    "waves",
]
