"""A list of the staff: what an address asks, in which order rows stand, and that pages neither lose nor repeat one."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from survey.web.listing import Column, Filter, Listing, Page

Row = tuple[str, int | None, str]
ROWS: list[Row] = [(f"r{n:03}", n % 7 if n % 5 else None, "odd" if n % 2 else "even") for n in range(120)]
LISTING: Listing[Row] = Listing(
    columns=(Column("name", "name", lambda row: row[0]), Column("rest", "rest", lambda row: row[1]), Column("-", "no")),
    identity=lambda row: row[0],
    text=lambda row: f"{row[0]} {row[2]}",
    sort="name",
    filters=(Filter("kind", "kind", {"odd": "Odd", "even": "Even"}, lambda row: row[2]),),
    size=25,
)


def opened(address: str, rows: list[Row] | None = None) -> Page[Row]:
    return LISTING.page(ROWS if rows is None else rows, dict(parse_qsl(address.removeprefix("?"))))


def walked(address: str) -> list[list[Row]]:
    """Every page from the first to the last."""
    pages = [opened(address)]
    while pages[-1].next_page:
        pages.append(opened(pages[-1].next_page))
    return [list(page.rows) for page in pages]


@pytest.mark.parametrize("order", ["name", "-name", "rest", "-rest"])
def test_pages_show_every_row_once_forwards_and_backwards(order: str) -> None:
    pages = walked(f"?sort={order}")
    rows = [row for page in pages for row in page]
    assert sorted(rows) == ROWS
    last = opened(f"?sort={order}")
    while last.next_page:
        last = opened(last.next_page)
    backwards = [list(last.rows)]
    while last.previous_page:
        last = opened(last.previous_page)
        backwards.append(list(last.rows))
    assert [row for page in reversed(backwards) for row in page] == rows
    assert (last.first, last.last, last.found) == (1, 25, 120)


def test_rows_without_a_value_stand_last_in_both_directions() -> None:
    for order in ("rest", "-rest"):
        values = [row[1] for page in walked(f"?sort={order}") for row in page]
        assert values[:96].count(None) == 0
        assert values[96:] == [None] * 24


def test_a_page_begins_where_the_last_one_ended_although_rows_came_and_went() -> None:
    second = opened("").next_page
    changed = [row for row in ROWS if row[0] not in {"r003", "r024"}]
    assert opened(second, changed).rows[0][0] == "r025"


def test_search_and_filter_narrow_and_stay_in_the_addresses() -> None:
    page = opened("?q=R01+odd&sort=-name&kind=odd")
    assert [row[0] for row in page.rows] == ["r019", "r017", "r015", "r013", "r011"]
    assert (page.found, page.total, page.asked.narrowed) == (5, 120, True)
    assert "q=R01+odd" in page.sorted_by("rest")
    assert "kind=odd" in page.sorted_by("rest")


@pytest.mark.parametrize("address", ["?after=%5B%22x%22%5D", "?after=%5B1%2C%22r1%22%5D", "?sort=-&after=x", "?kind=z"])
def test_an_address_that_nobody_made_shows_the_first_page(address: str) -> None:
    assert opened(address).rows[0][0] == "r000"


def test_moments_are_sorted_as_time() -> None:
    days = {"b": datetime(2026, 1, 10, tzinfo=UTC), "a": datetime(2026, 1, 9, tzinfo=UTC)}
    listing = Listing((Column("at", "at", lambda row: days[row]),), identity=str, text=str, sort="-at")
    assert listing.page(days, {}).rows == ["b", "a"]
