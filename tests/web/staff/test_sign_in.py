"""Signing in: right and wrong passwords, the lock, sessions that end, one-time codes, addresses to go back to."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient

from survey.accounts.account import Account, Role
from survey.accounts.credentials import FAILURES_BEFORE_LOCK
from survey.actions import StorageUnavailableError
from survey.actions.accounts import change_account
from survey.actions.accounts.find_account import find_account_by_email
from survey.app import create_app
from survey.settings import read_settings
from tests.web.conftest import PASSWORD, make_account, open_session, storage_of
from tests.web.page import WebPage, inspect
from tests.web.staff.qr_picture import decoded

SIGN_IN = "/staff/sign-in"
GENERIC = "邮箱或密码不正确"


@pytest.fixture
def analyst(district: Flask) -> Account:
    return make_account(district, Role.ANALYST)


@pytest.fixture
def client(district: Flask) -> FlaskClient:
    return district.test_client()


def read(client: FlaskClient, address: str) -> WebPage:
    return inspect(client.get(address).get_data(as_text=True))


def sign_in(client: FlaskClient, email: str, password: str, query: str = "") -> tuple[int, str, str]:
    """Status, address to go to, and text of the page after sending the form."""
    token = read(client, SIGN_IN + query).one("input", name="csrf_token").attributes["value"]
    answer = client.post(SIGN_IN + query, data={"csrf_token": token, "email": email, "password": password})
    return answer.status_code, answer.location or "", answer.get_data(as_text=True)


def test_the_right_password_opens_the_first_page_of_the_role(client: FlaskClient, analyst: Account) -> None:
    status, address, _ = sign_in(client, analyst.email.upper(), PASSWORD)
    assert (status, address) == (302, "/staff/")
    assert client.get("/staff/").location == "/staff/results/"
    assert analyst.name in read(client, "/staff/results/").text


@pytest.mark.parametrize("role", list(Role))
def test_each_role_has_a_first_page_that_it_may_open(district: Flask, client: FlaskClient, role: Role) -> None:
    open_session(district, client, make_account(district, role))
    answer = client.get("/staff/", follow_redirects=True)
    assert answer.status_code == 200
    inspect(answer.get_data(as_text=True))


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: FlaskClient, analyst: Account) -> None:
    tried = ((analyst.email, "wrong horse battery"), ("nobody@office.example", PASSWORD), ("nobody", ""))
    for email, password in tried:
        status, _, text = sign_in(client, email, password)
        assert status == 200
        assert GENERIC in text or "请填写密码" in text
        assert client.get("/staff/results/").status_code == 303
    _, _, wrong = sign_in(client, analyst.email, "wrong horse battery")
    _, _, unknown = sign_in(client, "nobody@office.example", "wrong horse battery")
    assert summary_of(wrong) == summary_of(unknown)


def summary_of(text: str) -> str:
    return next(e.text for e in inspect(text).elements if e.attributes.get("class") == "summary")


def test_after_five_failures_even_the_right_password_is_refused_for_some_minutes(
    district: Flask, client: FlaskClient, analyst: Account
) -> None:
    for _ in range(FAILURES_BEFORE_LOCK):
        sign_in(client, analyst.email, "wrong horse battery")
    status, _, text = sign_in(client, analyst.email, PASSWORD)
    assert status == 200
    assert GENERIC in text, "the answer must not tell that the password was right"
    found = find_account_by_email(storage_of(district), analyst.email)
    assert found is not None and found.locked_until is not None
    later = found.locked_until + timedelta(seconds=1)
    with mock.patch("survey.web.staff_user.datetime", wraps=datetime) as clock:
        clock.now.return_value = later
        assert sign_in(client, analyst.email, PASSWORD)[0] == 302


def test_a_deactivated_account_cannot_sign_in_and_its_session_is_dead(
    district: Flask, client: FlaskClient, analyst: Account
) -> None:
    open_session(district, client, analyst)
    assert client.get("/staff/results/").status_code == 200
    change_account.set_activity(storage_of(district), analyst.email, False, datetime.now(UTC), "test")
    assert client.get("/staff/results/").status_code == 303
    assert GENERIC in sign_in(district.test_client(), analyst.email, PASSWORD)[2]


def test_signing_out_ends_the_session(district: Flask, client: FlaskClient, analyst: Account) -> None:
    open_session(district, client, analyst)
    token = read(client, "/staff/results/").all("input", name="csrf_token")[0].attributes["value"]
    assert client.post("/staff/sign-out", data={"csrf_token": token}).status_code == 302
    assert client.get("/staff/results/").status_code == 303


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(
    district: Flask, client: FlaskClient, analyst: Account
) -> None:
    other = district.test_client()
    for one in (client, other):
        open_session(district, one, analyst)
    token = read(client, "/staff/password").all("input", name="csrf_token")[0].attributes["value"]
    form = {"password": PASSWORD, "new_password": "another quiet sentence", "csrf_token": token}
    answer = client.post("/staff/password", data=form | {"new_password_confirm": "another quiet sentence"})
    assert answer.status_code == 302
    assert client.get("/staff/results/").status_code == 200
    assert other.get("/staff/results/").status_code == 303
    assert sign_in(district.test_client(), analyst.email, "another quiet sentence")[0] == 302


@pytest.mark.parametrize(
    ("current", "new", "again", "message"),
    [
        ("not the password", "another quiet sentence", "another quiet sentence", "密码不正确。"),
        (PASSWORD, "short", "short", "新密码至少需要 12 个字符。"),
        (PASSWORD, "another quiet sentence", "another quiet word here", "两次输入的新密码不一致。"),
        (PASSWORD, PASSWORD, PASSWORD, "新密码不能与原密码相同。"),
    ],
)
def test_a_password_that_cannot_be_taken_is_explained(
    district: Flask, client: FlaskClient, analyst: Account, current: str, new: str, again: str, message: str
) -> None:
    open_session(district, client, analyst)
    token = read(client, "/staff/password").all("input", name="csrf_token")[0].attributes["value"]
    form = {"csrf_token": token, "password": current, "new_password": new, "new_password_confirm": again}
    page = inspect(client.post("/staff/password", data=form).get_data(as_text=True))
    assert message in page.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https://evil.example/",
        "///evil.example",
        "a:b",
        "/a\t/b",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(client: FlaskClient, analyst: Account, elsewhere: str) -> None:
    shown = client.get(SIGN_IN, query_string={"next": elsewhere})
    assert (shown.status_code, shown.location) == (303, SIGN_IN)
    token = read(client, SIGN_IN).one("input", name="csrf_token").attributes["value"]
    form = {"csrf_token": token, "email": analyst.email, "password": PASSWORD}
    for forged in (
        client.post(SIGN_IN, data=form, query_string={"next": elsewhere}),
        client.post(SIGN_IN, data=form | {"next": elsewhere}),
    ):
        assert (forged.status_code, forged.location) == (303, SIGN_IN)
    assert client.get("/staff/results/").status_code == 303
    assert client.post(SIGN_IN, data=form).location == "/staff/"


def test_signing_in_leads_back_to_the_page_that_was_wanted(client: FlaskClient, analyst: Account) -> None:
    wanted = client.get("/staff/results/wave-2026-1?area=990101001")
    assert wanted.status_code == 303
    assert sign_in(client, analyst.email, PASSWORD, wanted.location.removeprefix(SIGN_IN))[1] == (
        "/staff/results/wave-2026-1?area=990101001"
    )


def test_a_form_of_an_expired_page_does_nothing_and_is_shown_again(client: FlaskClient, analyst: Account) -> None:
    answer = client.post(
        SIGN_IN, data={"csrf_token": "old", "email": analyst.email, "password": PASSWORD}, follow_redirects=True
    )
    page = inspect(answer.get_data(as_text=True))
    assert "已经失效" in page.text
    assert client.get("/staff/results/").status_code == 303


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient, analyst: Account) -> None:
    sign_in(client, analyst.email, PASSWORD)
    cookie = client.get("/staff/results/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" in cookie, "the session ends when nothing is asked for a while"


def test_in_production_the_cookie_needs_https_and_this_host(sqlite_url: str, tmp_path: object) -> None:
    values = {"SURVEY_ENV": "production", "SECRET_KEY": "of the tests", "DATABASE_URL": sqlite_url, "JOBS": "worker"}
    app = create_app(read_settings({**values, "SURVEY_VAR": str(tmp_path)}))
    cookie = app.test_client().get(SIGN_IN, base_url="https://survey.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-minyi=")
    assert "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
    storage_of(app).close()


def test_half_an_hour_without_a_request_ends_the_session(
    district: Flask, client: FlaskClient, analyst: Account
) -> None:
    open_session(district, client, analyst)
    assert client.get("/staff/results/").status_code == 200
    with mock.patch("itsdangerous.timed.time.time", return_value=datetime.now(UTC).timestamp() + 31 * 60):
        assert client.get("/staff/results/").status_code == 303


def test_the_second_step_takes_a_code_once_and_recovery_codes_once(
    district: Flask, client: FlaskClient, analyst: Account
) -> None:
    recovery = turn_on_second_step(district, client, analyst)
    fresh = district.test_client()
    status, address, _ = sign_in(fresh, analyst.email, PASSWORD)
    assert (status, address.split("?")[0]) == (302, "/staff/code")
    assert fresh.get("/staff/results/").status_code == 303, "the password alone opens nothing"
    code = next_code(district, analyst)
    assert send_code(fresh, "000000")[0] == 200
    assert send_code(fresh, code)[0] == 302
    assert fresh.get("/staff/results/").status_code == 200

    again = district.test_client()
    sign_in(again, analyst.email, PASSWORD)
    assert send_code(again, code)[0] == 200, "the same code does not open twice"
    assert send_code(again, recovery[0], "/staff/recovery-code")[0] == 302
    third = district.test_client()
    sign_in(third, analyst.email, PASSWORD)
    assert send_code(third, recovery[0], "/staff/recovery-code")[0] == 200


def test_codes_cannot_be_guessed_for_ever(district: Flask, client: FlaskClient, analyst: Account) -> None:
    turn_on_second_step(district, client, analyst)
    thief = district.test_client()
    sign_in(thief, analyst.email, PASSWORD)
    for _ in range(FAILURES_BEFORE_LOCK):
        assert send_code(thief, "000000")[0] == 200
    assert send_code(thief, next_code(district, analyst))[0] == 200, "locked: the right code is refused too"
    assert thief.get("/staff/results/").status_code == 303


def turn_on_second_step(app: Flask, client: FlaskClient, account: Account) -> list[str]:
    """Through the pages: scan, confirm with a code, make recovery codes. Returns these."""
    open_session(app, client, account)
    start = read(client, "/staff/second-factor")
    token = start.all("input", name="csrf_token")[0].attributes["value"]
    set_up = client.post("/staff/second-factor", data={"csrf_token": token, "setup": "authenticator"})
    scan = inspect(set_up.get_data(as_text=True))
    actions = [form.attributes["action"] for form in scan.all("form")]
    [confirm] = [action for action in actions if "second-factor/" in action]
    secret = next(element.text for element in scan.all("code"))
    scanned = decoded(set_up.get_data(as_text=True))
    assert scanned.startswith("otpauth://totp/Minyi")
    assert f"secret={secret.replace('-', '')}" in scanned
    with app.app_context():
        totp = current_app.extensions["security"].totp_factory._totp(key=secret.replace("-", ""), format="base32")
    answer = client.post(confirm, data={"csrf_token": token, "code": totp.generate().token})
    assert answer.status_code == 302
    assert "两步验证已开启" in read(client, "/staff/second-factor").text
    token = read(client, "/staff/recovery-codes").all("input", name="csrf_token")[0].attributes["value"]
    made = client.post("/staff/recovery-codes", data={"csrf_token": token, "generate_new_codes": "1"})
    return [element.text for element in inspect(made.get_data(as_text=True)).all("code")]


def next_code(app: Flask, account: Account) -> str:
    """The code of the next half minute: the one of this half minute confirmed the set-up."""
    found = find_account_by_email(storage_of(app), account.email)
    assert found is not None and found.second_factor.totp_secret
    with app.app_context():
        factory = current_app.extensions["security"].totp_factory._totp
        totp = factory.from_source(found.second_factor.totp_secret)
        return str(totp.generate(datetime.now(UTC).timestamp() + 30).token)


def send_code(client: FlaskClient, code: str, address: str = "/staff/code") -> tuple[int, str]:
    token = read(client, address).all("input", name="csrf_token")[0].attributes["value"]
    answer = client.post(address, data={"csrf_token": token, "code": code})
    return answer.status_code, answer.get_data(as_text=True)


def test_an_outage_of_the_database_is_said_and_no_password_is_kept_in_the_page(
    district: Flask, client: FlaskClient, analyst: Account
) -> None:
    page = read(client, SIGN_IN)
    token = page.one("input", name="csrf_token").attributes["value"]
    gone = mock.patch.object(storage_of(district), "read", side_effect=StorageUnavailableError("gone"))
    with gone:
        answer = client.post(SIGN_IN, data={"csrf_token": token, "email": analyst.email, "password": PASSWORD})
    assert answer.status_code == 503
    assert PASSWORD not in answer.get_data(as_text=True)
    open_session(district, client, analyst)
    with gone:
        assert client.get("/staff/results/").status_code == 503
