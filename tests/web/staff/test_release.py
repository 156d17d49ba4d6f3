"""The office and analysts release results with a summary in three languages, and withdraw them with a reason."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.accounts.account import Role
from survey.actions.response.change_response import withdraw_response
from survey.actions.response.receive_response import receive_response
from survey.actions.results.show_release import list_released
from survey.response.response import Withdrawal
from tests.factories import KEY, STREET, WAVE, make_submission
from tests.released import CLOSED, add_run, store_closed_wave
from tests.web.conftest import make_account, open_session, storage_of
from tests.web.page import WebPage, inspect

PAGE = f"/staff/results/{WAVE}/release"
SUMMARY = {"summary_zh-Hans": "路灯修好了。", "summary_zh-Hant": "路燈修好了。", "summary_en": "Lamps repaired."}


@pytest.fixture
def closed(app: Flask) -> Flask:
    store_closed_wave(storage_of(app))
    return app


def client_of(app: Flask, role: Role = Role.OFFICE, area: str = "990101") -> FlaskClient:
    client = app.test_client()
    open_session(app, client, make_account(app, role, area))
    return client


def send(client: FlaskClient, address: str, values: dict[str, str], status: int) -> WebPage:
    token = inspect(client.get(PAGE).get_data(as_text=True)).all("input", name="csrf_token")[0].attributes["value"]
    answer = client.post(address, data={"csrf_token": token, **values})
    assert answer.status_code == status
    return WebPage() if status == 303 else inspect(answer.get_data(as_text=True))


@pytest.mark.parametrize("role", [Role.OFFICE, Role.ANALYST])
def test_results_are_released_and_withdrawn(closed: Flask, role: Role) -> None:
    client = client_of(closed, role)
    send(client, PAGE, SUMMARY, 303)
    assert len(list_released(storage_of(closed))) == 1
    page = inspect(client.get(PAGE).get_data(as_text=True))
    assert page.one("a", href=f"/results/{WAVE}")
    send(client, f"/staff/results/{WAVE}/withdraw", {"reason": "权重有误"}, 303)
    assert list_released(storage_of(closed)) == []
    assert "权重有误" in client.get(PAGE).get_data(as_text=True)


def test_missing_language_is_said_beside_a_link_and_what_was_written_stays(closed: Flask) -> None:
    page = send(client_of(closed), PAGE, {**SUMMARY, "summary_en": " "}, 422)
    assert page.one("a", href="#summary_en")
    assert "路灯修好了。" in page.one("textarea", id="summary_zh-Hans").text
    assert list_released(storage_of(closed)) == []


def test_withdrawal_without_a_reason_withdraws_nothing(closed: Flask) -> None:
    client = client_of(closed)
    send(client, PAGE, SUMMARY, 303)
    page = send(client, f"/staff/results/{WAVE}/withdraw", {"reason": " "}, 422)
    assert page.one("a", href="#reason")
    assert len(list_released(storage_of(closed))) == 1


def test_open_wave_says_what_stands_in_the_way(district: Flask) -> None:
    from survey.storage.waves import save_indicators

    with storage_of(district).write() as session:
        save_indicators(session, WAVE, [])
    page = inspect(client_of(district).get(PAGE).get_data(as_text=True))
    assert "还没有结束" in page.text
    assert "还没有计算结果" in page.text
    assert not page.all("textarea")


def test_account_of_a_street_releases_nothing(closed: Flask) -> None:
    assert client_of(closed, Role.ANALYST, STREET).get(PAGE).status_code == 404


def test_answer_withdrawn_after_the_release_is_told_until_a_new_edition_is_out(closed: Flask) -> None:
    storage, client = storage_of(closed), client_of(closed)
    receive_response(storage, KEY, make_submission(response_id="one"), CLOSED)
    send(client, PAGE, SUMMARY, 303)
    assert "公布的数字是在这些变动之前算的" not in client.get(PAGE).get_data(as_text=True)
    withdraw_response(storage, KEY, Withdrawal(WAVE, "one", 2), CLOSED + timedelta(days=3))
    page = inspect(client.get(PAGE).get_data(as_text=True))
    assert "公布的数字是在这些变动之前算的：撤回 1 份。" in page.text
    assert "尚未计入：撤回 1 份。" in inspect(client.get(f"/staff/results/{WAVE}").get_data(as_text=True)).text
    add_run(storage, WAVE, CLOSED + timedelta(days=4))
    assert "已经重新计算过，可以公布新的一版。" in client.get(PAGE).get_data(as_text=True)
    send(client, PAGE, SUMMARY, 303)
    assert "公布的数字是在这些变动之前算的" not in client.get(PAGE).get_data(as_text=True)
    assert "第 2 版，取代以前的版本" in client.get(f"/zh-hans/results/{WAVE}").get_data(as_text=True)
