"""A language that the program does not know: a catalogue and texts in the questionnaire are all that it takes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask

from survey.app import create_app
from survey.instrument.compile import compile_questionnaire
from survey.instrument.load import to_definition
from survey.settings import read_settings
from survey.storage import Storage
from survey.web.i18n import LanguageError
from survey.web.services import services
from tests.factories import KEY, StoredWave, make_wave, store_wave
from tests.web.visitor import Visitor

SCALES = "{}\n"
QUESTIONNAIRE = """
name: town
version: 1
title: {zh-Hans: 城市问卷, en: About the town, ug: شەھەر}
population: residents
languages: [zh-Hans, en, ug]
sections:
  - name: a
    label: {zh-Hans: 开始, en: Beginning, ug: باشلاش}
    items:
      - name: clean
        type: select_one
        label: {zh-Hans: 街道干净吗？, en: Are the streets clean?, ug: كوچا پاكىزمۇ؟}
        choices:
          - {name: "1", label: {zh-Hans: 干净, en: "Yes", ug: ھەئە}}
          - {name: "2", label: {zh-Hans: 不干净, en: "No", ug: ياق}}
"""


@pytest.fixture
def translations(tmp_path: Path) -> Path:
    """A catalogue of Uyghur, which is written from right to left, with a few sentences."""
    folder = tmp_path / "translations" / "ug" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog(locale="ug")
    catalogue.add("提交", "يوللاش")
    catalogue.add("已经收到，谢谢您", "رەھمەت")
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    return tmp_path / "translations"


@pytest.fixture
def further(sqlite_url: str, tmp_path: Path, translations: Path) -> Iterator[Flask]:
    settings = {"DATABASE_URL": sqlite_url, "SECRET_KEY": KEY, "SURVEY_ENV": "test", "SURVEY_VAR": str(tmp_path)}
    made = create_app(read_settings(settings | {"SURVEY_TRANSLATIONS": str(translations)}))
    yield made
    with made.app_context():
        services().storage.close()


@pytest.fixture
def town(sqlite_url: str, tmp_path: Path) -> StoredWave:
    """A wave that asks the questionnaire above."""
    folder = tmp_path / "questionnaires"
    (folder / "town").mkdir(parents=True)
    (folder / "scales.yaml").write_text(SCALES, encoding="utf-8")
    (folder / "town" / "v1.yaml").write_text(QUESTIONNAIRE, encoding="utf-8")
    definition = to_definition(compile_questionnaire(folder, "town", 1))
    storage = Storage(sqlite_url)
    stored = store_wave(storage, make_wave(questionnaire="town"), definition=definition)
    storage.close()
    return stored


def test_questionnaire_is_answered_in_a_language_that_no_code_names(further: Flask, town: StoredWave) -> None:
    visitor = Visitor(further, {"Accept-Language": "ug-CN,zh;q=0.5"})
    start = visitor.get(f"/q/{town.posters[0].code}")
    assert (start.one("html").attributes["lang"], start.one("html").attributes["dir"]) == ("ug", "rtl")
    assert start.heading == "شەھەر"
    address = next(a.attributes["href"] for a in start.all("a") if a.attributes.get("href", "").endswith("/ug/all"))
    form = visitor.get(address)
    assert "كوچا پاكىزمۇ؟" in form.text
    assert form.one("button", class_="button").text == "يوللاش"
    assert "不回答这一题" in form.text, "what has no translation is shown in simplified Chinese"
    visitor.post(address, {"go": "send", "clean": "1"}, 303)
    assert visitor.follow().heading == "رەھمەت"


def test_further_language_stands_beside_the_others_on_every_page(further: Flask, town: StoredWave) -> None:
    visitor = Visitor(further)
    for address in ("/", "/ug-large", "/c", f"/q/{town.posters[0].code}/zh-hant", "/ug/results/"):
        assert "ئۇيغۇرچە" in visitor.get(address).text
    assert visitor.get("/q/XXXXXXXXX/ug-large", 404).one("html").attributes["class"] == "large"


@pytest.mark.parametrize(("name", "message"), [("nosuchlanguage", "named after a language"), ("", "found none")])
def test_folder_that_holds_no_language_is_said_so(sqlite_url: str, tmp_path: Path, name: str, message: str) -> None:
    folder = tmp_path / "broken"
    (folder / name / "LC_MESSAGES").mkdir(parents=True)
    if name:
        (folder / name / "LC_MESSAGES" / "messages.mo").touch()
    settings = {"DATABASE_URL": sqlite_url, "SECRET_KEY": KEY, "SURVEY_ENV": "test", "SURVEY_VAR": str(tmp_path)}
    with pytest.raises(LanguageError, match=message):
        create_app(read_settings(settings | {"SURVEY_TRANSLATIONS": str(folder)}))
