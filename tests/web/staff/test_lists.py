"""Every list of the staff is searched, sorted and narrowed by its address, and says so when nothing fits."""

import pytest

from tests.demonstration import WAVE
from tests.web.page import WebPage
from tests.web.staff.conftest import Visit

# Who looks, where, a sort, and a filter; every list that may grow with the work is here.
LISTS = {
    "analyst@chunhe.example": [
        ("/staff/results/", "-drawn", "status=open"),
        (f"/staff/results/{WAVE}/conflicts", "-noticed", "state=waiting"),
        (f"/staff/imports/{WAVE}", "file", "status=stored"),
        (f"/staff/waves/{WAVE}/paper", "-code", "state=done"),
        ("/staff/jobs/", "kind", "status=done"),
        ("/staff/figures/", "-value", "met=met"),
        ("/staff/materials/", "-size", "kind=table"),
        ("/staff/cycles/", "name", ""),
    ],
    "office@chunhe.example": [
        ("/staff/waves/", "name", "status=open"),
        (f"/staff/waves/{WAVE}", "-scanned", "state=retired"),
        ("/staff/questionnaires/", "-published", ""),
        ("/staff/programme/areas", "-name", "level=street"),
        ("/staff/programme/units", "-lead", ""),
        ("/staff/opinions/", "area", "state=received"),
        ("/staff/fieldwork/", "-cases", "status=open"),
        (f"/staff/fieldwork/{WAVE}/cases", "-weight", "interviewer=fy-01"),
        (f"/staff/fieldwork/{WAVE}/recontacts", "-by", "state=waiting"),
        (f"/staff/fieldwork/{WAVE}/kept", "-at", "state=waiting"),
        ("/staff/devices/", "-contact", "app=collect"),
        ("/staff/devices/kept", "-kept", "state=settled"),
        (f"/staff/opinions/slips/{WAVE}", "sent", ""),
    ],
    "administrator@chunhe.example": [
        ("/staff/accounts", "-name", "role=office"),
        ("/staff/tokens", "until", ""),
        ("/staff/webhooks/", "state", "state=failed"),
    ],
    "health@chunhe.example": [
        ("/staff/unit/opinions", "letter", "state=answered"),
        ("/staff/unit/", "-name", "role=lead"),
    ],
    "fy-01@chunhe.example": [
        ("/staff/fieldwork/calls", "-visits", f"wave={WAVE}"),
        ("/staff/assignments/", "-open", f"wave={WAVE}"),
    ],
}


def heads_that_sort(page: WebPage) -> list[str]:
    return [link.attributes["href"] for link in page.all("a") if "sort" in (link.attributes.get("class") or "").split()]


@pytest.mark.parametrize("who", LISTS)
def test_a_list_is_sorted_narrowed_and_searched_by_its_address(visit: Visit, who: str) -> None:
    person = visit(who)
    for address, sort, narrowed in LISTS[who]:
        nothing = person.get(f"{address}?q=zz-nothing-has-this-zz")
        assert "没有符合条件的。" in nothing.text, address
        page = person.get(f"{address}?sort={sort}")
        if heads_that_sort(page):
            wanted = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
            assert any(f"sort={wanted}" in link for link in heads_that_sort(page)), (
                f"{address}: no way back from {sort}"
            )
        if narrowed:
            ways_out = [link for link in person.get(f"{address}?{narrowed}").all("a") if link.attributes["href"] == "?"]
            assert ways_out, f"{address}: {narrowed} narrows nothing"


def test_posters_and_accounts_are_found_by_a_word(visit: Visit) -> None:
    office = visit("office@chunhe.example")
    places = [row.text for row in office.get(f"/staff/waves/{WAVE}").all("th", scope="row")]
    one = office.get(f"/staff/waves/{WAVE}?q={places[-1][:6]}")
    found = [row.text for row in one.all("th", scope="row")]
    assert places[-1] in found and len(found) < len(places)
    admin = visit("administrator@chunhe.example")
    everybody = admin.get("/staff/accounts").all("th", scope="row")
    assert 0 < len(admin.get("/staff/accounts?q=analyst").all("th", scope="row")) < len(everybody)
