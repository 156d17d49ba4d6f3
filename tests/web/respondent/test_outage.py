"""The database is away in the middle of a form: the page says that nothing is lost, and the same form can be sent."""

from collections.abc import Iterator

import pytest
from flask import Flask

from survey.app import create_app
from survey.settings import read_settings
from survey.storage import Storage
from survey.storage.migrate import upgrade
from survey.web.services import services
from tests.factories import KEY
from tests.postgres import PostgresServer
from tests.published import store_real_wave
from tests.web.visitor import Visitor


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of this module's own, because it is really stopped."""
    made = PostgresServer()
    made.start()
    yield made
    made.remove()


@pytest.fixture
def app(server: PostgresServer, tmp_path: object) -> Iterator[Flask]:
    url = server.create_database("outage")
    values = {"DATABASE_URL": url, "SECRET_KEY": KEY, "SURVEY_ENV": "test", "SURVEY_VAR": str(tmp_path)}
    made = create_app(read_settings(values))
    with made.app_context():
        upgrade(services().storage.engine)
        yield made
        services().storage.close()
    server.drop_database("outage")


def test_form_that_met_an_outage_is_sent_again_from_the_page_itself(app: Flask, server: PostgresServer) -> None:
    storage: Storage = services().storage
    code = store_real_wave(storage).posters[0].code
    visitor = Visitor(app)
    start = visitor.get(f"/q/{code}")
    address = next(a.attributes["href"] for a in start.all("a") if a.attributes["href"].endswith("/all"))
    values = {"go": "send", "age_confirmed": "1", "a3": ["1", "4"], "e3": "路灯 <很> 亮"}

    server.stop()
    page = visitor.post(address, values, 503)
    assert "没有丢失" in page.text
    held = [(e.attributes["name"], e.attributes["value"]) for e in page.all("input", type="hidden")]
    assert held == [("go", "send"), ("age_confirmed", "1"), ("a3", "1"), ("a3", "4"), ("e3", "路灯 <很> 亮")]
    assert page.one("form", method="post").attributes.get("action") is None, "it goes to the same address"
    assert visitor.response is not None
    assert visitor.response.headers["Retry-After"]
    assert "不受影响" in visitor.get(address, 503).text
    assert visitor.client().get("/readyz").status_code == 503
    assert visitor.client().get("/healthz").status_code == 200

    server.start()
    again: dict[str, list[str]] = {}
    for name, value in held:
        again.setdefault(name, []).append(value)
    visitor.post(address, again, 303)
    assert "谢谢" in visitor.follow().heading
    assert visitor.client().get("/readyz").status_code == 200
