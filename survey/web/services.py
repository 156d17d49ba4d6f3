"""What every view and command works with: the database and the settings of this application."""

from dataclasses import dataclass

from flask import Flask, current_app

from survey.actions import Storage
from survey.settings import Settings

_NAME = "minyi"


@dataclass(frozen=True)
class Services:
    storage: Storage
    settings: Settings


def install(app: Flask, services: Services) -> None:
    app.extensions[_NAME] = services


def services() -> Services:
    """The services of the application that handles the current request or command."""
    found: Services = current_app.extensions[_NAME]
    return found
