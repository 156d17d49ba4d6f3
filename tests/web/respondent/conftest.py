"""A resident who stands before a form: the application, the wave, the codes, and the ways into it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from survey.actions.response.open_form import FormLibrary
from survey.app import create_app
from survey.settings import Settings, read_settings
from survey.storage import Storage
from survey.web.services import services
from tests.factories import KEY, StoredWave
from tests.published import store_real_wave
from tests.web.visitor import Visitor


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    return read_settings(
        {"DATABASE_URL": sqlite_url, "SECRET_KEY": KEY, "SURVEY_ENV": "test", "SURVEY_VAR": str(tmp_path)}
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application; codes and waves are read anew with every request, so that a test may change them."""
    made = create_app(settings)
    with made.app_context():
        vars(services())["forms"] = FormLibrary(services().storage, fresh_seconds=0)
    yield made
    with made.app_context():
        services().storage.close()


@pytest.fixture
def app_storage(app: Flask) -> Storage:
    """The database behind `app`."""
    with app.app_context():
        return services().storage


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def wave(app_storage: Storage) -> StoredWave:
    """An open wave with the resident questionnaire."""
    return store_real_wave(app_storage)


@pytest.fixture
def open_all(visitor: Visitor) -> Callable[..., str]:
    """Opens a code and returns the address of the form on one page: `open_all(code, look="en")`."""

    def open_form(code: str, look: str = "zh-hans") -> str:
        page = visitor.get(f"/q/{code}/{look}")
        return next(e.attributes["href"] for e in page.all("a") if re.search(r"/all$", e.attributes.get("href", "")))

    return open_form
