"""What no page of ours sends: refused with 400, 404 or 413, and nothing stored."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from survey.storage import Storage
from survey.storage.responses import DraftRow, LedgerRow
from tests.factories import StoredWave
from tests.web.visitor import Visitor

OpenAll = Callable[..., str]


@pytest.fixture(autouse=True)
def _nothing_is_stored(app_storage: Storage) -> Iterator[None]:
    yield
    with app_storage.read() as session:
        assert session.scalars(select(LedgerRow)).all() == session.scalars(select(DraftRow)).all() == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"age_confirmed=1&a1=3", "application/x-www-form-urlencoded"),
        (b"go=elsewhere&age_confirmed=1", "application/x-www-form-urlencoded"),
        (b'{"go": "send", "age_confirmed": "1"}', "application/json"),
        (b"go=send", "text/plain"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"go=send", ""),
    ],
)
def test_post_that_no_page_sends_is_refused(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll, body: bytes, kind: str
) -> None:
    address = open_all(wave.posters[0].code)
    for page in (address, address.replace("/all", "/ask/a1")):
        assert visitor.client().post(page, data=body, content_type=kind).status_code == 400


def test_oversized_post_is_refused(visitor: Visitor, wave: StoredWave, open_all: OpenAll) -> None:
    page = visitor.post(open_all(wave.posters[0].code), {"go": "send", "e3": "长" * 400_000}, 413)
    assert "太大" in page.heading


def test_text_beyond_its_length_is_refused_and_kept_on_the_page(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll
) -> None:
    page = visitor.post(open_all(wave.posters[0].code), {"go": "send", "age_confirmed": "1", "e3": "长" * 301}, 422)
    assert page.values("e3") == ["长" * 301]


@pytest.mark.parametrize("sealed", ["x", "WyJ4Il0.abc", "a" * 3000, "%00", "..%2f.."])
def test_ticket_that_is_not_ours_is_not_found(visitor: Visitor, wave: StoredWave, sealed: str) -> None:
    visitor.get(f"/a/{sealed}/en/all", 404)


def test_ticket_with_a_changed_sign_is_not_found(visitor: Visitor, wave: StoredWave, open_all: OpenAll) -> None:
    head, sealed, rest = open_all(wave.posters[0].code)[1:].split("/", 2)
    # Not the last sign: two of its bits belong to no byte of the signature.
    changed = sealed[:-2] + ("A" if sealed[-2] != "A" else "B") + sealed[-1]
    for ticket in (changed, "X" + sealed[1:]):
        visitor.get(f"/{head}/{ticket}/{rest}", 404)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "\x02sealed\x03"]
)
def test_markup_in_answers_and_codes_stays_text(
    visitor: Visitor, wave: StoredWave, open_all: OpenAll, text: str
) -> None:
    address = open_all(wave.posters[0].code)
    page = visitor.post(address, {"go": "send", "e3": text, "a1": text, "f4": text, text: "1"}, 422)
    assert all(script.attributes["src"].startswith("/assets/") for script in page.all("script"))
    assert not page.all("img")
    assert page.values("e3") == [text]
    visitor.get(f"/q/{text}".replace("/script", ""), 404)
