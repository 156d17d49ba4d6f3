"""Supervision: rates against AAPOR's formulas, review of answers, second contacts, paper typed in twice."""

import io
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader
from sqlalchemy import select

from survey.actions.fieldwork.compare_recontacts import compare_recontacts
from survey.actions.fieldwork.draw_recontacts import draw_recontacts
from survey.actions.fieldwork.list_my_cases import MyCase
from survey.actions.fieldwork.record_recontact import record_recontact
from survey.actions.fieldwork.show_fieldwork import count_field, show_fieldwork
from survey.actions.instrument.publish_questionnaire import publish_questionnaire
from survey.actions.response.enter_paper import EnteredPaper, enter_paper, find_paper, show_paper
from survey.actions.response.print_paper import make_paper_forms, write_paper
from survey.actions.response.receive_response import receive_response
from survey.actions.response.review_answers import decide_review, list_for_review
from survey.actions.upkeep.verify_storage import verify_storage
from survey.exchange.print.paper_sheet import paper_code
from survey.fieldwork.case import FieldworkError, Phase
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.visit import Visit
from survey.instrument.load import to_definition
from survey.response.paper import PaperError
from survey.response.receipt import Outcome
from survey.response.response import Mode, Source
from survey.response.review import ReviewDecision, ReviewError
from survey.settings import PROJECT
from survey.storage import Storage
from survey.storage.events import EventRow
from survey.storage.fieldwork import save_cases
from survey.storage.response_counts import count_by_source
from survey.storage.responses import ResponseRow, count_responses, stream_responses
from survey.storage.visits import save_visits
from tests.factories import COMMUNITY, DISTRICT, KEY, NOW, WAVE, make_case, make_submission, store_wave
from tests.unit.exchange.samples import FULL, QUESTIONNAIRE

ONE, OTHER, THIRD = "first@yunxi.example", "second@yunxi.example", "third@yunxi.example"
# I 4, P 2, R 3, NC 2, O 1, UH 2, UO 1, NE 3
OUTCOMES = (
    [Disposition.COMPLETE] * 4
    + [Disposition.PARTIAL] * 2
    + [Disposition.HOUSEHOLD_REFUSAL, Disposition.REFUSAL, Disposition.BREAK_OFF]
    + [Disposition.NO_ONE_HOME, Disposition.AWAY]
    + [Disposition.UNABLE]
    + [Disposition.NOT_ATTEMPTED, Disposition.NOT_FOUND, Disposition.UNKNOWN_ELIGIBILITY]
    + [Disposition.VACANT, Disposition.NOT_A_DWELLING, Disposition.NO_ELIGIBLE]
)


def test_outcome_rates_are_those_of_the_published_formulas() -> None:
    cases = [MyCase(make_case(f"c-{n}", disposition=code), (), ()) for n, code in enumerate(OUTCOMES)]
    extra = MyCase(make_case("extra", phase=Phase.REPLACEMENT, disposition=Disposition.COMPLETE), (), ())
    found = count_field([*cases, extra])
    i, p, r, nc, o, unknown, ineligible = 4, 2, 3, 2, 1, 3, 3
    eligible = i + p + r + nc + o
    e = eligible / (eligible + ineligible)
    assert found.e == pytest.approx(e)
    expected = {
        "RR1": i / (eligible + unknown),
        "RR2": (i + p) / (eligible + unknown),
        "RR3": i / (eligible + e * unknown),
        "RR4": (i + p) / (eligible + e * unknown),
        "RR5": i / eligible,
        "RR6": (i + p) / eligible,
        "COOP1": i / (i + p + r + o),
        "REF1": r / (eligible + unknown),
        "CON1": (i + p + r + o) / (eligible + unknown),
    }
    assert {name: found.rates[name] for name in expected} == pytest.approx(expected)
    assert (found.cases, found.interviews, found.refusals, found.not_eligible) == (18, 6, 3, 3)
    assert (found.replacements, found.replaced_interviews) == (1, 1), "replacements do not raise the response rate"


@pytest.fixture
def surveyed(storage: Storage) -> Storage:
    """A wave with 40 interviewed cases of two interviewers, 20 each, and a refusal."""
    store_wave(storage, definition=to_definition(QUESTIONNAIRE))
    publish_questionnaire(storage, PROJECT / "questionnaires", "recontact", 1, now=NOW, actor="tests")
    cases = [
        make_case(f"c-{n:02d}", interviewer=f"fy-0{n % 2 + 1}", disposition=Disposition.COMPLETE) for n in range(40)
    ]
    refused = make_case("refused", disposition=Disposition.REFUSAL)
    with storage.write() as session:
        save_cases(session, [*cases, refused])
        save_visits(
            session,
            [
                Visit(WAVE, f"v-{case.id}", case.id, str(case.interviewer), NOW, case.disposition)
                for case in (*cases, refused)
            ],
        )
    return storage


def test_workers_who_are_silent_and_appointments_that_are_late_are_shown(surveyed: Storage) -> None:
    away = make_case("away", interviewer="fy-02", disposition=Disposition.AWAY)
    with surveyed.write() as session:
        save_cases(session, [away])
    health = show_fieldwork(surveyed, WAVE, DISTRICT, NOW + timedelta(days=3))
    assert {one.code: one.silent for one in health.workers} == {"fy-01": False, "fy-02": True}
    assert health.whole.cases == 42
    assert health.funnel is None, "two workers are nobody to compare with"
    elsewhere = show_fieldwork(surveyed, WAVE, "990101002", NOW)
    assert elsewhere.whole.cases == 0


def answer(storage: Storage, response_id: str, **facts: object) -> None:
    sent = make_submission(response_id=response_id, answers=FULL, source=Source.PROB, mode=Mode.INTERVIEWER)
    receive_response(storage, KEY, replace(sent, interviewer="fy-01", **facts), NOW)  # type: ignore[arg-type]


def test_rejected_answer_leaves_counts_and_analysis_stays_stored_and_comes_back(surveyed: Storage) -> None:
    answer(surveyed, "r-1")
    answer(surveyed, "r-2")
    reject = (WAVE, ["r-1"], ReviewDecision.REJECTED, "回访说没有来过", DISTRICT, NOW, ONE)
    assert decide_review(surveyed, *reject) == 1
    with surveyed.read() as session:
        assert [one.response_id for one in stream_responses(session, WAVE)] == ["r-2"]
        assert count_responses(session, WAVE) == 1
        assert sum(count.n for count in count_by_source(session, WAVE)) == 1
        assert len(list(session.scalars(select(ResponseRow)))) == 2
    assert list(verify_storage(surveyed, KEY)) == []
    queue = list_for_review(surveyed, WAVE, DISTRICT)
    assert [(one.response, one.review.reason) for one in queue.answers if one.review] == [("r-1", "回访说没有来过")]
    assert (queue.count(ReviewDecision.REJECTED), queue.count(ReviewDecision.OPEN)) == (1, 1)
    decide_review(surveyed, WAVE, ["r-1"], ReviewDecision.OPEN, "", DISTRICT, NOW, ONE)
    with surveyed.read() as session:
        assert count_responses(session, WAVE) == 2
        logged = [row.detail for row in session.scalars(select(EventRow).where(EventRow.action == "review_answer"))]
    assert sorted(logged) == ["r-1: open: ", "r-1: rejected: 回访说没有来过"]


def test_very_many_answers_are_listed_in_portions_of_which_the_next_begins_where_the_last_ended(
    surveyed: Storage,
) -> None:
    for n in range(5):
        sent = make_submission(response_id=f"r-{n}", answers=FULL, source=Source.PROB, mode=Mode.INTERVIEWER)
        receive_response(surveyed, KEY, replace(sent, interviewer="fy-01"), NOW + timedelta(minutes=n))
    sent = make_submission(response_id="alone", answers=FULL, source=Source.PROB, mode=Mode.SELF)
    receive_response(surveyed, KEY, sent, NOW + timedelta(minutes=9))
    newest = list_for_review(surveyed, WAVE, DISTRICT, most=3)
    assert ([one.response for one in newest.answers], newest.earlier) == (
        ["r-4", "r-3", "r-2"],
        NOW + timedelta(minutes=1),
    )
    older = list_for_review(surveyed, WAVE, DISTRICT, newest.earlier, most=3)
    assert ([one.response for one in older.answers], older.earlier) == (["r-1", "r-0"], None)


def test_reviewer_sees_no_answer_and_no_address(surveyed: Storage) -> None:
    answer(surveyed, "r-1")
    (seen,) = list_for_review(surveyed, WAVE, DISTRICT).answers
    assert "answers" not in vars(seen)
    assert "云溪路" not in repr(seen)
    assert (seen.interviewer, seen.minutes, seen.area and seen.area.code) == ("fy-01", 10.0, COMMUNITY)


def test_rejection_needs_a_reason_and_an_answer_of_the_own_area(surveyed: Storage) -> None:
    answer(surveyed, "r-1")
    with pytest.raises(ReviewError, match="reason: expected why"):
        decide_review(surveyed, WAVE, ["r-1"], ReviewDecision.REJECTED, " ", DISTRICT, NOW, ONE)
    with pytest.raises(ReviewError, match="expected an answer of 990101002"):
        decide_review(surveyed, WAVE, ["r-1"], ReviewDecision.APPROVED, "", "990101002", NOW, ONE)
    with pytest.raises(ReviewError, match="expected at least one"):
        decide_review(surveyed, WAVE, [], ReviewDecision.APPROVED, "", DISTRICT, NOW, ONE)


def test_second_contacts_are_some_of_every_interviewer_by_seed_and_a_later_draw_adds_only_new_ones(
    surveyed: Storage,
) -> None:
    drawn = draw_recontacts(surveyed, WAVE, DISTRICT, 0.1, 7, NOW, ONE)
    assert [one.interviewer for one in drawn] == ["fy-01"] * 2 + ["fy-02"] * 2
    assert draw_recontacts(surveyed, WAVE, DISTRICT, 0.1, 8, NOW, ONE) == []
    with pytest.raises(FieldworkError, match=r"share: expected 0.05 to 1, found 0.01"):
        draw_recontacts(surveyed, WAVE, DISTRICT, 0.01, 7, NOW, ONE)


def test_what_households_say_is_counted_by_interviewer(surveyed: Storage) -> None:
    first, second, third, _ = draw_recontacts(surveyed, WAVE, DISTRICT, 0.1, 7, NOW, ONE)
    for case, told in (
        (first, {"r1": ["2"]}),
        (second, {"r1": ["1"], "r2": ["3"], "r3": ["2"]}),
        (third, {"r1": ["1"], "r2": ["1"], "r3": ["1"]}),
    ):
        assert not record_recontact(surveyed, WAVE, case.case, DISTRICT, told, NOW, OTHER).faults
    assert record_recontact(surveyed, WAVE, third.case, DISTRICT, {}, NOW, OTHER).faults
    with pytest.raises(FieldworkError, match="expected one drawn for a second contact"):
        record_recontact(surveyed, WAVE, "refused", DISTRICT, {"r1": ["1"]}, NOW, OTHER)
    view = compare_recontacts(surveyed, WAVE, DISTRICT)
    counts = {
        code: (c.drawn, c.n, c.not_visited, c.not_asked, c.told_what_to_choose) for code, c in view.by_interviewer
    }
    assert counts == {"fy-01": (2, 2, 1, 1, 0), "fy-02": (2, 1, 0, 0, 1)}


RAW = {name: [str(value)] for name, value in FULL.items() if isinstance(value, str | int)} | {
    name: list(value) for name, value in FULL.items() if isinstance(value, list)
}


def enter(storage: Storage, code: str, number: int, actor: str, persons: int = 2, **changes: str) -> EnteredPaper:
    raw = RAW | {name: [value] for name, value in changes.items()}
    return enter_paper(
        storage, KEY, WAVE, code, DISTRICT, number=number, raw=raw, eligible_persons=persons, now=NOW, actor=actor
    )


def test_form_on_which_both_passes_agree_is_one_answer_with_its_weight(surveyed: Storage) -> None:
    (form,) = make_paper_forms(surveyed, WAVE, DISTRICT, 1, NOW, ONE)
    first = enter(surveyed, form.code, 1, ONE)
    assert (first.received, first.read.faults) == (None, ())
    with pytest.raises(PaperError, match="expected another person"):
        enter(surveyed, form.code, 2, ONE)
    stored = enter(surveyed, form.code, 2, OTHER)
    assert stored.received is not None
    assert stored.received.outcome is Outcome.ACCEPTED
    again = enter(surveyed, form.code, 2, OTHER)
    assert again.received is not None
    assert (again.received.outcome, again.received.receipt) == (Outcome.ALREADY_RECEIVED, stored.received.receipt)
    with surveyed.read() as session:
        (response,) = stream_responses(session, WAVE)
    assert (response.mode, response.area, response.response_id) == (Mode.PAPER, COMMUNITY, form.response_id)
    assert response.base_weight == pytest.approx(40.0 * 2)
    assert list(verify_storage(surveyed, KEY)) == []


def test_passes_that_differ_wait_for_a_third_look_at_those_items_only(surveyed: Storage) -> None:
    (form,) = make_paper_forms(surveyed, WAVE, DISTRICT, 1, NOW, ONE)
    name, codes = "a4", ("5", "3")
    enter(surveyed, form.code, 1, ONE, **{name: codes[0]})
    second = enter(surveyed, form.code, 2, OTHER, persons=3, **{name: codes[1]})
    assert second.received is None
    assert second.state.differing == (name, "eligible_persons")
    assert show_paper(surveyed, WAVE, DISTRICT).forms[0].next_pass == 3
    settled = enter_paper(
        surveyed,
        KEY,
        WAVE,
        form.code,
        DISTRICT,
        number=3,
        raw={name: [codes[1]]},
        eligible_persons=3,
        now=NOW,
        actor=THIRD,
    )
    assert settled.received is not None
    with surveyed.read() as session:
        (response,) = stream_responses(session, WAVE)
    assert dict(response.answers) == dict(settled.state.entries[1].answers)
    assert response.base_weight == pytest.approx(120.0)
    with pytest.raises(PaperError, match="expected pass None"):
        enter(surveyed, form.code, 3, ONE)


def test_typing_error_is_told_and_nothing_is_kept(surveyed: Storage) -> None:
    (form,) = make_paper_forms(surveyed, WAVE, DISTRICT, 1, NOW, ONE)
    assert [fault.item for fault in enter(surveyed, form.code, 1, ONE, a4="77").read.faults] == ["a4"]
    assert find_paper(surveyed, WAVE, paper_code(form.code, 2), DISTRICT).next_pass == 1
    with pytest.raises(PaperError, match="expected the code of a printed form"):
        find_paper(surveyed, WAVE, form.code, "990101002")


def test_forms_of_a_unit_with_several_weights_are_not_printed(surveyed: Storage) -> None:
    with surveyed.write() as session:
        design = replace(make_case("x").design, base_weight=41.0)
        save_cases(session, [make_case("other-weight", design=design)])
    with pytest.raises(PaperError, match="expected one weight for its dwellings"):
        make_paper_forms(surveyed, WAVE, DISTRICT, 1, NOW, ONE)


def test_every_sheet_carries_the_code_of_its_form_and_its_number(surveyed: Storage) -> None:
    forms = make_paper_forms(surveyed, WAVE, DISTRICT, 2, NOW, ONE)
    file = io.BytesIO()
    assert write_paper(surveyed, forms, file) == frozenset()
    reader = PdfReader(file)
    sheets = len(reader.pages) // 2
    assert len(reader.pages) == sheets * 2
    text = "".join(page.extract_text() for page in reader.pages[:sheets])
    for item in QUESTIONNAIRE.asked_items:
        assert item.label.zh_hans[:6] in text.replace("\n", "")
    document = pypdfium2.PdfDocument(file.getvalue())
    for number in (0, sheets):
        picture = document[number].render(scale=3).to_pil()
        assert zxingcpp.read_barcodes(picture)[0].text == paper_code(forms[number // sheets].code, 1)
    document.close()
