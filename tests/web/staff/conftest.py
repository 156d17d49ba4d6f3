"""The demonstration district behind the application, and visitors who are signed in as one of its accounts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.actions.accounts.find_account import find_account_by_email
from survey.app import create_app
from survey.settings import read_settings
from tests.demonstration import SECRET_KEY, Demonstration
from tests.web.conftest import open_session, storage_of
from tests.web.page import WebPage, inspect

Visit = Callable[[str], "StaffVisitor"]


class StaffVisitor:
    """A signed-in client whose every page is inspected."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, address: str, status: int = 200) -> WebPage:
        answer = self.client.get(address)
        assert answer.status_code == status, f"{address}: {answer.status_code}"
        return inspect(answer.get_data(as_text=True))

    def send(self, address: str, page: WebPage, status: int = 200, /, **fields: str) -> WebPage:
        """Send a form of `page` with its token and follow to the next page."""
        token = page.all("input", name="csrf_token")[0].attributes["value"]
        answer = self.client.post(address, data={"csrf_token": token, **fields}, follow_redirects=True)
        assert answer.status_code == status, f"{address}: {answer.status_code}"
        return inspect(answer.get_data(as_text=True))


@pytest.fixture
def demo_app(demonstration: Demonstration, tmp_path: Path) -> Iterator[Flask]:
    url = demonstration.copy_to(tmp_path)
    values = {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "SURVEY_ENV": "test", "SURVEY_VAR": str(tmp_path)}
    app = create_app(read_settings(values))
    yield app
    storage_of(app).close()


@pytest.fixture
def visit(demo_app: Flask) -> Visit:
    """`visit("analyst@chunhe.example")`: somebody who has signed in."""

    def visitor(email: str) -> StaffVisitor:
        found = find_account_by_email(storage_of(demo_app), email)
        assert found is not None, email
        client = demo_app.test_client()
        open_session(demo_app, client, found.account)
        return StaffVisitor(client)

    return visitor
