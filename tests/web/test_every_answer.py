"""What every answer of the application carries: security headers, caching, compression; assets and health checks."""

import dataclasses
import gzip
import re
from pathlib import Path

import pytest
from flask import Flask

from survey.app import create_app
from survey.settings import Settings, read_settings
from survey.web.services import services
from tests.web.visitor import Visitor

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
CATALOGUES = Path(__file__).parent.parent.parent / "survey" / "translations"


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    values = {"DATABASE_URL": sqlite_url, "SECRET_KEY": "of the tests", "SURVEY_VAR": str(tmp_path)}
    return read_settings(values)


@pytest.mark.parametrize("address", ["/", "/en", "/nowhere", "/healthz", "/readyz", "/q/XX", "/r/XX", "/a/x/en/all"])
def test_answer_forbids_everything_from_elsewhere_and_is_not_kept(app: Flask, address: str) -> None:
    headers = app.test_client().get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for part in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers, "a promise for https cannot be made over http"


def test_https_is_promised_for_a_year(app: Flask) -> None:
    headers = app.test_client().get("/", base_url="https://survey.example").headers
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_forwarded_headers_count_only_behind_a_named_proxy(app: Flask, settings: Settings) -> None:
    forwarded = {"X-Forwarded-Proto": "https"}
    assert "Strict-Transport-Security" not in app.test_client().get("/", headers=forwarded).headers
    behind = create_app(dataclasses.replace(settings, trusted_proxies=1))
    assert "Strict-Transport-Security" in behind.test_client().get("/", headers=forwarded).headers


def test_page_is_compressed_for_a_browser_that_takes_it(app: Flask) -> None:
    plain = app.test_client().get("/")
    packed = app.test_client().get("/", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == plain.data


def test_asset_is_kept_for_ever_under_the_fingerprint_of_its_content(app: Flask) -> None:
    address = re.search(r'href="(/assets/[^"]+\.css)"', app.test_client().get("/").get_data(as_text=True))
    assert address is not None
    plain = app.test_client().get(address[1])
    packed = app.test_client().get(address[1], headers={"Accept-Encoding": "gzip"})
    assert "immutable" in plain.headers["Cache-Control"]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert plain.mimetype == packed.mimetype == "text/css"


@pytest.mark.parametrize("address", ["/assets/000000000000/css/minyi.css", "/assets/x/../../settings.py", "/assets/x/"])
def test_asset_under_another_name_is_not_found(app: Flask, address: str) -> None:
    assert app.test_client().get(address).status_code == 404


def test_metrics_are_read_on_the_machine_itself_or_with_the_token(app: Flask, settings: Settings) -> None:
    assert b"minyi_requests_total" in app.test_client().get("/metrics").data
    guarded = create_app(dataclasses.replace(settings, metrics_token="of the tests")).test_client()
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    for headers, status in (
        ({}, 404),
        ({"Authorization": "Bearer x"}, 404),
        ({"Authorization": "Bearer of the tests"}, 200),
    ):
        assert guarded.get("/metrics", headers=headers, environ_overrides=elsewhere).status_code == status
    assert guarded.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404


def test_unmigrated_database_is_not_ready(tmp_path: Path) -> None:
    values = {"DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}", "SECRET_KEY": "x", "SURVEY_ENV": "test"}
    unmigrated = create_app(read_settings({**values, "SURVEY_VAR": str(tmp_path)}))
    assert unmigrated.test_client().get("/readyz").status_code == 503
    with unmigrated.app_context():
        services().storage.close()


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_public_pages_keep_the_rules_in_every_language(app: Flask, language: str) -> None:
    page = Visitor(app).get(f"/{language}")
    assert page.one("html").attributes["lang"].lower() == language
    if language == "en":
        spoken = [e.text for e in page.elements if e.tag in {"h1", "h2", "p", "label", "button", "title"}]
        assert not re.search("[\u4e00-\u9fff]", "".join(spoken)), "a sentence without English words"


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
def test_every_sentence_of_residents_pages_is_translated(language: str) -> None:
    from babel.messages.pofile import read_po

    with (CATALOGUES / "respondent" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = {message.id: message.string for message in read_po(file) if message.id}
    written = set()
    for folder in ("respondent", "public", "errors", "items"):
        for template in (TEMPLATES / folder).rglob("*.html"):
            written |= set(re.findall(r"_\('([^']+)'", template.read_text("utf-8")))
    assert written, "no sentence was found in the templates"
    assert [sentence for sentence in sorted(written) if not catalogue.get(sentence)] == []
