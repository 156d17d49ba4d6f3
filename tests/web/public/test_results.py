"""Released results as everyone sees them: three languages, caches, small cells, download, framing, withdrawal."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from survey.actions.response.receive_response import receive_response
from survey.actions.results.release_results import release_results, withdraw_results
from tests.factories import DISTRICT, HEADER, WAVE, make_submission
from tests.released import CLOSED, SUMMARY, add_run, indicators, store_closed_wave
from tests.web.conftest import storage_of
from tests.web.visitor import Visitor

LATER = CLOSED + timedelta(days=3)
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    store_closed_wave(storage_of(app))
    return Visitor(app)


def release(app: Flask) -> None:
    release_results(storage_of(app), WAVE, SUMMARY, LATER, "office@office.example")


def test_nothing_is_shown_before_the_release(visitor: Visitor) -> None:
    assert not visitor.get("/results/").all("a", href=f"/zh-hans/results/{WAVE}")
    for path in ("", "/figures.csv", "/chart.svg", "/areas/" + DISTRICT):
        visitor.get(f"/results/{WAVE}{path}", 404)


@pytest.mark.parametrize("tag", ["zh-hans", "zh-hant", "en"])
def test_released_results_say_everything_in_each_language(app: Flask, visitor: Visitor, tag: str) -> None:
    release(app)
    assert visitor.get(f"/{tag}/results/").one("a", href=f"/{tag}/results/{WAVE}")
    page = visitor.get(f"/{tag}/results/{WAVE}")
    assert page.one("html").attributes["lang"].lower() == tag
    language = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}[tag]
    rate = indicators()[0]
    assert rate.indicator.rule_in_words(language) in page.text
    assert rate.target is not None
    assert rate.target.in_words(language) in page.text
    assert "90.0%" in page.text
    assert "87.0%–92.0%" in page.text
    assert HEADER.approval_number in page.text
    assert SUMMARY.in_language(language).splitlines()[0] in page.text
    if tag == "en":
        spoken = [e.text for e in page.elements if e.tag in {"h1", "h2", "h3", "p", "dt", "li", "label", "figcaption"}]
        chinese = [text for text in spoken if CHINESE.search(text.replace("简体", "").replace("繁體", ""))]
        assert chinese == [], "a sentence without English words"


def test_area_page_shows_its_figures_and_hidden_areas_have_none(app: Flask, visitor: Visitor) -> None:
    release(app)
    whole = visitor.get(f"/en/results/{WAVE}")
    links = [e.attributes["href"] for e in whole.all("a") if "/areas/" in e.attributes.get("href", "")]
    shown = {link.rsplit("/", 1)[1] for link in links}
    assert shown == {"990101001", "990101002", "990101002001", "990101002002"}
    for link in links:
        assert visitor.get(link).all("b", class_="rate")
    for hidden in ("990101001001", "990101001002", "nothing"):
        visitor.get(f"/results/{WAVE}/areas/{hidden}", 404)


def test_answers_may_be_cached_and_are_asked_for_by_their_tag(app: Flask, visitor: Visitor) -> None:
    release(app)
    client = app.test_client()
    for path in (f"/en/results/{WAVE}", f"/en/results/{WAVE}/figures.csv", f"/en/results/{WAVE}/chart.svg"):
        first = client.get(path)
        assert first.headers["Cache-Control"] == "public, max-age=300"
        assert "Set-Cookie" not in first.headers
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert client.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200
    assert "Accept-Language" in client.get(f"/results/{WAVE}").headers["Vary"]
    assert "Accept-Language" not in client.get(f"/en/results/{WAVE}").headers.get("Vary", "")


def test_only_the_chart_may_be_framed_by_other_sites(app: Flask, visitor: Visitor) -> None:
    release(app)
    client = app.test_client()
    page, chart = client.get(f"/results/{WAVE}"), client.get(f"/en/results/{WAVE}/chart.svg")
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in chart.headers
    policy = chart.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert chart.mimetype == "image/svg+xml"
    assert "First wave 2026" in chart.get_data(as_text=True)


def test_chart_is_well_formed_and_its_style_is_the_one_that_the_policy_names(app: Flask, visitor: Visitor) -> None:
    import hashlib
    from base64 import b64encode
    from xml.etree import ElementTree

    release(app)
    answer = app.test_client().get(f"/results/{WAVE}/chart.svg")
    picture = ElementTree.fromstring(answer.data)
    style = picture.find("{http://www.w3.org/2000/svg}style")
    assert style is not None
    assert style.text is not None
    digest = b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


def test_download_has_the_shown_figures_unrounded_and_no_row_of_a_hidden_one(app: Flask, visitor: Visitor) -> None:
    release(app)
    answer = app.test_client().get(f"/en/results/{WAVE}/figures.csv")
    lines = answer.get_data(as_text=True).splitlines()
    assert len(lines) == 1 + 5 * 2
    assert not any("990101001002" in line or "990101001001" in line for line in lines)
    assert f'filename="{WAVE}-results.csv"' in answer.headers["Content-Disposition"]


def test_withdrawn_results_say_so_and_show_no_figure(app: Flask, visitor: Visitor) -> None:
    release(app)
    visitor.get(f"/results/{WAVE}")
    withdraw_results(storage_of(app), WAVE, "权重有误", LATER, "x")
    page = visitor.get(f"/results/{WAVE}", 410)
    assert "90.0%" not in page.text
    assert "权重有误" not in page.text
    assert not visitor.get("/results/").all("a", href=f"/zh-hans/results/{WAVE}")
    for path in ("/figures.csv", "/chart.svg"):
        visitor.get(f"/results/{WAVE}{path}", 410)


def test_answers_that_come_later_change_nothing_that_is_public(app: Flask, visitor: Visitor) -> None:
    release(app)
    before = visitor.get(f"/en/results/{WAVE}").text
    receive_response(storage_of(app), "k", make_submission(), datetime.now(UTC))
    assert visitor.get(f"/en/results/{WAVE}").text == before


@pytest.mark.parametrize(("steps", "said"), [([], "not adjusted"), ([{"method": "rake"}], "weighted by sex")])
def test_method_in_words_says_whether_the_sample_was_weighted(
    app: Flask, visitor: Visitor, steps: list[dict[str, str]], said: str
) -> None:
    add_run(storage_of(app), WAVE, CLOSED + timedelta(days=2, hours=1), steps=steps)
    release(app)
    assert said in visitor.get(f"/en/results/{WAVE}").text
