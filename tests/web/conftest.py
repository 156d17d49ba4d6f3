"""An application over a small district, accounts of every role, and clients that are signed in."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.accounts.account import Account, Role
from survey.actions.accounts.add_account import add_account
from survey.actions.accounts.find_account import find_account_by_email
from survey.app import create_app
from survey.instrument.text import Text
from survey.programme.unit import Unit
from survey.settings import read_settings
from survey.storage import Storage
from survey.storage.units import save_units
from survey.web.services import Services
from tests.factories import DISTRICT, store_wave

PASSWORD = "four dull grey bicycles"
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def app(sqlite_url: str, tmp_path: object) -> Iterator[Flask]:
    environment = {"SURVEY_ENV": "test", "SECRET_KEY": "of the tests", "DATABASE_URL": sqlite_url}
    made = create_app(read_settings({**environment, "SURVEY_VAR": str(tmp_path)}))
    yield made
    storage_of(made).close()


def storage_of(app: Flask) -> Storage:
    found: Services = app.extensions["minyi"]
    return found.storage


@pytest.fixture
def district(app: Flask) -> Flask:
    """The application with a district and a wave in it."""
    storage = storage_of(app)
    store_wave(storage)
    with storage.write() as session:
        save_units(session, [Unit("transport", Text("交通局", "Transport bureau"))])
    return app


def make_account(app: Flask, role: Role, area: str = DISTRICT, email: str | None = None) -> Account:
    return add_account(
        storage_of(app),
        email=email or f"{role.value}@office.example",
        name=f"测试{role.value}",
        role=role,
        area=area,
        password=PASSWORD,
        now=datetime.now(UTC),
        actor="test",
        unit="transport" if role is Role.UNIT else None,
    )


@pytest.fixture
def sign_in(district: Flask) -> SignIn:
    """`sign_in(role, area)`: a client with the session of a new account; the password form has tests of its own."""

    def signed_in(role: Role, area: str = DISTRICT) -> FlaskClient:
        account = make_account(district, role, area, f"{role.value}-{area}@office.example")
        client = district.test_client()
        open_session(district, client, account)
        return client

    return signed_in


def open_session(app: Flask, client: FlaskClient, account: Account) -> None:
    found = find_account_by_email(storage_of(app), account.email)
    assert found is not None
    with client.session_transaction("/staff/") as session:
        session["_user_id"] = found.session_key
        session["_fresh"] = True
        session["fs_paa"] = datetime.now(UTC).timestamp()
        session.permanent = True
