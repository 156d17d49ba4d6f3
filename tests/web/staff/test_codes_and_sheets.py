"""The office's pages for codes: sheets with pictures, posters from a form and a file, replacing, letters, funnels."""

import io

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from pypdf import PdfReader

from survey.actions.invitation.print_posters import SAMPLE_CODE
from survey.actions.programme.show_wave import PosterCount, show_wave
from survey.invitation.code import is_well_formed, spaced
from survey.invitation.funnel import Step
from survey.invitation.invitation import InvitationKind
from survey.storage.events import events_on
from survey.storage.funnel import add_steps
from survey.storage.invitations import list_invitations, used_codes
from survey.web.numbers import as_count
from tests.demonstration import OFFICE, STREET, WAVE, Demonstration
from tests.factories import NOW
from tests.web.conftest import storage_of
from tests.web.page import WebPage, inspect
from tests.web.staff.conftest import StaffVisitor, Visit

PAGE = f"/staff/waves/{WAVE}"


def posters_of(app: Flask) -> dict[str, PosterCount]:
    overview = show_wave(storage_of(app), WAVE)
    assert overview is not None
    return {each.poster.code: each for each in overview.posters}


def upload(office: StaffVisitor, address: str, page: WebPage, status: int, **fields: object) -> WebPage:
    """Send a form with a file; returns the page that is the answer."""
    token = page.all("input", name="csrf_token")[0].attributes["value"]
    answer = office.client.post(address, data={"csrf_token": token, **fields}, content_type="multipart/form-data")
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    return WebPage() if status == 303 or answer.mimetype != "text/html" else inspect(answer.get_data(as_text=True))


@pytest.mark.parametrize("sheet", ["a4", "a5", "card", "labels"])
def test_a_sheet_is_looked_at_as_a_picture_and_downloaded(visit: Visit, demo_app: Flask, sheet: str) -> None:
    office = visit(OFFICE)
    picture = office.client.get(f"{PAGE}/posters.png?sheet={sheet}")
    assert picture.mimetype == "image/png"
    known = {f"http://localhost/q/{code}" for code in posters_of(demo_app)}
    seen = {code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.data)))}
    assert seen and seen <= known
    pages = PdfReader(io.BytesIO(office.client.get(f"{PAGE}/posters.pdf?sheet={sheet}").data)).pages
    assert len(pages) == (1 if sheet == "labels" else len(known))


def test_an_unknown_sheet_is_not_found(visit: Visit) -> None:
    assert visit(OFFICE).client.get(f"{PAGE}/posters.pdf?sheet=a0").status_code == 404


def test_one_poster_is_added_by_the_form_and_the_same_place_is_refused(visit: Visit, demo_app: Flask) -> None:
    office = visit(OFFICE)
    page = office.get(f"{PAGE}/posters")
    values = {"area": STREET, "place": "北门菜市场", "place_en": "North market", "place_type": "service"}
    assert "已发放编码" in office.send(f"{PAGE}/posters", page, **values).text
    (new,) = [each for each in posters_of(demo_app).values() if each.poster.place.zh_hans == "北门菜市场"]
    assert is_well_formed(new.poster.code)
    refused = upload(office, f"{PAGE}/posters", page, 422, **values)
    assert "只能有一个在用的编码" in refused.text
    assert refused.values("place") == ["北门菜市场"], "what was typed is still there"


def test_a_file_of_places_is_issued_or_every_fault_is_told_in_the_readers_language(
    visit: Visit, demo_app: Flask
) -> None:
    office, before = visit(OFFICE), len(posters_of(demo_app))
    page = office.get(f"{PAGE}/posters")
    bad = f"area,place,place_type\n1,菜市场,service\n{STREET},,cinema\n".encode()
    told = upload(office, f"{PAGE}/posters/file", page, 422, places=(io.BytesIO(bad), "places.csv"))
    lines = [e.text for e in told.all("li") if any(p.attributes.get("role") == "alert" for p in e.inside)]
    assert len(lines) == 3
    assert "第 2 行 area：应为已登记的地区代码" in lines[0]
    assert len(posters_of(demo_app)) == before
    good = f"area,place,place_type\n{STREET},菜市场,service\n{STREET},公交站,bus\n".encode("gb18030")
    upload(office, f"{PAGE}/posters/file", page, 303, places=(io.BytesIO(good), "places.csv"))
    assert len(posters_of(demo_app)) == before + 2


def test_no_file_and_a_strange_file_are_told(visit: Visit) -> None:
    office = visit(OFFICE)
    page = office.get(f"{PAGE}/posters")
    assert "选择文件" in upload(office, f"{PAGE}/posters/file", page, 422).text
    strange = (io.BytesIO(b"%PDF"), "places.pdf")
    assert "CSV 或 XLSX 文件" in upload(office, f"{PAGE}/posters/file", page, 422, places=strange).text


def test_a_code_is_replaced_after_a_question(visit: Visit, demo_app: Flask, demonstration: Demonstration) -> None:
    office, code = visit(OFFICE), demonstration.poster
    address = f"{PAGE}/codes/{code}/replace"
    question = office.get(address)
    assert not posters_of(demo_app)[code].poster.retired, "asking changes nothing"
    assert f"编码 {spaced(code)} 已停用" in office.send(address, question).text
    old = posters_of(demo_app)[code].poster
    assert old.retired
    (new,) = [
        each.poster
        for each in posters_of(demo_app).values()
        if each.poster.place == old.place and each.poster.code != code
    ]
    assert demo_app.test_client().get(f"/q/{code}").status_code == 410
    assert demo_app.test_client().get(f"/q/{new.code}").status_code == 200


def test_a_reminder_is_a_pdf_of_unused_letters_and_is_recorded(visit: Visit, demo_app: Flask) -> None:
    office, storage = visit(OFFICE), storage_of(demo_app)
    page = office.get(f"{PAGE}/letters")
    with storage.read() as session:
        letters = {one.code for one in list_invitations(session, WAVE, InvitationKind.LETTER) if not one.retired}
        unused = letters - used_codes(session, WAVE)
    token = page.all("input", name="csrf_token")[0].attributes["value"]
    answer = office.client.post(f"{PAGE}/letters", data={"csrf_token": token, "what": "reminder"})
    assert answer.mimetype == "application/pdf"
    assert len(PdfReader(io.BytesIO(answer.data)).pages) == len(unused) > 0
    with storage.read() as session:
        assert [(e.actor, e.detail) for e in events_on(session, "print_reminders", WAVE)] == [
            (OFFICE, str(len(unused)))
        ]
    assert "催答信" in office.get(f"{PAGE}/letters").one("tbody").text


def test_letters_are_never_shown_with_their_codes(visit: Visit, demo_app: Flask) -> None:
    office = visit(OFFICE)
    with storage_of(demo_app).read() as session:
        codes = {one.code for one in list_invitations(session, WAVE, InvitationKind.LETTER)}
    text = office.get(f"{PAGE}/letters").text
    assert not any(code in text or spaced(code) in text for code in codes)
    picture = Image.open(io.BytesIO(office.client.get(f"{PAGE}/letters.png").data))
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [f"http://localhost/q/{SAMPLE_CODE}"]
    assert not is_well_formed(SAMPLE_CODE)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"what": "reprint", "codes": " "}, "请先填写"),
        ({"what": "reprint", "codes": "346 79A CDE"}, "不是本轮在用"),
        ({"what": "all", "addresses": (b"code,street\n", "a.csv")}, "有一列 address"),
    ],
)
def test_what_cannot_be_printed_is_told(visit: Visit, fields: dict[str, object], words: str) -> None:
    office = visit(OFFICE)
    page = office.get(f"{PAGE}/letters")
    sent = {k: (io.BytesIO(v[0]), v[1]) if isinstance(v, tuple) else v for k, v in fields.items()}
    assert words in upload(office, f"{PAGE}/letters", page, 422, **sent).text


def test_the_funnel_of_every_poster_stands_on_the_waves_page_and_in_a_file(
    visit: Visit, demo_app: Flask, demonstration: Demonstration
) -> None:
    code, day = demonstration.poster, NOW.date()
    counts = {(WAVE, code, day, step): n for step, n in ((Step.SCANNED, 97531), (Step.FLAGGED, 8642))}
    with storage_of(demo_app).write() as session:
        add_steps(session, counts)
    office = visit(OFFICE)
    page = office.get(PAGE)
    scanned = as_count(posters_of(demo_app)[code].funnel.scanned)
    assert posters_of(demo_app)[code].funnel.scanned >= 97531
    assert scanned in page.text
    assert any(scanned in e.attributes.get("aria-label", "") for e in page.all("svg", class_="funnel"))
    answer = office.client.get(f"{PAGE}/funnel.csv")
    header, *rows = [line.split(",") for line in answer.data.decode("utf-8-sig").splitlines()]
    assert header == ["day", "code", "area", "place", "scanned", "opened", "started", "sent", "flagged"]
    (row,) = [row for row in rows if row[:2] == [day.isoformat(), code]]
    assert (int(row[4]), int(row[8])) == (97531, 8642)
    assert sum(int(row[7]) for row in rows) == sum(each.funnel.sent for each in posters_of(demo_app).values()) > 0


def test_in_the_demonstration_nobody_sends_without_having_scanned_opened_and_started(demo_app: Flask) -> None:
    funnels = [each.funnel for each in posters_of(demo_app).values() if each.funnel.sent]
    assert len(funnels) > 10
    for one in funnels:
        assert one.scanned >= one.opened >= one.started >= one.sent
    assert sum(one.scanned for one in funnels) > sum(one.sent for one in funnels)
