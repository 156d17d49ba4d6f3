"""A codebook of another program becomes a questionnaire that the check accepts."""

from pathlib import Path

import pytest
import yaml

from survey.exchange.fault import FaultsFoundError
from survey.exchange.imports.codebook_questionnaire import questionnaire_from_codebook
from survey.instrument.check import check_questionnaires
from survey.instrument.choice import Polarity
from survey.instrument.item import ItemType, Purpose

CODEBOOK = """item,text,codes
q1,Services of the city,1 very dissatisfied; 2 dissatisfied; 3 neutral; 4 satisfied; 5 very satisfied; 9 do not know
q2,Bus,1 poor; 2 good; 7 not applicable; 8 refused
q3,满意吗,1 不满意; 2 满意; 8 说不清; 9 不愿回答
sex,Sex,1 male; 2 female
visits,Number of visits,number
words,Anything else?,
"""


def make(folder: Path, content: str = CODEBOOK, name: str = "city") -> str:
    (folder / "codebook.csv").write_text(content, encoding="utf-8")
    return questionnaire_from_codebook(folder / "codebook.csv", name, "City survey")


def test_the_questionnaire_passes_the_check(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "v1.yaml").write_text(make(tmp_path), encoding="utf-8")
    (tmp_path / "scales.yaml").write_text("{}\n")
    (questionnaire,), faults = check_questionnaires(tmp_path)
    assert faults == []
    assert [item.name for item in questionnaire.items] == ["q1", "q2", "q3", "sex", "visits", "words"]
    assert [item.type for item in questionnaire.items][-2:] == [ItemType.INTEGER, ItemType.TEXT]
    assert questionnaire.item("q1").codes_of(Polarity.DONT_KNOW) == ("9",)
    assert questionnaire.item("q2").codes_of(Polarity.NOT_APPLICABLE, Polarity.REFUSED) == ("7", "8")
    assert questionnaire.item("q3").codes_of(Polarity.DONT_KNOW) == ("8",)
    assert questionnaire.item("sex").purpose is Purpose.SEX


def test_an_answer_that_only_sounds_negative_is_no_dont_know(tmp_path: Path) -> None:
    items = yaml.safe_load(make(tmp_path))["sections"][0]["items"]
    assert [choice.get("polarity") for choice in items[0]["choices"]] == [None] * 5 + ["dk"]


def test_the_codebooks_words_stand_for_both_languages_until_a_person_corrects_them(tmp_path: Path) -> None:
    text = make(tmp_path)
    assert yaml.safe_load(text)["sections"][0]["items"][1]["label"] == {"zh-Hans": "Bus", "en": "Bus"}
    assert text.startswith("# Made from codebook.csv. Look it through before you publish it:")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("item,text\nq1,x\n", "row 1: expected the columns codes"),
        ("item,text,codes\n", "rows: expected an item"),
        ("item,text,codes\n1q,x,1 a\n", "row 2, item: expected a letter"),
        ("item,text,codes\nq1,,1 a\n", "row 2, text: expected the wording"),
        ("item,text,codes\nq1,x,a b\n", "row 2, codes: expected codes of one to three digits"),
        ("item,text,codes\nq1,x,1 a; 1 b\n", "row 2, codes: expected every code once, found 1 again"),
        ("item,text,codes\nq1,x,1\n", "row 2, codes: expected a label for code 1"),
        ("item,text,codes\nq1,x,1 a\nQ1,y,1 a\n", "row 3, item: expected every item once, found q1 again"),
    ],
)
def test_a_fault_of_the_codebook_names_row_and_column(content: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(FaultsFoundError, match=fault):
        make(tmp_path, content)


def test_a_name_that_no_questionnaire_may_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(FaultsFoundError, match="--name"):
        make(tmp_path, name="City Survey")
