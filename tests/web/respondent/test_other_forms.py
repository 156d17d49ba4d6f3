"""The other forms from their posters: the pulse and its rotating item, employees, students with a guardian's yes."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from survey.instrument.population import Population
from survey.invitation.invitation import PlaceType
from survey.storage import Storage
from survey.storage.invitations import save_invitations
from survey.storage.responses import DraftRow, LedgerRow, ResponseRow, stream_responses
from tests.factories import StoredWave, make_poster, make_wave
from tests.published import store_real_wave
from tests.web.visitor import Visitor

ROTATING = {
    PlaceType.HEALTH: "c1",
    PlaceType.BUS: "b3",
    PlaceType.SCHOOL: "c2",
    PlaceType.SERVICE: "c3",
    PlaceType.PARK: "b1",
    PlaceType.HOME: "b2",
}


def wave_of(storage: Storage, questionnaire: str, population: Population) -> StoredWave:
    wave = make_wave(f"wave-{questionnaire}", questionnaire=questionnaire)
    return store_real_wave(storage, questionnaire, replace(wave, population=population))


def form_of(visitor: Visitor, code: str, page: str) -> str:
    links = visitor.get(f"/q/{code}/zh-hans").all("a")
    return next(one.attributes["href"] for one in links if page in one.attributes.get("href", ""))


def rows(storage: Storage) -> list[int]:
    tables = (ResponseRow, LedgerRow, DraftRow)
    with storage.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@pytest.mark.parametrize(("place", "item"), ROTATING.items())
def test_poster_of_a_place_asks_the_item_of_that_place_and_stores_no_other(
    app_storage: Storage, visitor: Visitor, place: PlaceType, item: str
) -> None:
    stored = store_real_wave(app_storage, "pulse")
    poster = replace(make_poster(stored.wave.id), place_type=place)
    with app_storage.write() as session:
        save_invitations(session, [poster])
    form = form_of(visitor, poster.code, "/all")
    shown = {field.attributes["name"] for field in visitor.get(form).all("input", type="radio")}
    assert shown == {"age_confirmed", "a1", "a2", "p3", "a4", item}
    answers = dict.fromkeys(ROTATING.values(), "4") | {"age_confirmed": "1", "p3": "1", "go": "send"}
    visitor.post(form, answers, 303)
    with app_storage.read() as session:
        [response] = stream_responses(session, stored.wave.id)
    assert {name for name in response.answers if name in ROTATING.values()} == {item}
    assert response.answers[item] == "4"


def test_child_without_a_guardian_is_sent_away_and_leaves_nothing(app_storage: Storage, visitor: Visitor) -> None:
    stored = wave_of(app_storage, "student", Population.STUDENTS)
    first = form_of(visitor, stored.posters[0].code, "/ask/age_group")
    visitor.post(first, {"age_group": "2", "go": "next"}, 303)
    page = visitor.follow()
    assert "不能代替您同意" in page.text
    guardian = first.replace("age_group", "guardian")
    assert "没有监护人同意" in visitor.post(guardian, {"guardian": "2", "go": "next"}).text
    assert rows(app_storage) == [0, 0, 0]
    # On one page as well; and nobody gets past it by leaving the question out.
    whole = form_of(visitor, stored.posters[0].code, "/all")
    visitor.post(whole, {"age_group": "2", "t1": "3", "go": "send"}, 422)
    visitor.post(whole, {"age_group": "2", "guardian": "2", "t1": "3", "go": "send"})
    assert rows(app_storage) == [0, 0, 0]


@pytest.mark.parametrize("given", [{"age_group": "2", "guardian": "1"}, {"age_group": "3"}, {"age_group": "4"}])
def test_student_with_consent_or_from_fourteen_on_answers(
    app_storage: Storage, visitor: Visitor, given: dict[str, str]
) -> None:
    stored = wave_of(app_storage, "student", Population.STUDENTS)
    form = form_of(visitor, stored.posters[0].code, "/all")
    visitor.post(form, given | {"t1": "3", "t2": "1", "go": "send"}, 303)
    with app_storage.read() as session:
        [response] = stream_responses(session, stored.wave.id)
    assert response.answers["guardian" if "guardian" in given else "t1"] in {"1", "3"}
    assert ("guardian" in response.answers) is ("guardian" in given)


def test_employee_answers_and_is_asked_about_free_will_only_after_taking_part(
    app_storage: Storage, visitor: Visitor
) -> None:
    stored = wave_of(app_storage, "staff", Population.STAFF)
    for took_part in ("1", "2"):
        form = form_of(visitor, stored.posters[0].code, "/all")
        visitor.post(form, {"age_confirmed": "1", "s1": "3", "s3": took_part, "s4": "3", "go": "send"}, 303)
    with app_storage.read() as session:
        answers = [response.answers for response in stream_responses(session, stored.wave.id)]
    assert sorted("s4" in one for one in answers) == [False, True]
