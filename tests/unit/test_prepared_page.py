"""A prepared page: the stream put together from ready pieces is an ordinary gzip stream of the filled page."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.web.prepared_page import PreparedPage, hole

TEXT = st.text(st.characters(exclude_characters="\x02\x03", exclude_categories=["Cs"]), max_size=3000)


@given(texts=st.lists(TEXT, min_size=1, max_size=5), value=TEXT)
def test_compressed_page_unpacks_to_the_plain_one(texts: list[str], value: str) -> None:
    page = PreparedPage(hole("place").join(texts))
    assert gzip.decompress(page.fill_compressed({"place": value})) == page.fill({"place": value})


def test_page_without_holes_is_sent_as_it_is() -> None:
    assert gzip.decompress(PreparedPage("<p>同一页</p>" * 500).fill_compressed({})).decode() == "<p>同一页</p>" * 500


def test_value_is_escaped_and_cannot_make_a_hole() -> None:
    page = PreparedPage(f"<b>{hole('place')}</b>")
    assert page.fill({"place": '<i>"\x02place\x03'}).decode() == "<b>&lt;i&gt;&#34;\x02place\x03</b>"


def test_hole_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        PreparedPage(hole("place")).fill({})
