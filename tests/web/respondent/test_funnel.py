"""A resident's steps are counted for the poster, once where it can be told, and never for a household's letter."""

import pytest
from flask import Flask

from survey.invitation.funnel import Step
from survey.storage import Storage
from survey.storage.funnel import steps_of
from survey.web.services import services
from tests.factories import StoredWave
from tests.web.visitor import Visitor


@pytest.fixture
def counted(app: Flask, app_storage: Storage, wave: StoredWave) -> object:
    """`counted()`: the counters of the first poster by step."""

    def read() -> dict[str, int]:
        with app.app_context():
            services().steps.flush()
        with app_storage.read() as session:
            found = steps_of(session, wave.wave.id)
        assert {code for code, _, _ in found} <= {wave.posters[0].code}
        return {step.value: n for (_, _, step), n in found.items()}

    return read


def test_a_form_on_one_page_is_scanned_opened_and_started_once(
    visitor: Visitor, wave: StoredWave, open_all: object, counted: object
) -> None:
    visitor.get(f"/q/{wave.posters[0].code}")
    address = open_all(wave.posters[0].code)  # type: ignore[operator]
    visitor.get(address)
    visitor.post(address, {"go": "send"}, 422)
    visitor.post(address, {"go": "send", "age_confirmed": "1"}, 303)
    visitor.post(address, {"go": "send", "age_confirmed": "1"}, 303)
    assert counted() == {"scanned": 1, "opened": 1, "started": 1}  # type: ignore[operator]


def test_questions_one_by_one_count_one_start(visitor: Visitor, wave: StoredWave, counted: object) -> None:
    start = visitor.get(f"/q/{wave.posters[0].code}")
    first = next(a.attributes["href"] for a in start.all("a") if "/ask/" in a.attributes.get("href", ""))
    visitor.get(first)
    visitor.post(first, {"go": "next", "age_confirmed": "1"}, 303)
    visitor.follow()
    visitor.get(first)
    visitor.post(first, {"go": "next", "age_confirmed": "1"}, 303)
    assert counted() == {"scanned": 1, "opened": 1, "started": 1}  # type: ignore[operator]


def test_another_content_under_the_same_id_is_flagged(
    visitor: Visitor, wave: StoredWave, open_all: object, counted: object
) -> None:
    address = open_all(wave.posters[0].code)  # type: ignore[operator]
    visitor.post(address, {"go": "send", "age_confirmed": "1", "a1": "1"}, 303)
    visitor.post(address, {"go": "send", "age_confirmed": "1", "a1": "2"}, 303)
    assert counted()[Step.FLAGGED] == 1  # type: ignore[operator]


def test_changing_the_language_and_looking_ahead_are_no_scans(
    visitor: Visitor, wave: StoredWave, counted: object
) -> None:
    visitor.get(f"/q/{wave.posters[0].code}/en")
    visitor.client().head(f"/q/{wave.posters[0].code}")
    assert counted() == {}  # type: ignore[operator]


def test_a_letter_is_never_counted(visitor: Visitor, wave: StoredWave, open_all: object, counted: object) -> None:
    visitor.get(f"/q/{wave.letters[0].code}")
    address = open_all(wave.letters[0].code)  # type: ignore[operator]
    visitor.get(address)
    visitor.post(address, {"go": "send", "age_confirmed": "1"}, 303)
    assert counted() == {}  # type: ignore[operator]
