"""Labels of the commands `rates` and `plan-sample` in simplified Chinese, English and traditional Chinese."""

import argparse

Words = tuple[str, str, str]
LANGUAGES = ("zh-Hans", "en", "zh-Hant")


def add_language_option(parser: argparse.ArgumentParser) -> None:
    """`--language`: Chinese labels stand with the English term beside them, English ones alone."""
    parser.add_argument("--language", choices=LANGUAGES, default="zh-Hans", help="of the labels (default zh-Hans)")


def label(words: Words, language: str) -> str:
    """Simplified, English, traditional: the one wanted, Chinese followed by the English term.

    >>> label(("完成", "complete", "完成"), "zh-Hant"), label(("完成", "complete", "完成"), "en")
    ('完成 complete', 'complete')
    """
    simplified, english, traditional = words
    return english if language == "en" else f"{traditional if language == 'zh-Hant' else simplified} {english}"
