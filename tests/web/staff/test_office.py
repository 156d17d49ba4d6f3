"""Pages of the office, of workers and of responsible units."""

import io
import re

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from survey.actions.invitation.find_poster import find_poster
from survey.actions.programme.show_wave import show_wave
from survey.invitation.code import spaced
from survey.invitation.invitation import InvitationKind
from survey.storage.events import EventRow
from survey.storage.invitations import list_invitations
from tests.demonstration import OFFICE, SUPERVISOR, UNIT, WAVE, Demonstration
from tests.web.conftest import storage_of
from tests.web.staff.conftest import Visit
from tests.web.staff.qr_picture import decoded

PAGE = f"/staff/waves/{WAVE}"


def test_a_wave_shows_its_header_its_codes_and_its_counts(demo_app: Flask, visit: Visit) -> None:
    page = visit(OFFICE).get(PAGE)
    overview = show_wave(storage_of(demo_app), WAVE)
    assert overview is not None
    for shown in (overview.wave.header.approval_number, overview.wave.organiser.phone, "有效期"):
        assert shown in page.text
    for each in overview.posters:
        assert spaced(each.poster.code) in page.text
        assert f"http://localhost/q/{each.poster.code}" in page.text
    assert f"已使用 {overview.letters_used} 个" in page.text
    whole = overview.places[0]
    assert whole.drawn_total == sum(place.drawn_total for place in overview.places if place.area.level == "street")
    assert whole.self_selected >= sum(each.funnel.sent for each in overview.posters) > 0


def test_a_poster_is_a_picture_that_leads_to_its_code(demonstration: Demonstration, visit: Visit) -> None:
    answer = visit(OFFICE).client.get(f"{PAGE}/codes/{demonstration.poster}.svg")
    assert answer.mimetype == "image/svg+xml"
    assert decoded(answer.get_data(as_text=True)) == f"http://localhost/q/{demonstration.poster}"


def test_all_posters_are_one_pdf(demo_app: Flask, visit: Visit) -> None:
    answer = visit(OFFICE).client.get(f"{PAGE}/posters.pdf")
    overview = show_wave(storage_of(demo_app), WAVE)
    assert overview is not None
    assert len(PdfReader(io.BytesIO(answer.data)).pages) == len(overview.posters)


def test_a_code_is_retired_after_a_question_and_residents_are_told(
    demo_app: Flask, demonstration: Demonstration, visit: Visit
) -> None:
    office, code = visit(OFFICE), demonstration.poster
    address = f"{PAGE}/codes/{code}/retire"
    question = office.get(address)
    before = find_poster(storage_of(demo_app), WAVE, code)
    assert before is not None and not before.invitation.retired, "asking changes nothing"
    after = office.send(address, question)
    assert f"编码 {spaced(code)} 已停用" in after.text
    assert demo_app.test_client().get(f"/q/{code}").status_code == 410
    assert "已经停用" in office.get(address).text
    with storage_of(demo_app).read() as session:
        event = session.scalars(select(EventRow).where(EventRow.action == "retire_code")).one()
    assert (event.actor, event.detail) == (OFFICE, code)


def test_a_letters_code_is_never_shown_nor_retired_one_by_one(demo_app: Flask, visit: Visit) -> None:
    with storage_of(demo_app).read() as session:
        letter = list_invitations(session, WAVE, InvitationKind.LETTER)[0].code
    office = visit(OFFICE)
    assert spaced(letter) not in office.get(PAGE).text
    office.get(f"{PAGE}/codes/{letter}/retire", 404)
    assert office.client.get(f"{PAGE}/codes/{letter}.svg").status_code == 404


def test_a_worker_sees_numbers_of_assignments_of_the_own_area_and_no_rate(visit: Visit) -> None:
    page = visit(SUPERVISOR).get("/staff/assignments/")
    communities = [e.text for e in page.all("th", scope="row")]
    assert communities
    assert set(communities) <= {"望荷社区", "青瓦里社区", "石渡桥社区", "听禾苑社区"}
    assert "%" not in page.text
    assert "达标" not in page.text


def test_a_unit_sees_its_indicators_and_no_result(visit: Visit) -> None:
    page = visit(UNIT).get("/staff/unit/")
    assert "社区卫生服务满意率" in page.text
    assert "牵头" in page.text
    assert not re.search(r"\d+\.\d+%", page.text)


@pytest.mark.parametrize("address", ["/staff/waves/nothing", f"{PAGE}/codes/346779ACD/retire"])
def test_what_does_not_exist_is_not_found(visit: Visit, address: str) -> None:
    visit(OFFICE).get(address, 404)


def test_the_administrator_sees_accounts_without_secrets(visit: Visit) -> None:
    page = visit("administrator@chunhe.example").get("/staff/accounts")
    assert "analyst@chunhe.example" in page.text
    assert "argon2" not in page.text
