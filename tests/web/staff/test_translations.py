"""Every sentence that staff can see is in the catalogues of both other languages."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

PROJECT = Path(__file__).parent.parent.parent.parent
METHODS = [("survey/web/**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None}


def written() -> set[str]:
    found = extract_from_dir(str(PROJECT), METHODS, keywords=KEYWORDS, directory_filter=lambda _: True)
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


def catalogue(language: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for audience in ("respondent", "staff"):
        path = PROJECT / "survey" / "translations" / audience / language / "LC_MESSAGES" / "messages.po"
        texts |= {str(one.id): str(one.string) for one in read_po(BytesIO(path.read_bytes())) if one.id}
    return texts


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
def test_every_sentence_of_the_pages_is_translated(language: str) -> None:
    sentences = written()
    assert len(sentences) > 250
    texts = catalogue(language)
    assert [one for one in sorted(sentences) if not texts.get(one)] == []


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
def test_a_translation_keeps_every_placeholder(language: str) -> None:
    for sentence, translation in catalogue(language).items():
        for pattern in (r"%\(\w+\)s", "%%"):
            assert sorted(re.findall(pattern, sentence)) == sorted(re.findall(pattern, translation)), sentence


def test_english_sentences_are_english() -> None:
    chinese = [text for text in catalogue("en").values() if re.search("[\u4e00-\u9fff]", text)]
    assert chinese == []
