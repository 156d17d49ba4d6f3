"""The language of a page: simplified Chinese first, traditional Chinese and English beside it.

A page that carries its language in its path says so with `use_language`; the others are negotiated from the browser.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from babel import Locale
from flask import Flask, g, request
from flask_babel import Babel
from flask_babel import gettext as _translate

from survey.instrument.text import LANGUAGES, Text

DEFAULT_LANGUAGE = "zh-Hans"
TIME_ZONE = "Asia/Shanghai"
CATALOGUES = ("translations/respondent", "translations/staff")
NATIVE_NAMES = {"zh-Hans": "简体", "zh-Hant": "繁體", "en": "English"}

# Browsers name Chinese by region, by script or by both; matching tags by prefix would send Taiwan and Hong Kong readers
# to English.
_TRADITIONAL = {"tw", "hk", "mo", "hant"}


def install(app: Flask) -> None:
    """Gettext with both catalogues, and what templates need to name the language of a page."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", ";".join(CATALOGUES))
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "zh_Hans")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", TIME_ZONE)
    Babel(app, locale_selector=_locale)
    app.add_template_filter(in_page_language, "text")
    app.add_template_filter(as_heading, "heading")
    app.context_processor(lambda: {"language": page_language(), "language_names": NATIVE_NAMES})


def gettext(message: str, **values: object) -> str:
    """A sentence of the interface in the language of the page; `message` is the simplified Chinese one."""
    return str(_translate(message, **values))


def use_language(tag: str) -> None:
    """Fix the language of this request: `zh-Hans`, `zh-Hant` or `en`."""
    g.language = tag


def page_language() -> str:
    """The language tag of the current page."""
    tag: str = g.get("language") or negotiate(request.accept_languages.values())
    return tag


def in_page_language(text: Text) -> str:
    """Jinja filter: a text of the domain in the language of the page."""
    return text.in_language(page_language())


def as_heading(text: Text) -> str:
    """Jinja filter: the text as the beginning of a line, which English writes with a capital letter."""
    words = in_page_language(text)
    return words[:1].upper() + words[1:]


def negotiate(wanted: Iterable[str]) -> str:
    """The first of the wanted tags (best first) that there is a language for; simplified Chinese when there is none."""
    return next((tag for tag in map(alias, wanted) if tag in LANGUAGES), DEFAULT_LANGUAGE)


def alias(tag: str) -> str | None:
    """The language that a browser's tag means; None for one that is not spoken here.

    >>> alias("zh-TW"), alias("zh-Hans-HK"), alias("zh"), alias("en-GB"), alias("fr")
    ('zh-Hant', 'zh-Hans', 'zh-Hans', 'en', None)
    """
    primary, *rest = tag.lower().replace("_", "-").split("-")
    if primary == "en":
        return "en"
    if primary not in {"zh", "yue", "cmn"}:
        return None
    if "hans" in rest:
        return "zh-Hans"
    return "zh-Hant" if primary == "yue" or not _TRADITIONAL.isdisjoint(rest) else "zh-Hans"


def current_time() -> datetime:
    """Now, aware, in UTC: what views hand to actions."""
    return datetime.now(UTC)


def _locale() -> Locale:
    return Locale.parse(page_language().replace("-", "_"))
