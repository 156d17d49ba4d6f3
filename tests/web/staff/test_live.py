"""The page of a running wave on the demonstration: numbers as the rows say, an outlook as the planner says."""

import csv
import io
from collections import Counter
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select

from analysis.planner.outlook import outlook
from survey.actions.results.watch_wave import watch_wave
from survey.programme.wave import OFFICE_TIME
from survey.storage.responses import ResponseRow
from tests.demonstration import DISTRICT_ANALYST, STREET, STREET_ANALYST, SUPERVISOR, WAVE
from tests.web.conftest import storage_of
from tests.web.staff.conftest import Visit

LIVE = f"/staff/results/{WAVE}/live"


def table(visit: Visit, k: int, email: str = DISTRICT_ANALYST) -> list[list[str]]:
    answer = visit(email).client.get(f"{LIVE}?as=csv&k={k}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_days_and_places_are_counted_as_the_rows_say(demo_app: Flask, visit: Visit) -> None:
    with storage_of(demo_app).read() as session:
        rows = session.execute(
            select(ResponseRow.received_at, ResponseRow.source, ResponseRow.area).where(ResponseRow.purpose == "live")
        ).all()
    days = Counter((f"{at.astimezone(OFFICE_TIME).date()}", source) for at, source, _ in rows)
    shown = {day: (int(drawn), int(scanned)) for day, drawn, scanned in table(visit, 0)[1:]}
    assert shown == {day: (days[day, "prob"], days[day, "qr"]) for day in shown}
    assert sum(map(sum, shown.values())) == len(rows)
    of_street = table(visit, 1, STREET_ANALYST)
    assert int(of_street[1][1]) == sum(source == "prob" and area.startswith(STREET) for _, source, area in rows)
    assert len(of_street) == 6, "the street and its communities, nothing else"


def test_expected_width_is_that_of_the_planner_on_the_expected_answers(demo_app: Flask) -> None:
    found = watch_wave(storage_of(demo_app), WAVE, "990101", datetime.now(UTC))
    assert found is not None
    one = next(one for one in found.prospects if one.indicator.indicator.id == "SAFE" and one.area.code == "990101")
    assert one.figure.estimate is not None
    assert one.figure.n_effective is not None
    place = found.places[0]
    assert one.expected_n == round(one.figure.n * place.expected / place.drawn) > one.figure.n
    expected = outlook(one.figure.estimate, one.figure.n / one.figure.n_effective, 27, one.expected_n)
    assert one.width is not None
    assert abs(one.width - expected.width) < 1e-9
    now = one.figure.limits[0]
    assert one.width < now.upper - now.lower


def test_areas_that_will_miss_the_publication_rules_are_named_and_only_those(demo_app: Flask, visit: Visit) -> None:
    found = watch_wave(storage_of(demo_app), WAVE, "990101", datetime.now(UTC))
    assert found is not None
    warned = {row[0] for row in table(visit, 5)[1:]}
    assert warned == {one.area.name.zh_hans for one in found.missing}
    assert "春禾区" not in warned
    assert "听禾苑社区" in warned, "20 answers, 2 dwellings still to be visited"
    assert all(one.expected_n >= 30 for one in found.prospects if not one.reason)


def test_page_says_what_it_needs_and_holds_no_figure_that_is_held_back(visit: Visit) -> None:
    page = visit(DISTRICT_ANALYST).get(LIVE)
    for words in ("权重最小–最大", "无论查看多少次", "海报漏斗", "预计区间宽度", "每天收到的答卷"):
        assert words in page.text
    assert not page.all("meta", http_equiv="refresh")
    assert "http-equiv" in visit(DISTRICT_ANALYST).client.get(f"{LIVE}?refresh=1").get_data(as_text=True)
    visit(SUPERVISOR).get(LIVE, 403)
    visit(DISTRICT_ANALYST).get("/staff/results/none/live", 404)


def test_widths_are_those_of_the_area_in_the_address(visit: Visit) -> None:
    analyst = visit(DISTRICT_ANALYST)
    found = {}
    for area in ("", STREET, "all"):
        text = analyst.client.get(f"{LIVE}?area={area}&as=csv&k=4").get_data(as_text=True)
        found[area] = [row[1] for row in csv.reader(io.StringIO(text))][1:]
    assert (set(found[""]), set(found[STREET])) == ({"春禾区"}, {"澄和街道"})
    assert set(found["all"]) == {"春禾区", "澄和街道", "栖桐街道", "竹溆镇"}
    analyst.get(f"{LIVE}?area=990101001001", 404)


def test_chart_downloads_as_a_picture_that_stands_alone(visit: Visit) -> None:
    answer = visit(DISTRICT_ANALYST).client.get(f"{LIVE}?as=svg&k=0")
    assert answer.mimetype == "image/svg+xml"
    picture = answer.get_data(as_text=True)
    assert picture.count('class="bar drawn"') == picture.count('class="bar self-selected"') > 10
    assert "每天收到的答卷" in picture
    for wrong in ("as=svg&k=9", "as=csv&k=x", "as=exe", "as=csv&k=9999"):
        assert visit(DISTRICT_ANALYST).client.get(f"{LIVE}?{wrong}").status_code == 404
