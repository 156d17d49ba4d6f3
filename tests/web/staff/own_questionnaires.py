"""An installation with a questionnaires folder of its own, because publishing writes there; and its office."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.accounts.account import Role
from survey.app import create_app
from survey.settings import read_settings
from tests.factories import store_wave
from tests.unit.instrument.tiny import REAL
from tests.web.conftest import make_account, open_session, storage_of
from tests.web.page import WebPage


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An installation with a questionnaires folder of its own, because publishing writes there."""
    folder = tmp_path / "questionnaires"
    shutil.copytree(REAL, folder)
    values = {"SURVEY_ENV": "test", "SECRET_KEY": "of the tests", "DATABASE_URL": sqlite_url}
    made = create_app(read_settings({**values, "SURVEY_VAR": str(tmp_path), "SURVEY_QUESTIONNAIRES": str(folder)}))
    yield made
    storage_of(made).close()


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    store_wave(storage_of(app))
    client = app.test_client()
    open_session(app, client, make_account(app, Role.OFFICE))
    return client


def token_of(page: WebPage) -> str:
    return str(page.all("input", name="csrf_token")[0].attributes["value"])
