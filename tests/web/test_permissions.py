"""Every route is opened in every role and by nobody; what happens must be what the matrix of permissions says."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from survey.accounts.account import Role
from survey.web.permissions import BY_TOKEN, PUBLIC, ROLES, SERVICES, SIGNING_IN, may_open
from tests.web.conftest import make_account, open_session


def address(rule: Rule) -> str:
    """An address of the rule; the parts in angle brackets are filled with something that does not exist."""
    fixed = re.sub(r"<any\('?([^',)]+)[^>]*>", r"\1", rule.rule)
    return re.sub(r"<[^>]+>", "nothing", fixed)


def calls(app: Flask) -> list[tuple[str, str, str]]:
    """Every endpoint with each method and an address, except those that the framework answers itself."""
    return sorted(
        (rule.endpoint, method, address(rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


def test_every_route_has_a_row_in_the_matrix_and_every_row_a_route(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    rows = PUBLIC | BY_TOKEN | SIGNING_IN | set(ROLES) | set(SERVICES)
    assert routes - rows == set(), "these routes would be refused to everybody"
    assert rows - routes == set(), "these rows name no route"
    kinds = (PUBLIC, BY_TOKEN, SIGNING_IN, ROLES, SERVICES)
    assert len(rows) == sum(len(kind) for kind in kinds), "an endpoint stands in two places"


def test_nobody_gets_a_page_of_the_staff_without_signing_in(district: Flask) -> None:
    for endpoint, method, path in calls(district):
        if endpoint in PUBLIC | BY_TOKEN | SIGNING_IN:
            continue
        answer = district.test_client().open(path, method=method)
        if endpoint in SERVICES:
            assert answer.status_code == 401, f"{method} {path}"
            continue
        assert answer.status_code == 303, f"{method} {path}"
        assert answer.location.startswith("/staff/sign-in"), f"{method} {path}"


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_its_own_pages_and_no_other(district: Flask, role: Role) -> None:
    account = make_account(district, role)
    for endpoint, method, path in calls(district):
        client = district.test_client()
        open_session(district, client, account)
        answer = client.open(path, method=method)
        if endpoint in SERVICES:
            assert answer.status_code == 401, f"{role} {method} {path}: a session opens no route of programs"
        elif may_open(role, endpoint):
            assert answer.status_code not in {401, 403, 500}, f"{role} {method} {path}: {answer.status_code}"
        else:
            assert answer.status_code == 403, f"{role} {method} {path}: {answer.status_code}"


def test_no_role_opens_what_a_device_asks_for_with_its_token(district: Flask) -> None:
    for endpoint, method, path in calls(district):
        if endpoint in BY_TOKEN:
            answer = district.test_client().open(path, method=method)
            assert answer.status_code in {401, 403}, f"{method} {path}"


def test_a_form_without_its_token_changes_nothing_and_the_page_is_shown_again(district: Flask) -> None:
    account = make_account(district, Role.ANALYST)
    client = district.test_client()
    open_session(district, client, account)
    answer = client.post("/staff/sign-out")
    assert answer.status_code == 303
    assert answer.location == "/staff/sign-out"
    assert client.get("/staff/").status_code == 303, "still signed in"


def test_public_pages_set_no_cookie_and_read_none(district: Flask) -> None:
    client = district.test_client()
    for path in ("/", "/en", "/healthz", "/nothing-here"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers, path
        assert "Cookie" not in answer.headers.get("Vary", ""), path


def test_rates_are_not_for_workers_units_and_administrators() -> None:
    for role in (Role.SUPERVISOR, Role.INTERVIEWER, Role.UNIT, Role.ADMINISTRATOR):
        for endpoint in ("analyst.waves", "analyst.wave", "analyst.estimates", "analyst.responses"):
            assert not may_open(role, endpoint)


def test_single_answers_are_for_analysts_only() -> None:
    assert [role for role in Role if may_open(role, "analyst.responses")] == [Role.ANALYST]
