"""Pages of those who run the fieldwork: from a frame to assigned cases, and what supervisors do with them."""

import io
import re
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey.accounts.account import Role
from survey.actions.fieldwork.list_my_cases import list_my_cases
from survey.actions.fieldwork.show_fieldwork import show_fieldwork
from survey.programme.wave import OFFICE_TIME
from survey.response.response import Source
from survey.storage.fieldwork import list_cases
from survey.storage.responses import ResponseRow, count_responses, stream_responses
from survey.storage.visits import list_visits
from tests.demonstration import DISTRICT_ANALYST, OFFICE, OTHER_STREET, SUPERVISOR, WAVE
from tests.factories import NOW, STREET, add_interviewer
from tests.factories import WAVE as SMALL_WAVE
from tests.storage.test_draw_sample import frame_rows, write_frame
from tests.web.conftest import SignIn, storage_of
from tests.web.page import WebPage, inspect
from tests.web.staff.conftest import Visit

PAGE, RESULTS = f"/staff/fieldwork/{WAVE}", f"/staff/results/{WAVE}"


def look(client: FlaskClient, address: str) -> WebPage:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return inspect(answer.get_data(as_text=True))


def send(client: FlaskClient, address: str, page: WebPage, status: int = 200, **fields: object) -> WebPage:
    token = page.all("input", name="csrf_token")[0].attributes["value"]
    answer = client.post(address, data={"csrf_token": token, **fields}, follow_redirects=True)
    assert answer.status_code == status, answer.get_data(as_text=True)[:400]
    return inspect(answer.get_data(as_text=True))


def test_office_goes_from_a_frame_to_assigned_cases(district: Flask, sign_in: SignIn, tmp_path: Path) -> None:
    add_interviewer(storage_of(district), "fy-01", STREET)
    office = sign_in(Role.OFFICE)
    address = f"/staff/fieldwork/{SMALL_WAVE}/sample"
    page = look(office, address)

    def upload(rows: list[tuple[str, str, str, str, str]], intent: str, status: int = 200) -> WebPage:
        content = write_frame(tmp_path / "frame.csv", rows).read_bytes()
        return send(
            office, f"{address}/frame", page, status, intent=intent, frame=(io.BytesIO(content), "住户清单.csv")
        )

    wrong = upload([("d-1", "990101001001", "", "x", ""), ("d-1", "没有", "路", "1", "")], "store", 422)
    for words in ("第 2 行 address：应为一段文字", "第 2 行 route_order：应为不小于 0 的整数", "已登记的地区代码"):
        assert words in wrong.text
    assert "文件里有什么（还没有保存）" in upload(frame_rows(), "preview").text
    stored = upload(frame_rows(), "store")
    assert "已存好抽样框，共 70 户" in stored.text
    plan = {"psus_0": "1", "psus_1": "1", "per_psu": "4", "reserve": "1", "seed": "7", "method": "pps"}
    assert "不能这样抽样" in send(office, f"{address}/draw", stored, 422, **plan | {"psus_0": "9"}).text
    drawn = send(office, f"{address}/draw", stored, **plan)
    assert "已抽取 8 户，另备替补 2 户" in drawn.text
    cases = look(office, f"/staff/fieldwork/{SMALL_WAVE}/cases")
    shared = send(office, f"/staff/fieldwork/{SMALL_WAVE}/cases", cases, action="share", area=STREET, code="fy-01")
    assert "已处理 4 户" in shared.text
    (mine,) = list_my_cases(storage_of(district), "fy-01")
    assert len(mine.cases) == 4
    held = send(
        office, f"/staff/fieldwork/{SMALL_WAVE}/cases", cases, 422, action="hold", case=mine.cases[0].case.id, reason=""
    )
    assert "请写明原因" in held.text


def test_health_shows_the_rates_that_the_cases_give(demo_app: Flask, visit: Visit) -> None:
    page = visit(OFFICE).get(PAGE)
    found = show_fieldwork(storage_of(demo_app), WAVE, "990101", NOW)
    for name in ("RR1", "RR3", "RR6", "COOP1"):
        rate = found.whole.rates[name]
        assert rate is not None
        assert f"{rate * 100:.1f}%" in page.text
    assert len(page.all("svg")) == 1
    assert "访问员" in page.one("svg").attributes["aria-label"]
    for address in ("/staff/fieldwork/", f"{PAGE}/sample", f"{PAGE}/recontacts", f"{PAGE}/kept"):
        visit(OFFICE).get(address)


def test_supervisor_sees_the_cases_of_the_own_street_only_and_no_answer(demo_app: Flask, visit: Visit) -> None:
    with storage_of(demo_app).read() as session:
        elsewhere = next(case for case in list_cases(session, WAVE) if case.area.startswith(OTHER_STREET))
        own = next(case for case in list_cases(session, WAVE) if case.area.startswith("990101001") and case.needs_visit)
    supervisor = visit(SUPERVISOR)
    supervisor.get(f"{PAGE}/cases/{elsewhere.id}", 404)
    assert elsewhere.address not in supervisor.get(f"{PAGE}/cases").text
    page = supervisor.get(f"{PAGE}/cases/{own.id}")
    assert own.address in page.text
    asked = supervisor.send(f"{PAGE}/cases/{own.id}", page, action="ask", reason="复核地址")
    assert "要求再访：复核地址" in re.sub(r"\s+", "", asked.text)
    assert supervisor.client.get(f"{RESULTS}/review").status_code == 403


def test_call_that_is_sent_twice_is_one_attempt(demo_app: Flask, visit: Visit) -> None:
    (mine,) = list_my_cases(storage_of(demo_app), "fy-04")
    case = next(one.case for one in mine.cases if one.case.needs_visit)
    caller = visit("fy-04@chunhe.example")
    assert case.address in caller.get("/staff/fieldwork/calls").text
    address = f"/staff/fieldwork/calls/{WAVE}/{case.id}"
    page = caller.get(address)
    attempt = {name: page.values(name)[0] for name in ("visit", "at")} | {"disposition": "211", "note": "表示不参加"}
    for _ in range(2):
        assert "已记下这次通话" in caller.send(address, page, **attempt).text
    with storage_of(demo_app).read() as session:
        calls = [one for one in list_visits(session, WAVE, [case.id]) if one.note == "表示不参加"]
    assert [(one.mode and one.mode.value, one.interviewer) for one in calls] == [("phone", "fy-04")]
    with storage_of(demo_app).read() as session:
        others = next(one for one in list_cases(session, WAVE) if one.interviewer == "fy-01")
    caller.get(f"/staff/fieldwork/calls/{WAVE}/{others.id}", 404)


def test_interview_by_telephone_goes_from_the_case_to_a_counted_answer(demo_app: Flask, visit: Visit) -> None:
    (mine,) = list_my_cases(storage_of(demo_app), "fy-05")
    case = next(one.case for one in mine.cases if one.case.needs_visit)
    caller = visit("fy-05@chunhe.example")
    address = f"/staff/fieldwork/calls/{WAVE}/{case.id}/interview"
    assert "接通了，开始访问" in caller.get(address.removesuffix("/interview")).text
    page = caller.get(address)
    own = {name: page.values(name)[0] for name in ("call-response", "call-visit", "call-opened")}
    assert "请填 1 到 20 的人数" in caller.send(address, page, 422, **own, **{"call-eligible": "0"}).text
    told = {"call-eligible": "2", "age_confirmed": "1", "a1": "3"}
    faulty = caller.send(address, page, 422, **own, **told | {"a1": "77"})
    assert faulty.values("call-response") == [own["call-response"]], "the ids stay with the form"
    for _ in range(2):
        assert "访问已经存好" in caller.send(address, page, **own, **told).text
    with storage_of(demo_app).read() as session:
        [response] = [row for row in session.scalars(select(ResponseRow)) if row.response_id == own["call-response"]]
        [noted] = list_visits(session, WAVE, [case.id])[-1:]
    assert (response.mode, response.interviewer) == ("phone", "fy-05")
    assert (noted.id, noted.disposition.interviewed) == (own["call-visit"], True)
    assert "已经访问过" in caller.get(address.removesuffix("/interview")).text
    other = visit("fy-04@chunhe.example")
    other.get(address, 404)


def test_review_rejects_with_a_reason_and_takes_it_back_without_showing_an_address(
    demo_app: Flask, visit: Visit
) -> None:
    storage = storage_of(demo_app)
    with storage.read() as session:
        before = count_responses(session, WAVE)
        addresses = [case.address for case in list_cases(session, WAVE)]
    analyst = visit(DISTRICT_ANALYST)
    page = analyst.get(f"{RESULTS}/review?interviewer=fy-03&marked=1")
    assert "用时很短" in page.text
    assert not any(address in page.text for address in addresses)
    chosen = page.all("input", name="response")[0].attributes["value"]
    rejected = analyst.send(f"{RESULTS}/review", page, response=chosen, decision="rejected", reason="回访说没有来过")
    assert "已处理 1 份答卷" in rejected.text
    with storage.read() as session:
        assert count_responses(session, WAVE) == before - 1
    listed = analyst.get(f"{RESULTS}/review?show=rejected")
    analyst.send(f"{RESULTS}/review", listed, response=chosen, decision="open")
    with storage.read() as session:
        assert count_responses(session, WAVE) == before


def test_review_lists_what_had_arrived_by_a_time_and_says_how_many_it_lists(demo_app: Flask, visit: Visit) -> None:
    with storage_of(demo_app).read() as session:
        times = [row.received_at for row in stream_responses(session, WAVE, sources=(Source.PROB,))]
    middle, analyst = times[len(times) // 2], visit(DISTRICT_ANALYST)
    everything = analyst.get(f"{RESULTS}/review?show=&until=yesterday")
    assert "一次列出" not in everything.text
    older = analyst.get(f"{RESULTS}/review?" + urlencode({"show": "", "until": middle.isoformat()}))
    assert "一次列出 10,000 份" in older.text
    assert f"{middle.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M:%S} 及以前" in older.text
    found = [int(re.search(r"共 ([\d,]+) 条", page.text)[1]) for page in (older, everything)]  # type: ignore[index]
    assert 0 < found[0] < found[1]


def test_patterns_find_the_copied_interviews_and_nobody_else(visit: Visit) -> None:
    page = visit(DISTRICT_ANALYST).get(f"{RESULTS}/patterns")
    copied = page.text.split("彼此过于相像的答卷")[1]
    assert "fy-03" in copied
    assert not re.search(r"fy-0[1245]", copied)


def test_paper_form_is_settled_by_the_sheet_and_counts_once(demo_app: Flask, visit: Visit) -> None:
    with storage_of(demo_app).read() as session:
        before = count_responses(session, WAVE)
    analyst = visit(DISTRICT_ANALYST)
    overview = analyst.get(f"/staff/waves/{WAVE}/paper")
    row = next(e for e in overview.all("tr") if "等裁定" in e.text)
    code = re.sub(r"\s", "", row.text)[:9]
    page = analyst.send(f"/staff/waves/{WAVE}/paper", overview, code=f"MINYI-PAPER/{code}/1")
    assert {label.attributes["for"] for label in page.all("label")} == {"a2", "a4", "eligible_persons"}
    fields = {"pass": "3", "a2": "4", "a4": "5", "eligible_persons": "2"}
    stored = analyst.send(f"/staff/waves/{WAVE}/paper/{code}", page, **fields)
    assert "已存好，回执" in stored.text
    with storage_of(demo_app).read() as session:
        assert count_responses(session, WAVE) == before + 1


def test_household_that_says_nobody_came_is_counted_with_its_interviewer(demo_app: Flask, visit: Visit) -> None:
    office = visit(OFFICE)
    page = office.get(f"{PAGE}/recontacts")
    link = next(e.attributes["href"] for e in page.all("a") if e.text == "去问")
    form = office.get(link)
    assert (
        "请回答第一题"
        in inspect(
            office.client.post(
                link, data={"csrf_token": form.all("input", name="csrf_token")[0].attributes["value"]}
            ).get_data(as_text=True)
        ).text
    )
    told = office.send(link, form, r1="2")
    assert (
        len([e for e in told.all("a") if e.text == "已问"]) == len([e for e in page.all("a") if e.text == "已问"]) + 1
    )
