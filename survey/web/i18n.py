"""The language of a page: simplified Chinese first, traditional Chinese and English beside it.

A page that carries its language in its path says so with `use_language`; the others are negotiated from the browser.
Residents may be asked in more languages than these: a catalogue and the texts of a questionnaire are enough.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel import Locale, UnknownLocaleError
from flask import Flask, current_app, g, request
from flask_babel import Babel
from flask_babel import gettext as _translate
from werkzeug.routing import BaseConverter

from survey.instrument.text import Text

DEFAULT_LANGUAGE = "zh-Hans"
TIME_ZONE = "Asia/Shanghai"
_NAME = "minyi.languages"
CATALOGUES = ("translations/respondent", "translations/staff")
NATIVE_NAMES = {"zh-Hans": "简体", "zh-Hant": "繁體", "en": "English"}

# Browsers name Chinese by region, by script or by both; matching tags by prefix would send Taiwan and Hong Kong readers
# to English.
_TRADITIONAL = {"tw", "hk", "mo", "hant"}


class LanguageError(ValueError):
    """The folder of further languages is not what it should be."""


def install(app: Flask, further: Path | None = None) -> None:
    """Gettext with both catalogues, and what templates need to name the language of a page.

    `further`: a folder with catalogues of more languages for residents, `<language>/LC_MESSAGES/messages.mo`. Raises
    `LanguageError` for one that is not the name of a language.
    """
    more = _further_languages(further) if further else {}
    app.extensions[_NAME] = NATIVE_NAMES | more
    tags = "|".join(re.escape(tag.lower()) for tag in app.extensions[_NAME])
    app.url_map.converters["language"] = type("LanguageConverter", (BaseConverter,), {"regex": tags})
    folders = [*CATALOGUES, str(further)] if more else CATALOGUES
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", ";".join(folders))
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "zh_Hans")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", TIME_ZONE)
    Babel(app, locale_selector=_locale)
    app.add_template_filter(in_page_language, "text")
    app.add_template_filter(as_heading, "heading")
    app.context_processor(_context)


def gettext(message: str, **values: object) -> str:
    """A sentence of the interface in the language of the page; `message` is the simplified Chinese one."""
    return str(_translate(message, **values))


def known_languages(app: Flask | None = None) -> Mapping[str, str]:
    """Tag and own name of every language of the application (the current one); without one, those built in."""
    found: Mapping[str, str] = (app or current_app).extensions[_NAME] if app or current_app else NATIVE_NAMES
    return found


def use_language(tag: str) -> None:
    """Fix the language of this request: one of `known_languages`."""
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
    known = known_languages()
    return next((tag for tag in map(alias, wanted) if tag is not None and tag in known), DEFAULT_LANGUAGE)


def alias(tag: str) -> str | None:
    """The language that a browser's tag means; None for one that is not spoken here.

    >>> alias("zh-TW"), alias("zh-Hans-HK"), alias("zh"), alias("en-GB"), alias("fr")
    ('zh-Hant', 'zh-Hans', 'zh-Hans', 'en', None)
    """
    primary, *rest = tag.lower().replace("_", "-").split("-")
    if primary == "en":
        return "en"
    if primary not in {"zh", "yue", "cmn"}:
        return next((known for known in known_languages() if known.lower().split("-")[0] == primary), None)
    if "hans" in rest:
        return "zh-Hans"
    return "zh-Hant" if primary == "yue" or not _TRADITIONAL.isdisjoint(rest) else "zh-Hans"


def current_time() -> datetime:
    """Now, aware, in UTC: what views hand to actions."""
    return datetime.now(UTC)


def _context() -> dict[str, object]:
    """`language_names` are the languages of residents' pages; those of the staff speak the ones built in."""
    language = page_language()
    direction = "rtl" if language not in NATIVE_NAMES and _locale().text_direction == "rtl" else ""
    return {
        "language": language,
        "direction": direction,
        "language_names": known_languages(),
        "staff_languages": NATIVE_NAMES,
    }


def _further_languages(folder: Path) -> dict[str, str]:
    found = {}
    for catalogue in sorted(folder.glob("*/LC_MESSAGES/messages.mo")):
        name = catalogue.parent.parent.name
        try:
            locale = Locale.parse(name)
        except (ValueError, UnknownLocaleError) as error:
            raise LanguageError(
                f"{catalogue}: expected a folder named after a language (ug, bo), found {name}"
            ) from error
        found[name.replace("_", "-")] = locale.get_display_name() or name
    if not found:
        raise LanguageError(f"{folder}: expected catalogues <language>/LC_MESSAGES/messages.mo, found none")
    return found


def _locale() -> Locale:
    return Locale.parse(page_language().replace("-", "_"))
