"""Too much from one address: a friendly page in the language of the form that loses nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from survey.app import create_app
from survey.invitation.code import make_code
from survey.settings import SettingsError, read_settings
from survey.web.limits import GUESSING, SENDING
from survey.web.services import services
from tests.factories import KEY, StoredWave
from tests.published import store_real_wave
from tests.web.page import inspect

LIMITS = {"LIMIT_ANSWERS": "3 per minute", "LIMIT_GUESSES": "3 per minute"}
HELD = {"go": "send", "age_confirmed": "1", "a3": ["1", "4"], "e3": "路灯“很亮”"}


@pytest.fixture(params=["", "redis://127.0.0.1:1/0"], ids=["memory", "Redis away"])
def limited(sqlite_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    environment = {"DATABASE_URL": sqlite_url, "SECRET_KEY": KEY, "SURVEY_ENV": "test", "SURVEY_VAR": str(tmp_path)}
    made = create_app(read_settings(environment | LIMITS | {"REDIS_URL": request.param}))
    yield made
    with made.app_context():
        services().storage.close()


@pytest.fixture
def stored(limited: Flask) -> StoredWave:
    with limited.app_context():
        return store_real_wave(services().storage)


def form_of(app: Flask, stored: StoredWave, look: str) -> str:
    page = inspect(app.test_client().get(f"/q/{stored.posters[0].code}/{look}").get_data(as_text=True))
    return next(link.attributes["href"] for link in page.all("a") if link.attributes["href"].endswith("/all"))


@pytest.mark.parametrize(
    ("look", "words"),
    [("zh-hans", "现在人太多了"), ("zh-hant", "現在人太多了"), ("en", "Too many people at once")],
)
def test_form_above_the_limit_is_held_by_the_page_and_can_be_sent_again(
    limited: Flask, stored: StoredWave, look: str, words: str
) -> None:
    client, form = limited.test_client(), form_of(limited, stored, look)
    for _ in range(3):
        client.post(f"{form}", data={"go": "one"})
    refused = client.post(form, data=HELD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    page = inspect(refused.get_data(as_text=True))
    assert words in page.heading
    held = [(field.attributes["name"], field.attributes["value"]) for field in page.all("input", type="hidden")]
    assert sorted(held) == sorted(
        [("go", "send"), ("age_confirmed", "1"), ("a3", "1"), ("a3", "4"), ("e3", HELD["e3"])]
    )
    # Somebody in another network is not concerned, and the held form is stored as it was.
    again = client.post(form, data=HELD, environ_overrides={"REMOTE_ADDR": "192.0.2.77"})
    assert again.status_code == 303
    assert again.headers["Location"].startswith("/r/")


@pytest.mark.parametrize("kind", ["r", "o", "q"])
def test_codes_cannot_be_tried_out_and_posters_stay_open(limited: Flask, stored: StoredWave, kind: str) -> None:
    client = limited.test_client()
    tries = [client.get(f"/{kind}/{make_code()}").status_code for _ in range(5)]
    assert tries == [404, 404, 404, 429, 429]
    assert client.get(f"/q/{stored.letters[0].code}").status_code == 429
    assert client.get(f"/q/{stored.posters[0].code}").status_code == 200
    elsewhere = {"REMOTE_ADDR": "192.0.2.78"}
    assert client.get(f"/q/{stored.letters[0].code}", environ_overrides=elsewhere).status_code == 200


def test_codes_that_exist_are_looked_up_as_often_as_one_likes(limited: Flask, stored: StoredWave) -> None:
    client = limited.test_client()
    assert {client.get(f"/q/{stored.letters[0].code}").status_code for _ in range(10)} == {200}


def test_rate_that_cannot_be_read_is_told_at_the_start() -> None:
    with pytest.raises(SettingsError, match="LIMIT_ANSWERS: expected a rate such as '1200 per minute', found 'many'"):
        read_settings({"SECRET_KEY": KEY, "LIMIT_ANSWERS": "many"})


def test_every_page_that_residents_send_or_look_codes_up_with_has_a_limit(limited: Flask) -> None:
    sent = {
        rule.endpoint
        for rule in limited.url_map.iter_rules()
        if "POST" in (rule.methods or set()) and rule.endpoint.startswith("respondent.")
    }
    assert sent - SENDING - GUESSING == set()
    assert {rule.endpoint for rule in limited.url_map.iter_rules()} >= SENDING | GUESSING
