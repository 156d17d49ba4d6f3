"""What every view and command works with: the database, the forms that codes open, and the settings."""

from dataclasses import dataclass
from functools import cached_property

from flask import Flask, current_app

from survey.actions import Storage
from survey.actions.invitation.count_steps import StepCounter
from survey.actions.response.open_form import FormLibrary
from survey.settings import Settings

_NAME = "minyi"


@dataclass(frozen=True)
class Services:
    storage: Storage
    settings: Settings

    @cached_property
    def forms(self) -> FormLibrary:
        """Shared by all threads of this process."""
        return FormLibrary(self.storage)

    @cached_property
    def steps(self) -> StepCounter:
        """The counters of the posters' funnels in this process."""
        return StepCounter(self.storage)


def install(app: Flask, services: Services) -> None:
    app.extensions[_NAME] = services


def services() -> Services:
    """The services of the application that handles the current request or command."""
    found: Services = current_app.extensions[_NAME]
    return found
