"""From a frame to cases: faults told, drawn by seed, probabilities kept as far as the weights of the export."""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from survey.actions.fieldwork.ask_for_visit import ask_for_visit
from survey.actions.fieldwork.assign_cases import Decision, assign_area, assign_cases
from survey.actions.fieldwork.draw_sample import draw_sample, drawn_cases, upload_drawn_sample
from survey.actions.fieldwork.hold_cases import close_cases, hold_cases, resume_cases
from survey.actions.fieldwork.list_my_cases import list_my_cases
from survey.actions.fieldwork.override_disposition import override_disposition
from survey.actions.fieldwork.record_visit import record_visit
from survey.actions.fieldwork.release_replacement import release_replacement
from survey.actions.fieldwork.upload_frame import preview_frame, show_frame, upload_frame
from survey.actions.response.receive_response import receive_response
from survey.actions.results.export_responses import ExportFormat, ExportRequest, export_responses
from survey.app import create_app
from survey.exchange.fault import FaultsFoundError
from survey.fieldwork.case import CaseState, FieldworkError, Phase, SampledCase
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.frame import DrawMethod, DrawPlan
from survey.fieldwork.visit import Visit
from survey.instrument.load import to_definition
from survey.response.response import Mode, Source
from survey.settings import read_settings
from survey.storage import Storage
from survey.storage.fieldwork import list_assignments, list_cases, require_case
from survey.storage.frames import list_dwellings
from survey.storage.visits import list_visits
from tests.factories import DISTRICT, KEY, NOW, STREET, WAVE, add_interviewer, make_submission, store_wave
from tests.unit.exchange.samples import FULL, QUESTIONNAIRE

SIZES = {"990101001001": 12, "990101001002": 30, "990101002001": 20, "990101002002": 8}
PLAN = DrawPlan({"990101001": 1, "990101002": 1}, per_psu=4, seed=7, reserve_per_psu=2)
DECISION = Decision("office@yunxi.example", DISTRICT, NOW, "试验")


def frame_rows() -> list[tuple[str, str, str, str, str]]:
    return [
        (f"{area}-{number}", area, f"云溪路{area[-4:]}弄{number}号", str(number), str(number % 3 + 1))
        for area, size in SIZES.items()
        for number in range(1, size + 1)
    ]


def write_frame(
    path: Path, rows: Sequence[Sequence[str]] = (), header: str = "编号,社区代码,地址,路线顺序,合格人数"
) -> Path:
    text = "\n".join([header, *(",".join(row) for row in rows or frame_rows())])
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def framed(storage: Storage, tmp_path: Path) -> Storage:
    """A wave with a frame of four communities."""
    store_wave(storage)
    upload_frame(storage, WAVE, write_frame(tmp_path / "frame.csv"), "frame.csv", NOW, "tests")
    return storage


def cases_of(storage: Storage) -> list[SampledCase]:
    with storage.read() as session:
        return list_cases(session, WAVE)


def test_every_fault_of_a_frame_is_told_with_row_and_column_and_nothing_is_stored(
    storage: Storage, tmp_path: Path
) -> None:
    store_wave(storage)
    rows = [
        ("d-1", "990101001001", "云溪路1号", "1", "2"),
        ("d-1", "990101001001", "云溪路2号", "2", "2"),
        ("", "990101", "", "x", "0"),
        ("d-4", "123456", "云溪路4号", "-1", ""),
    ]
    with pytest.raises(FaultsFoundError) as caught:
        upload_frame(storage, WAVE, write_frame(tmp_path / "frame.csv", rows), "frame.csv", NOW, "tests")
    assert [(fault.where, fault.expected) for fault in caught.value.faults] == [
        ("row 3, dwelling", "every dwelling once"),
        ("row 4, dwelling", "a text"),
        ("row 4, address", "a text"),
        ("row 4, area", "a community or grid"),
        ("row 4, route_order", "a whole number of 0 or more"),
        ("row 4, eligible_persons", "a whole number of 1 or more"),
        ("row 5, area", "the code of an area in the tree"),
        ("row 5, route_order", "a whole number of 0 or more"),
    ]
    assert show_frame(storage, WAVE).frame is None


def test_frame_without_its_columns_is_told_both_names(storage: Storage, tmp_path: Path) -> None:
    store_wave(storage)
    file = write_frame(tmp_path / "frame.csv", [("d-1",)], header="dwelling")
    with pytest.raises(FaultsFoundError, match="a column area or 社区代码"):
        preview_frame(storage, WAVE, file)


def test_frame_is_counted_by_strata_and_the_same_file_again_changes_nothing(framed: Storage, tmp_path: Path) -> None:
    view = show_frame(framed, WAVE)
    assert [(one.stratum, one.psus, one.dwellings) for one in view.strata] == [
        ("990101001", 2, 42),
        ("990101002", 2, 28),
    ]
    again = upload_frame(framed, WAVE, write_frame(tmp_path / "again.csv"), "again.csv", NOW, "tests")
    assert again.frame == view.frame


def test_same_seed_draws_the_same_cases_and_another_seed_others(framed: Storage) -> None:
    with framed.read() as session:
        frame = list_dwellings(session, WAVE)
    first = drawn_cases(WAVE, frame, PLAN)
    draw = draw_sample(framed, WAVE, PLAN, NOW, "tests")
    assert {case.id for case in cases_of(framed)} == {case.id for case in first}
    assert (draw.cases, draw.reserve, draw.plan) == (8, 4, PLAN)
    other = drawn_cases(WAVE, frame, DrawPlan(PLAN.psus, 4, seed=8))
    assert {case.id for case in other} != {case.id for case in first if case.phase is Phase.MAIN}
    without = drawn_cases(WAVE, frame, DrawPlan(PLAN.psus, 4, seed=7))
    assert without == [case for case in first if case.phase is Phase.MAIN], "replacements do not change the sample"


def test_probabilities_are_those_of_proportional_and_of_equal_draws(framed: Storage) -> None:
    draw_sample(framed, WAVE, PLAN, NOW, "tests")
    for case in cases_of(framed):
        size, stratum = SIZES[case.design.psu], sum(n for psu, n in SIZES.items() if psu[:9] == case.design.stratum)
        assert case.pi_psu == pytest.approx(size / stratum)
        assert case.pi_dwelling == pytest.approx(4 / size)
        assert case.design.base_weight == pytest.approx(stratum / 4)


def test_wave_has_one_sample(framed: Storage, tmp_path: Path) -> None:
    draw_sample(framed, WAVE, DrawPlan(PLAN.psus, 4, 7, DrawMethod.EQUAL), NOW, "tests")
    with pytest.raises(FieldworkError, match="a wave has one sample"):
        draw_sample(framed, WAVE, PLAN, NOW, "tests")
    with pytest.raises(FieldworkError, match="a wave has one sample"):
        file = write_frame(tmp_path / "other.csv", frame_rows()[:20])
        upload_frame(framed, WAVE, file, "other.csv", NOW, "tests")


def test_frame_too_small_for_the_plan_is_an_error_that_names_the_stratum(framed: Storage) -> None:
    with pytest.raises(FieldworkError, match="stratum 990101002"):
        draw_sample(framed, WAVE, DrawPlan({"990101002": 3}, 4, 7), NOW, "tests")
    assert cases_of(framed) == []


def test_sample_drawn_elsewhere_brings_its_probabilities(storage: Storage, tmp_path: Path) -> None:
    store_wave(storage)
    rows = [("d-1", "990101001001", "云溪路1号", "0.2", "0.1"), ("d-2", "990101001002", "云溪路2号", "0.5", "0.25")]
    file = write_frame(tmp_path / "drawn.csv", rows, header="dwelling,area,address,pi_psu,pi_dwelling")
    assert upload_drawn_sample(storage, WAVE, file, NOW, "tests").cases == 2
    assert upload_drawn_sample(storage, WAVE, file, NOW, "tests").cases == 2
    assert [case.design.base_weight for case in cases_of(storage)] == pytest.approx([50.0, 8.0])
    header = file.read_text(encoding="utf-8").split("\n")[0]
    wrong = write_frame(tmp_path / "wrong.csv", [("d-1", "990101001001", "路", "1.2", "")], header)
    with pytest.raises(FaultsFoundError) as caught:
        upload_drawn_sample(storage, WAVE, wrong, NOW, "tests")
    assert [fault.where for fault in caught.value.faults] == ["row 2, pi_psu", "row 2, pi_dwelling"]
    other = write_frame(tmp_path / "other.csv", [*rows, ("d-3", "990101001002", "云溪路3号", "0.4", "0.25")], header)
    with pytest.raises(FaultsFoundError, match=r"row 4, pi_psu: expected '0.5' as in rows before, found '0.4' for"):
        upload_drawn_sample(storage, WAVE, other, NOW, "tests")


def test_weights_of_the_export_are_one_over_the_three_probabilities(storage: Storage, tmp_path: Path) -> None:
    store_wave(storage, definition=to_definition(QUESTIONNAIRE))
    upload_frame(storage, WAVE, write_frame(tmp_path / "frame.csv"), "frame.csv", NOW, "tests")
    draw_sample(storage, WAVE, PLAN, NOW, "tests")
    expected = []
    for case in cases_of(storage):
        assert case.pi_psu and case.pi_dwelling and case.eligible_persons
        design = case.person_design(case.eligible_persons)
        answer = make_submission(answers=FULL, source=Source.PROB, mode=Mode.INTERVIEWER, area=case.area)
        receive_response(storage, KEY, replace(answer, design=design), NOW)
        pi_person = 1 / case.eligible_persons
        expected.append(1 / (case.pi_psu * case.pi_dwelling * pi_person))
    out = tmp_path / "answers.csv"
    export_responses(storage, ExportRequest(wave=WAVE, format=ExportFormat.CSV), out, NOW)
    with out.open(encoding="utf-8-sig", newline="") as file:
        weights = [float(row["base_weight"]) for row in csv.DictReader(file)]
    assert sorted(weights) == pytest.approx(sorted(expected), rel=1e-12)


def test_cases_of_an_area_are_shared_out_evenly_along_the_way(framed: Storage) -> None:
    for code in ("fy-01", "fy-02"):
        add_interviewer(framed, code, STREET)
    add_interviewer(framed, "fy-09", "990101002")
    draw_sample(framed, WAVE, PLAN, NOW, "tests")
    assert assign_area(framed, WAVE, STREET, ["fy-01", "fy-02"], DECISION) == 4
    assert assign_area(framed, WAVE, STREET, ["fy-01"], DECISION) == 0
    (first,), (second,) = (list_my_cases(framed, code) for code in ("fy-01", "fy-02"))
    ways = [[one.case.route_order for one in mine.cases] for mine in (first, second)]
    assert [len(way) for way in ways] == [2, 2]
    assert max(ways[0]) < min(ways[1])
    with pytest.raises(FieldworkError, match="expected one who works in 990101001, found 'fy-09'"):
        assign_area(framed, WAVE, STREET, ["fy-09"], DECISION)


def drawn_for(storage: Storage, code: str) -> SampledCase:
    """A drawn sample, and the first case of an interviewer's street."""
    add_interviewer(storage, code, STREET)
    draw_sample(storage, WAVE, PLAN, NOW, "tests")
    assign_area(storage, WAVE, STREET, [code], DECISION)
    return list_my_cases(storage, code)[0].cases[0].case


def test_replacement_is_released_with_a_reason_and_the_outcome_of_the_first_is_kept(framed: Storage) -> None:
    case = drawn_for(framed, "fy-01")
    with pytest.raises(FieldworkError, match="expected one visited without an interview"):
        release_replacement(framed, WAVE, case.id, DECISION)
    record_visit(framed, KEY, Visit(WAVE, "v-1", case.id, "fy-01", NOW, Disposition.REFUSAL), NOW)
    with pytest.raises(FieldworkError, match="reason: expected why"):
        release_replacement(framed, WAVE, case.id, Decision("office", DISTRICT, NOW))
    new = release_replacement(framed, WAVE, case.id, DECISION)
    assert (new.phase, new.state, new.interviewer, new.replaces) == (
        Phase.REPLACEMENT,
        CaseState.OPEN,
        "fy-01",
        case.id,
    )
    assert new.design == case.design
    with framed.read() as session:
        old = require_case(session, WAVE, case.id)
        assert [one.action.value for one in list_assignments(session, WAVE, case.id)] == ["assign", "close"]
    assert (old.disposition, old.state) == (Disposition.REFUSAL, CaseState.CLOSED)
    with pytest.raises(FieldworkError, match="not replaced yet"):
        release_replacement(framed, WAVE, case.id, DECISION)


def test_held_case_leaves_the_list_and_comes_back_and_all_is_logged(framed: Storage) -> None:
    case = drawn_for(framed, "fy-01")
    hold_cases(framed, WAVE, [case.id], DECISION)
    assert case.id not in {one.case.id for one in list_my_cases(framed, "fy-01")[0].cases}
    resume_cases(framed, WAVE, [case.id], DECISION)
    ask_for_visit(framed, WAVE, case.id, DECISION, "asked-1")
    mine = {one.case.id: one for one in list_my_cases(framed, "fy-01")[0].cases}
    assert [one.reason for one in mine[case.id].appointments] == ["试验"]
    override_disposition(framed, WAVE, case.id, Disposition.VACANT, DECISION)
    close_cases(framed, WAVE, [case.id], DECISION)
    with pytest.raises(FieldworkError, match="expected an open or held case, found it closed"):
        assign_cases(framed, WAVE, [case.id], None, DECISION)
    with framed.read() as session:
        actions = [one.action.value for one in list_assignments(session, WAVE, case.id)]
        assert require_case(session, WAVE, case.id).disposition is Disposition.VACANT
        assert list_visits(session, WAVE) == []
    assert actions == ["assign", "hold", "resume", "override", "close"]


def test_supervisor_of_one_street_changes_no_case_of_another(framed: Storage) -> None:
    case = drawn_for(framed, "fy-01")
    with pytest.raises(FieldworkError, match="expected a case in 990101002, found one elsewhere"):
        hold_cases(framed, WAVE, [case.id], Decision("supervisor", "990101002", NOW, "别处"))


def test_commands_upload_draw_assign_and_list(database_url: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": database_url, "SURVEY_ENV": "test", "SURVEY_VAR": str(tmp_path), "SECRET_KEY": KEY}
    run = create_app(read_settings(settings)).test_cli_runner()
    storage = Storage(database_url)
    store_wave(storage)
    add_interviewer(storage, "fy-01", STREET)
    file = str(write_frame(tmp_path / "frame.csv"))
    looked = run.invoke(args=["cases", "upload", "--wave", WAVE, "--dry-run", file])
    assert looked.output.splitlines()[-1] == "nothing stored: 70 dwellings"
    assert run.invoke(args=["cases", "upload", "--wave", WAVE, file]).exit_code == 0
    plan = ["--psus", "990101001=2", "--psus", "990101002=1", "--dwellings", "4", "--seed", "7"]
    drawn = run.invoke(args=["cases", "draw", "--wave", WAVE, *plan])
    assert drawn.output == f"{WAVE}: 12 cases, 0 replacements, seed 7, pps\n"
    assigned = run.invoke(args=["cases", "assign", "--wave", WAVE, "--area", STREET, "--to", "fy-01"])
    assert assigned.output == f"{WAVE}: 8 cases assigned to fy-01\n"
    listed = json.loads(run.invoke(args=["cases", "list", "--wave", WAVE, "--json"]).output)
    assert [row["interviewer"] for row in listed].count("fy-01") == 8
    assert "云溪路" not in json.dumps(listed, ensure_ascii=False)
    again = run.invoke(args=["cases", "draw", "--wave", WAVE, *plan])
    assert (again.exit_code, "a wave has one sample" in again.output) == (1, True)
    storage.close()
