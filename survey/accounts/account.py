"""An account: who signs in, in which role, for which part of the area tree."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    ADMINISTRATOR = "administrator"  # accounts, settings; sees no answers
    OFFICE = "office"  # creation office: waves, posters, questionnaires
    ANALYST = "analyst"  # rates, exports
    SUPERVISOR = "supervisor"  # fieldwork of an area: counts and visits, never rates
    INTERVIEWER = "interviewer"  # own cases; never answers or rates
    UNIT = "unit"  # a responsible unit: its own opinion cases and indicators


class AccountError(ValueError):
    """An account cannot be made or changed as asked; the message says why."""


@dataclass(frozen=True)
class Account:
    """`area` limits what the account sees to that node and everything below; `unit` belongs to role `unit`."""

    id: int
    email: str
    name: str
    role: Role
    area: str
    unit: str | None = None
    active: bool = True

    @property
    def interviewer_code(self) -> str:
        """How cases, visits and answers name the person: the part of the address before the @.

        No two accounts of interviewers share it; `add_account` sees to that.
        """
        return self.email.split("@", 1)[0]
