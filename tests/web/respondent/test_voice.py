"""One person, one voice: what each layer notices, that nobody is refused, and that no resident sees any of it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from altcha import Payload, solve_challenge
from altcha.v2 import Challenge
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey.actions.programme.show_wave import show_wave
from survey.actions.response.open_form import FormLibrary
from survey.app import create_app
from survey.programme.protection import Protection
from survey.settings import read_settings
from survey.storage import Storage
from survey.storage.marks import MarkRow
from survey.storage.traces import TraceRow
from survey.web.services import services
from tests.factories import KEY, StoredWave, make_wave
from tests.published import store_real_wave
from tests.wechat_stub import APP_ID, SECRET, WeChatStub

ITEMS = ("a1", "a2", "a4", "a5", "b1", "b2", "b3", "b4", "b5")
ANSWERS = dict.fromkeys(ITEMS, "3") | {"age_confirmed": "1", "go": "send"}
SHORT = {"age_confirmed": "1", "a1": "3", "go": "send"}
WECHAT = {"User-Agent": "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 MicroMessenger/8.0.40"}


def protected(storage: Storage, **layers: bool | int) -> StoredWave:
    wave = make_wave("wave-resident", questionnaire="resident")
    return store_real_wave(storage, wave=replace(wave, protection=Protection(**layers)))  # type: ignore[arg-type]


def ticket(client: FlaskClient, stored: StoredWave, look: str = "zh-hans", code: str | None = None) -> str:
    """The address of a new form, without its last part."""
    page = client.get(f"/q/{code or stored.posters[0].code}/{look}").get_data(as_text=True)
    found = re.search(rf'href="(/a/[^"]+/{look})/ask', page)
    assert found is not None
    return found[1]


def send(
    client: FlaskClient, stored: StoredWave, values: dict[str, str] | None = None, address: str = "192.0.2.1"
) -> TestResponse:
    form = ticket(client, stored)
    answer = client.post(f"{form}/all", data=values or SHORT, environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/r/")
    return answer


def signs(storage: Storage) -> list[str]:
    with storage.read() as session:
        return sorted(session.scalars(select(MarkRow.signs)))


def stored_bytes(app: Flask) -> bytes:
    """The whole database as it lies on the disk."""
    with app.app_context():
        file = Path(services().settings.database_url.removeprefix("sqlite:///"))
    return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


def test_second_answer_of_a_browser_is_stored_marked_and_looks_like_the_first(app: Flask, app_storage: Storage) -> None:
    stored = protected(app_storage, browser_token=True)
    client = app.test_client()
    first = send(client, stored)
    cookie = first.headers["Set-Cookie"]
    assert re.match(r"voice-wave-resident=[\w-]{22};", cookie)
    assert {"HttpOnly", "SameSite=Strict", "Path=/a/"} <= set(cookie.split("; "))
    second = send(client, stored)
    assert "Set-Cookie" not in second.headers
    pages = [client.get(answer.headers["Location"]).get_data(as_text=True) for answer in (first, second)]
    receipt = r"[0-9A-Z]{4}-?[0-9A-Z]{4}-?[0-9A-Z]{4}|<svg.*?</svg>|<time.*?</time>|\d+:\d\d:\d\d"
    plain = [re.sub(receipt, "", page, flags=re.DOTALL) for page in pages]
    assert plain[0] == plain[1]
    assert signs(app_storage) == ["same_browser"]
    overview = show_wave(app_storage, stored.wave.id)
    assert overview is not None
    funnel = next(one.funnel for one in overview.posters if one.poster.code == stored.posters[0].code)
    assert (funnel.sent, funnel.flagged) == (2, 1)
    value = cookie.split("=")[1].split(";")[0].encode()
    assert value not in stored_bytes(app)


def test_shared_tablet_gets_no_cookie_and_leaves_no_mark(app: Flask, app_storage: Storage) -> None:
    layers = ("browser_token", "address_hash", "proof_of_work")
    stored = protected(app_storage, **dict.fromkeys(layers, True), many_per_address=1)
    client = app.test_client()
    for _ in range(3):
        page = client.get(f"/k/{stored.posters[0].code}/zh-hans").get_data(as_text=True)
        assert "防止重复" not in page
        form = re.search(r'href="(/a/[^"]+-kiosk)/', page)
        assert form is not None
        answer = client.post(f"{form[1]}/all", data=SHORT)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (303, False)
    assert signs(app_storage) == []
    with app_storage.read() as session:
        assert session.scalars(select(TraceRow)).all() == []


def test_many_answers_of_one_network_are_marked_and_none_is_refused(app: Flask, app_storage: Storage) -> None:
    stored = protected(app_storage, address_hash=True, many_per_address=3)
    for number in range(5):
        send(app.test_client(), stored, address=f"2001:db8:1:2::{number}")
    for number in range(3):
        send(app.test_client(), stored, address=f"2001:db8:1:{number + 3}::1")
    assert signs(app_storage) == ["same_address"] * 2
    assert b"2001:db8" not in stored_bytes(app)


def test_equal_answers_that_came_too_fast_ask_for_review_and_short_ones_say_nothing(
    app: Flask, app_storage: Storage
) -> None:
    stored = protected(app_storage, duplicate_score=True)
    for values in (SHORT, SHORT, ANSWERS, ANSWERS, ANSWERS | {"a1": "2"}):
        send(app.test_client(), stored, values)
    assert signs(app_storage) == ["same_answers too_fast", "too_fast", "too_fast"]
    with app_storage.read() as session:
        assert sorted(session.scalars(select(MarkRow.score))) == [0.3, 0.3, 0.51]


def test_proof_of_work_serves_one_answer_and_its_absence_is_only_a_mark(app: Flask, app_storage: Storage) -> None:
    stored = protected(app_storage, proof_of_work=True)
    client = app.test_client()
    forms = [ticket(client, stored) for _ in range(3)]
    assert "js/proof.js" in client.get(f"{forms[0]}/all").get_data(as_text=True)
    challenge = Challenge.from_dict(client.get(f"{forms[0]}/proof").get_json())
    solution = solve_challenge(challenge)
    assert solution is not None
    proof = Payload(challenge, solution).to_base64()
    assert client.post(f"{forms[0]}/all", data=SHORT | {"proof-of-work": proof}).status_code == 303
    assert signs(app_storage) == []
    # The same proof for another form, none at all (no JavaScript), and rubbish.
    assert client.post(f"{forms[1]}/all", data=SHORT | {"proof-of-work": proof}).status_code == 303
    send(client, stored)
    assert client.post(f"{forms[2]}/all", data=SHORT | {"proof-of-work": "e30="}).status_code == 303
    assert signs(app_storage) == ["no_proof"] * 3


def test_notice_names_the_layers_that_are_on_and_no_other(app: Flask, app_storage: Storage) -> None:
    stored = protected(app_storage, browser_token=True, keep_days=14)
    page = app.test_client().get(f"/q/{stored.posters[0].code}/zh-hans").get_data(as_text=True)
    assert "14 天内删除" in page
    assert "不会因此拒收任何人的答案" in page
    assert "网络地址" not in page


@pytest.fixture
def wechat() -> Iterator[WeChatStub]:
    with WeChatStub() as stub:
        yield stub


@pytest.fixture
def wechat_app(sqlite_url: str, tmp_path: Path, wechat: WeChatStub) -> Iterator[Flask]:
    """The application of an installation that has an official account."""
    environment = {"DATABASE_URL": sqlite_url, "SECRET_KEY": KEY, "SURVEY_ENV": "test", "SURVEY_VAR": str(tmp_path)}
    environment |= {"WECHAT_APP_ID": APP_ID, "WECHAT_SECRET": SECRET, "PUBLIC_URL": "http://localhost"}
    environment |= {"WECHAT_AUTHORIZE_URL": f"{wechat.url}/authorize", "WECHAT_API_URL": wechat.url}
    made = create_app(read_settings(environment))
    with made.app_context():
        vars(services())["forms"] = FormLibrary(services().storage, fresh_seconds=0)
    yield made
    with made.app_context():
        services().storage.close()


def through_wechat(app: Flask, stored: StoredWave) -> str:
    """Scan in WeChat, go where each page leads; the page that comes back from WeChat."""
    import urllib.error
    import urllib.request

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_arguments: object) -> None:
            return None

    client = app.test_client(use_cookies=False)
    scanned = client.get(f"/q/{stored.posters[0].code}", headers=WECHAT)
    assert scanned.status_code == 302
    with pytest.raises(urllib.error.HTTPError) as sent_on:
        urllib.request.build_opener(Stay).open(scanned.headers["Location"].partition("#")[0])
    back = sent_on.value.headers["Location"]
    sent_on.value.close()
    return client.get(back.removeprefix("http://localhost"), headers=WECHAT).get_data(as_text=True)


def answer_from(app: Flask, page: str) -> None:
    form = re.search(r'href="(/a/[^"]+)/ask', page)
    assert form is not None
    assert app.test_client(use_cookies=False).post(f"{form[1]}/all", data=SHORT).status_code == 303


def test_wechat_tells_senders_apart_and_its_name_for_them_is_stored_nowhere(
    wechat_app: Flask, wechat: WeChatStub
) -> None:
    with wechat_app.app_context():
        storage = services().storage
    stored = protected(storage, wechat=True)
    for user in ("openid-one", "openid-two", "openid-one"):
        wechat.user = user
        page = through_wechat(wechat_app, stored)
        assert user not in page
        answer_from(wechat_app, page)
    assert signs(storage) == ["same_person"]
    assert b"openid" not in stored_bytes(wechat_app)


def test_form_opens_when_wechat_does_not_tell_and_outside_wechat_nobody_is_asked(
    wechat_app: Flask, wechat: WeChatStub
) -> None:
    with wechat_app.app_context():
        storage = services().storage
    stored = protected(storage, wechat=True)
    client = wechat_app.test_client()
    form = ticket(client, stored)
    assert wechat.asked == []
    for query in ("?code=used-before", "", "?code="):
        answer_from(wechat_app, client.get(f"{form}/wechat{query}", headers=WECHAT).get_data(as_text=True))
    assert signs(storage) == []
