"""Which language a browser gets: Taiwan, Hong Kong and Macao read traditional Chinese, not English."""

import pytest

from survey.web.i18n import alias, negotiate


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-Hans-CN", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-MO", "zh-Hant"),
        ("zh-Hant", "zh-Hant"),
        ("zh_Hant_TW", "zh-Hant"),
        ("ZH-hant-hk", "zh-Hant"),
        ("yue", "zh-Hant"),
        ("en", "en"),
        ("en-US", "en"),
        ("fr-FR", None),
        ("", None),
    ],
)
def test_tag_of_a_browser_means_a_language(tag: str, language: str | None) -> None:
    assert alias(tag) == language


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (["zh-TW", "zh", "en-US", "en"], "zh-Hant"),
        (["fr", "en", "zh"], "en"),
        (["fr", "ug"], "zh-Hans"),
        ([], "zh-Hans"),
    ],
)
def test_first_language_that_is_spoken_here_wins(wanted: list[str], language: str) -> None:
    assert negotiate(wanted) == language
