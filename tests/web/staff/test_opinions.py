"""The office's list of opinions: by area, with counts; reply slips for the whole district only, logged."""

import uuid
from datetime import date

from flask.testing import FlaskClient

from survey.accounts.account import Role
from survey.actions.opinion.send_opinion import send_opinion
from survey.actions.opinion.send_reply_slip import send_reply_slip
from survey.opinion.opinion import Topic
from survey.opinion.reply_slip import ReplySlip
from tests.factories import COMMUNITY, STREET, WAVE
from tests.web.conftest import SignIn, storage_of
from tests.web.page import WebPage, inspect

TODAY = date(2026, 5, 18)


def opened(client: FlaskClient, address: str) -> WebPage:
    return inspect(client.get(address).get_data(as_text=True))


def write(client: FlaskClient, text: str, area: str) -> None:
    send_opinion(
        storage_of(client.application),
        id_=str(uuid.uuid4()),
        wave=WAVE,
        topic=Topic.SAFETY,
        area=area,
        text=text,
        language="en",
        today=TODAY,
    )


def test_list_is_that_of_the_account_s_area(sign_in: SignIn) -> None:
    whole, street = sign_in(Role.OFFICE), sign_in(Role.OFFICE, STREET)
    write(whole, "<b>消防通道</b>被占", COMMUNITY)
    write(whole, "盲道被挡住", "990101002001")
    page = opened(whole, "/staff/opinions/")
    assert "<b>消防通道</b>被占" in page.text
    assert "盲道" in page.text
    page = opened(street, "/staff/opinions/")
    assert "消防通道" in page.text
    assert "盲道" not in page.text


def test_slips_are_read_by_the_whole_district_only(sign_in: SignIn) -> None:
    whole, street = sign_in(Role.OFFICE), sign_in(Role.OFFICE, STREET)
    slip = ReplySlip(str(uuid.uuid4()), WAVE, "王女士", "other@example.org", True, date.today())
    send_reply_slip(storage_of(whole.application), slip, "of the tests")
    assert opened(whole, "/staff/opinions/").one("a", href=f"/staff/opinions/slips/{WAVE}")
    page = opened(whole, f"/staff/opinions/slips/{WAVE}")
    assert "other@example.org" in page.text
    number = page.one("code").text
    assert "other@example.org" in opened(whole, f"/staff/opinions/slips/{WAVE}?q={number.lower()}").text
    for word in ("王女士", "other"):  # a slip serves to tell the results, never to look somebody up
        assert "other@example.org" not in opened(whole, f"/staff/opinions/slips/{WAVE}?q={word}").text
    assert street.get(f"/staff/opinions/slips/{WAVE}").status_code == 404
    assert not opened(street, "/staff/opinions/").all("a", href=f"/staff/opinions/slips/{WAVE}")
