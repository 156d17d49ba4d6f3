"""Programs read waves, figures and answers with a token: what it opens, what it does not, and how pages follow."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from survey.accounts.service_token import Scope
from survey.actions.accounts.issue_service_token import issue_service_token, revoke_service_token
from survey.actions.response.receive_response import receive_response
from survey.app import create_app
from survey.settings import read_settings
from survey.storage import Storage
from tests.demonstration import SECRET_KEY, STREET, WAVE, Demonstration
from tests.factories import COMMUNITY, KEY, NOW, make_submission, make_wave
from tests.factories import WAVE as SMALL_WAVE
from tests.published import store_real_wave
from tests.web.conftest import storage_of

DISTRICT = "990101"
NEXT_YEAR = date(2028, 1, 1)
Reader = Callable[..., "Program"]


class Program:
    """Another program with its token."""

    def __init__(self, app: Flask, token_id: str, text: str) -> None:
        self.app, self.token_id, self.text = app, token_id, text
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, status: int = 200) -> dict:  # type: ignore[type-arg]
        answer = self.client.get(path, headers={"Authorization": f"Bearer {self.text}"})
        assert answer.status_code == status, answer.get_data(as_text=True)
        assert "Set-Cookie" not in answer.headers
        found: dict = answer.get_json(force=True)  # type: ignore[type-arg]
        return found


def admitted(app: Flask, *scopes: Scope, area: str = DISTRICT, until: date = NEXT_YEAR) -> Program:
    token, text = issue_service_token(
        storage_of(app), name="看板", scopes=scopes, area=area, valid_until=until, now=NOW, actor="test"
    )
    return Program(app, token.id, text)


@pytest.fixture(scope="module")
def demo(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration, which these tests only read; tokens are added."""
    folder: Path = tmp_path_factory.mktemp("api")
    values = {"DATABASE_URL": demonstration.copy_to(folder), "SECRET_KEY": SECRET_KEY, "SURVEY_ENV": "test"}
    app = create_app(read_settings({**values, "SURVEY_VAR": str(folder)}))
    yield app
    storage_of(app).close()


@pytest.fixture
def small(app: Flask) -> Flask:
    """The application with a wave that has no answers yet."""
    store_real_wave(storage_of(app), wave=make_wave())
    return app


def test_figures_are_those_of_the_analysis_and_fit_their_schema(demo: Flask) -> None:
    program = admitted(demo, Scope.RESULTS)
    document = program.get("/api/v1/openapi.json")
    validate(document)
    figures = program.get(f"/api/v1/waves/{WAVE}/estimates")
    schema = {"$ref": "#/components/schemas/EstimateList", "components": document["components"]}
    Draft202012Validator(schema).validate(figures)
    whole = [
        found
        for found in figures["items"]
        if found["area"] == DISTRICT and found["source"] == "prob" and found["target"]
    ]
    assert len(whole) > 5
    assert {found["decision"] for found in whole} <= {"met", "not_met", "undetermined"}
    for found in whole:
        assert found["intervals"][0]["lower"] <= found["estimate"] <= found["intervals"][0]["upper"]
    assert all(len(fingerprint) == 64 for fingerprint in figures["data_sha256"].values())
    waves = program.get("/api/v1/waves")["items"]
    assert [wave["id"] for wave in waves if wave["computed_at"]] == [WAVE]


def test_a_token_of_a_street_reads_its_street_only(demo: Flask) -> None:
    program = admitted(demo, *Scope, area=STREET)
    codes = [area["code"] for area in program.get("/api/v1/areas")["items"]]
    assert codes
    assert all(code.startswith(STREET) for code in codes)
    assert {found["area"] for found in program.get(f"/api/v1/waves/{WAVE}/estimates")["items"]} <= set(codes)
    answers = program.get(f"/api/v1/waves/{WAVE}/responses?limit=1000")["items"]
    assert answers
    assert {found["area"] for found in answers} <= set(codes)
    assert {found["area"] for found in program.get(f"/api/v1/waves/{WAVE}/funnel")["items"]} <= set(codes)


def test_pages_follow_each_other_to_the_last_answer_without_open_texts(demo: Flask) -> None:
    program = admitted(demo, Scope.RESPONSES)
    seen: list[str] = []
    address: str | None = f"/api/v1/waves/{WAVE}/responses?limit=700"
    while address:
        page = program.get(address)
        assert len(page["items"]) <= 700
        seen += [found["response_id"] for found in page["items"]]
        assert all("g1" not in found["answers"] for found in page["items"]), "an open text"
        address = page["next"]
    assert len(seen) == len(set(seen))
    counted = admitted(demo, Scope.RESULTS).get("/api/v1/waves")["items"]
    total = next(wave for wave in counted if wave["id"] == WAVE)
    assert len(seen) == total["drawn_responses"] + total["self_selected_responses"]


def test_pages_skip_and_repeat_nothing_at_equal_times_and_hold_the_newest_minute_back(small: Flask) -> None:
    storage = storage_of(small)
    began = datetime.now(UTC) - timedelta(seconds=70)
    for number in range(40):
        submission = make_submission(response_id=f"{number:036d}", area=COMMUNITY)
        receive_response(storage, KEY, submission, began + timedelta(seconds=number // 15))
    fresh = make_submission(area=COMMUNITY)
    receive_response(storage, KEY, fresh, datetime.now(UTC))
    program = admitted(small, Scope.RESPONSES)
    seen: list[str] = []
    address: str | None = f"/api/v1/waves/{SMALL_WAVE}/responses?limit=7"
    while address:
        page = program.get(address)
        seen += [found["response_id"] for found in page["items"]]
        address = page["next"]
    assert seen == [f"{number:036d}" for number in range(40)]


@pytest.mark.parametrize(
    ("text", "status"),
    [("", 401), ("minyi_000000000000_" + "A" * 43, 401), ("not-a-token", 401)],
)
def test_without_a_valid_token_nothing_is_read(small: Flask, text: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {text}"} if text else {}
    answer = small.test_client().get("/api/v1/waves", headers=headers)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.get_json(force=True)["detail"]


def test_scope_end_and_revocation_are_kept(small: Flask) -> None:
    program = admitted(small, Scope.RESULTS)
    program.get("/api/v1/waves")
    assert "responses:read" in program.get(f"/api/v1/waves/{SMALL_WAVE}/responses", 403)["detail"]
    storage = storage_of(small)
    revoke_service_token(storage, program.token_id, NOW, "test")
    program.get("/api/v1/waves", 401)
    over = admitted(small, Scope.RESULTS, until=NOW.date())
    over.get("/api/v1/waves", 401)


def test_the_secret_is_kept_as_a_hash_only(small: Flask) -> None:
    program = admitted(small, Scope.RESULTS)
    storage: Storage = storage_of(small)
    with storage.engine.connect() as connection:
        stored = [str(row) for row in connection.exec_driver_sql("SELECT * FROM service_token")]
    assert stored
    assert not any(program.text.rsplit("_", 1)[1] in row for row in stored)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "limit=%F0%9F%92%A9", "after=x", "after=WzEsMl0", "after=bnVsbA"]
)
def test_a_wrong_parameter_is_named(small: Flask, query: str) -> None:
    problem = admitted(small, Scope.RESPONSES).get(f"/api/v1/waves/{SMALL_WAVE}/responses?{query}", 400)
    assert problem["detail"].startswith(query.partition("=")[0] + ": expected")


def test_an_unknown_wave_is_a_problem_and_no_page(small: Flask) -> None:
    for name in ("estimates", "responses", "funnel"):
        assert "nothing" in admitted(small, *Scope).get(f"/api/v1/waves/nothing/{name}", 404)["detail"]
