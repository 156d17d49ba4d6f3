"""Our questionnaires as XLSForm and XForm and back; workbooks in odd but legal styles; faults with their place."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyxform.validators.odk_validate import ODK_VALIDATE_PATH

from survey.cli.questionnaires import questionnaires_group
from survey.exchange.fault import FaultsFoundError
from survey.exchange.openrosa.collect_form import collect_sheets
from survey.exchange.xlsform.conditions import read_limits, without_brackets
from survey.exchange.xlsform.not_kept import Loss
from survey.exchange.xlsform.reading import ReadForm, read_xlsform
from survey.exchange.xlsform.sheets import sheets_of
from survey.exchange.xlsform.workbook import workbook_bytes
from survey.exchange.xlsform.xform import to_xform
from survey.instrument.compile import compile_questionnaire
from survey.instrument.item import ItemType
from survey.instrument.parse import parse_condition
from survey.instrument.unparse import condition_text
from survey.programme.recording_plan import RecordingPlan
from tests.factories import make_wave
from tests.unit.exchange.workbooks import ODD_CHOICES, ODD_SETTINGS, ODD_SURVEY, odd_workbook, write_workbook
from tests.unit.instrument.tiny import REAL

TINY = REAL.parent / "tests" / "questionnaires"
NAMES = sorted(path.parent.name for path in REAL.glob("*/v1.yaml"))
SURVEY_HEADER = ("type", "name", "label", "relevant", "constraint")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> ReadForm:
    return read_xlsform(odd_workbook(tmp_path_factory.mktemp("odd") / "odd.xlsx"), REAL)


def faults_of(path: Path) -> list[str]:
    with pytest.raises(FaultsFoundError) as raised:
        read_xlsform(path, REAL)
    return [str(fault).removeprefix(f"{path.name}: ") for fault in raised.value.faults]


@pytest.mark.parametrize("name", NAMES)
def test_a_questionnaire_comes_back_from_xlsform_with_the_same_sha256(name: str, tmp_path: Path) -> None:
    questionnaire = compile_questionnaire(REAL, name, 1)
    path = tmp_path / f"{name}.xlsx"
    path.write_bytes(workbook_bytes(sheets_of(questionnaire)))
    read = read_xlsform(path, REAL)
    assert read.questionnaire.sha256 == questionnaire.sha256
    assert read.not_kept == ()


def test_every_questionnaire_makes_an_xform_that_odk_validate_accepts(tmp_path: Path) -> None:
    paths = []
    for name in NAMES:
        path = tmp_path / f"{name}.xml"
        path.write_bytes(to_xform(sheets_of(compile_questionnaire(REAL, name, 1))))
        paths.append(str(path))
    wave = replace(make_wave(questionnaire="doorstep"), recording=RecordingPlan(200, photo=True, audio=True))
    (tmp_path / "collect.xml").write_bytes(to_xform(collect_sheets(wave, compile_questionnaire(REAL, "doorstep", 1))))
    (tmp_path / "cases.csv").write_text("name,label,area\nc-1,云溪路1号,990101001001\n", encoding="utf-8")
    paths.append(str(tmp_path / "collect.xml"))
    done = subprocess.run(["java", "-jar", ODK_VALIDATE_PATH, *paths], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (done.stdout + done.stderr).count("Xform is valid") == len(paths)


def test_odk_validate_refuses_a_condition_that_the_converter_lets_pass(tmp_path: Path) -> None:
    sheets = sheets_of(compile_questionnaire(REAL, "pulse", 1))
    sheets.survey[1]["relevant"] = ". >> 3"
    path = tmp_path / "broken.xml"
    path.write_bytes(to_xform(sheets))
    done = subprocess.run(["java", "-jar", ODK_VALIDATE_PATH, str(path)], check=False, capture_output=True)
    assert done.returncode == 1


def test_an_odd_workbook_keeps_what_both_know(odd: ReadForm) -> None:
    form = odd.questionnaire
    assert (form.name, form.version, form.languages) == ("household_survey", 1, ("zh-Hans", "en"))
    assert [(section.name, len(section.items)) for section in form.sections] == [("household_1", 5), ("main", 3)]
    size, moved, other, help_item = form.items[:4]
    assert (size.name, size.type, size.required) == ("hh_size", ItemType.INTEGER, True)
    assert size.constraint is not None
    assert size.constraint.source == ". > 0 and . < 30"
    assert [(choice.code, choice.label.en) for choice in moved.choices] == [("1", "Yes"), ("2", "No"), ("96", "Other")]
    assert moved.required
    assert other.relevant is not None
    assert other.relevant.source == "selected(${moved}, '96')"
    assert help_item.relevant is not None
    assert help_item.relevant.source == "(${hh_size} >= 2) and (selected(${moved}, '1'))"
    assert (help_item.maximum_choices, help_item.exclusive_codes) == (2, frozenset({"2"}))
    assert form.item("why").maximum_length == 120


def test_everything_of_an_odd_workbook_that_is_not_kept_is_listed_with_its_place(odd: ReadForm) -> None:
    told = {(lost.loss, lost.where) for lost in odd.not_kept}
    expected = {
        (Loss.LANGUAGE, "sheet survey, row 1, column label::Klingon"),
        (Loss.METADATA, "sheet survey, row 2, column Type"),
        (Loss.METADATA, "sheet survey, row 3, column Type"),
        (Loss.COLUMN, "sheet survey, row 4, column appearance"),
        (Loss.RENAMED, "sheet survey, row 5, column Name"),
        (Loss.BORROWED, "sheet survey, row 5, column Hint::English (en)"),
        (Loss.BORROWED, "sheet survey, row 5, column constraint_message::English (en)"),
        (Loss.COLUMN, "sheet survey, row 5, column guidance_hint"),
        (Loss.QUESTION_TYPE, "sheet survey, row 6, column Type"),
        (Loss.HEADING, "sheet survey, row 7, column label::English (en)"),
        (Loss.REQUIRED, "sheet survey, row 9, column Required"),
        (Loss.PIPING, "sheet survey, row 11, column label::English (en)"),
        (Loss.REPEAT, "sheet survey, row 13, column Type"),
        (Loss.CONDITION, "sheet survey, row 19, column relevance"),
        (Loss.CONDITION, "sheet survey, row 20, column relevance"),
        (Loss.QUESTION_TYPE, "sheet survey, row 21, column Type"),
        (Loss.RECODED, "sheet choices, row 2, column value, list yn"),
        (Loss.RECODED, "sheet choices, row 4, column value, list help"),
        (Loss.COLUMN, "sheet choices, row 3, column image"),
        (Loss.RENAMED, "sheet settings, row 2, column id_string"),
        (Loss.SETTING, "sheet settings, row 2, column version"),
        (Loss.SETTING, "sheet settings, row 2, column style"),
    }
    assert told == expected
    assert len(odd.not_kept) == len(expected)


def test_an_odd_workbook_is_the_same_after_the_second_journey(odd: ReadForm, tmp_path: Path) -> None:
    path = tmp_path / "again.xlsx"
    path.write_bytes(workbook_bytes(sheets_of(odd.questionnaire)))
    again = read_xlsform(path, REAL)
    assert again.questionnaire.sha256 == odd.questionnaire.sha256
    assert again.not_kept == ()


def test_the_file_that_is_written_compiles_to_what_was_read(odd: ReadForm, tmp_path: Path) -> None:
    file = tmp_path / "household_survey" / "v1.yaml"
    file.parent.mkdir()
    file.write_text(odd.text, encoding="utf-8")
    assert compile_questionnaire(tmp_path, "household_survey", 1).sha256 == odd.questionnaire.sha256


def test_every_fault_names_sheet_row_and_column(tmp_path: Path) -> None:
    survey = (
        SURVEY_HEADER,
        ("select_one nowhere", "a", "A?"),
        ("text", "", "B?"),
        ("text", "c", ""),
        ("", "d", "D?"),
        ("text", "e", "E?", "${ghost} = '1'"),
        ("begin_group", "open", "Open"),
    )
    choices = (("list_name", "name", "label"), ("yn", "1", "Yes"), ("yn", "1", "Again"), ("", "2", "No"))
    path = write_workbook(tmp_path / "faulty.xlsx", survey=survey, choices=choices)
    assert faults_of(path) == [
        "sheet choices, row 3, column name: expected every name once in the list yn, found '1' again",
        "sheet choices, row 4, column list_name: expected the name of a list, found nothing",
        "sheet survey, row 3, column name: expected a name, found nothing",
        "sheet survey, row 2, column type: expected a list of the sheet choices, found 'nowhere'",
        "sheet survey, row 4, column label: expected a label, found nothing",
        "sheet survey, row 5, column type: expected a type, found nothing",
        "sheet survey, row 6, column relevant: expected questions of this form, found ${ghost}",
        "sheet survey, row 7, column type: expected an end for this group, found none",
    ]


def test_faults_that_only_the_compiler_sees_are_placed_in_the_workbook_too(tmp_path: Path) -> None:
    survey = (SURVEY_HEADER, ("select_one yn", "a", "好吗？"), ("text", "b", "为什么？", "${a} = '9'"))
    choices = (("list_name", "name", "label", "minyi_polarity"), ("yn", "1", "好", "?"), ("yn", "2", "不好", "-"))
    path = write_workbook(tmp_path / "codes.xlsx", survey=survey, choices=choices)
    told = faults_of(path)
    assert [fault.split(": ")[0] for fault in told] == ["sheet choices, row 2, column label"]
    healed = write_workbook(path, survey=survey, choices=[row[:3] for row in choices])
    assert faults_of(healed) == [
        "sheet survey, row 3, column relevant: expected item b relevant: a code of a (1, 2), found '9'; correct it"
    ]


def test_a_file_that_is_no_workbook_says_so(tmp_path: Path) -> None:
    path = tmp_path / "text.xlsx"
    path.write_text("type,name,label", encoding="utf-8")
    assert faults_of(path) == ["file: expected a readable .xlsx file, found 'File is not a zip file'"]
    lonely = write_workbook(tmp_path / "lonely.xlsx", questions=(("type", "name"),))
    assert faults_of(lonely) == ["workbook: expected a sheet survey, found questions"]


def test_two_columns_that_mean_the_same_must_not_disagree(tmp_path: Path) -> None:
    survey = (("type", "name", "label", "relevant", "relevance"), ("text", "a", "甲", "1 = 1", "2 = 2"))
    path = write_workbook(tmp_path / "twice.xlsx", survey=survey)
    expected = "one value in the columns 'relevant' and 'relevance', which mean the same"
    assert faults_of(path) == [f"sheet survey, row 2, column relevance: expected {expected}, found '2 = 2'"]


def test_a_language_that_only_some_texts_have_is_not_offered(tmp_path: Path) -> None:
    survey = (("type", "name", "label::中文", "label::English"), ("text", "a", "甲", "A"), ("text", "b", "乙", ""))
    read = read_xlsform(write_workbook(tmp_path / "half.xlsx", survey=survey), REAL)
    assert read.questionnaire.languages == ("zh-Hans",)
    assert [(lost.loss, lost.found, lost.instead) for lost in read.not_kept] == [(Loss.INCOMPLETE, "en", "1, '乙' …")]


@pytest.mark.parametrize("name", ["order", "context", "minimum_age", "answers", "languages"])
def test_every_feature_of_a_questionnaire_survives_the_journey(name: str, tmp_path: Path) -> None:
    questionnaire = compile_questionnaire(TINY, name, 1)
    path = tmp_path / f"{name}.xlsx"
    path.write_bytes(workbook_bytes(sheets_of(questionnaire)))
    assert read_xlsform(path, TINY).questionnaire == questionnaire


def test_a_further_language_is_kept_where_every_text_has_it(tmp_path: Path) -> None:
    survey = (
        ("type", "name", "label::中文", "label::ئۇيغۇرچە (ug)"),
        ("text", "a", "甲", "A"),
        ("text", "b", "乙", "B"),
    )
    settings = (("form_title", "minyi_title_ug"), ("两题", "Ikki"))
    path = write_workbook(tmp_path / "uyghur.xlsx", survey=survey, settings=settings)
    read = read_xlsform(path, REAL)
    assert read.questionnaire.languages == ("zh-Hans", "ug")
    assert read.questionnaire.title.in_language("ug") == "Ikki"
    path.write_bytes(workbook_bytes(sheets_of(read.questionnaire)))
    assert read_xlsform(path, REAL).questionnaire == read.questionnaire


@pytest.mark.parametrize(
    "written",
    ["${a} = '3' and (${b} != 1 or not(selected(${c}, '2')))", ". >= 1 and . <= 20", "count-selected(${a}) > 0.5"],
)
def test_a_condition_is_written_as_it_is_parsed(written: str) -> None:
    assert condition_text(parse_condition(written).tree) == written


def test_limits_are_read_only_where_all_conditions_must_hold() -> None:
    assert read_limits(". = 'a' or string-length(.) <= 4").rest == ". = 'a' or string-length(.) <= 4"
    assert read_limits("count-selected(.) <= 3 and count-selected(.)  <=  2").maximum_choices == 2
    assert without_brackets("(a) and (b)") == "(a) and (b)"
    assert without_brackets("(a = ')')") == "a = ')'"


def test_the_commands_write_a_workbook_and_read_it_again(tmp_path: Path) -> None:
    run, folder = CliRunner(), ["--folder", str(REAL)]
    workbook, file = tmp_path / "pulse.xlsx", tmp_path / "v1.yaml"
    written = run.invoke(questionnaires_group, ["export-xlsform", "pulse", "1", "--out", str(workbook), *folder])
    assert (written.exit_code, written.output) == (0, f"{workbook}: pulse version 1, 12 items\n")
    read = run.invoke(questionnaires_group, ["import-xlsform", str(workbook), "--out", str(file), *folder])
    assert read.exit_code == 0, read.output
    assert read.stdout.startswith("pulse version 1: 12 items in ")
    assert file.exists()
    again = run.invoke(questionnaires_group, ["import-xlsform", str(workbook), "--out", str(file), *folder])
    assert again.exit_code == 1
    assert "it is not overwritten" in again.output
    other = run.invoke(questionnaires_group, ["export-xlsform", "pulse", "1", "--out", "pulse.doc", *folder])
    assert "expected a name ending in .xlsx or .xml, found 'pulse.doc'" in other.output


def test_a_person_is_told_that_blocks_keep_their_places_in_other_programs(tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "questionnaires"
    command = ["export-xlsform", "order", "1", "--folder", str(folder), "--out", str(tmp_path / "order.xml")]
    told = CliRunner().invoke(questionnaires_group, command)
    moved = ", ".join(compile_questionnaire(folder, "order", 1).randomize)
    assert moved
    assert told.stderr == f"sections {moved}: other programs ask them as written, XLSForm cannot move groups\n"


def test_the_samples_of_this_test_are_legal_for_the_reference_converter(tmp_path: Path) -> None:
    from survey.exchange.xlsform.xform import to_xform_of_file

    path = write_workbook(tmp_path / "odd.xlsx", survey=ODD_SURVEY, choices=ODD_CHOICES, settings=ODD_SETTINGS)
    assert b"<h:title>" in to_xform_of_file(path)
