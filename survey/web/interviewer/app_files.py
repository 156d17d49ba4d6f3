"""The worker's app as files: its page in three languages, its modules, the service worker, the manifest.

Everybody may load them: they hold no address, no name and no answer. The modules stand under one version, the hash of
all of them, because they import each other by name.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from survey.fieldwork.disposition import VISIT_OUTCOMES, Disposition
from survey.fieldwork.visit import Presence
from survey.instrument.text import LANGUAGES
from survey.settings import PROJECT
from survey.web.assets import read_asset, send_asset
from survey.web.i18n import NATIVE_NAMES, gettext, use_language

FOLDER = PROJECT / "survey" / "static" / "js" / "field"
_STYLES = ("css/minyi.css", "css/field.css", "icon.svg")
_GROUPS = ("22", "21", "23", "3", "4")
# What is rarely needed at a door, or is derived by the office, is not offered.
_NOT_OFFERED = {
    Disposition.REFUSAL_OR_BREAK_OFF,
    Disposition.NON_CONTACT,
    Disposition.NOT_INTERVIEWED,
    Disposition.OUT_OF_SAMPLE,
    Disposition.QUOTA_FILLED,
}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/", "app", app)
    blueprint.add_url_rule("/<any('zh-Hant','en'):language>/", "app_in", app)
    blueprint.add_url_rule("/sw.js", "service_worker", service_worker)
    blueprint.add_url_rule("/manifest.webmanifest", "manifest", manifest)
    blueprint.add_url_rule("/app/<version>/<name>", "module", module)


def app(language: str = LANGUAGES[0]) -> ResponseReturnValue:
    """The one page of the app. It may ask for position and sound, which it does only after a resident agreed."""
    return _page(language), {"Permissions-Policy": "camera=(), geolocation=(self), microphone=(self), payment=()"}


def _page(language: str) -> str:
    """Every screen is a template in it."""
    use_language(language)
    return render_template(
        "interviewer/app.html",
        module=module_address("app.js"),
        version=app_version(),
        languages=[(tag, name, address_of(tag)) for tag, name in NATIVE_NAMES.items()],
        outcomes=_offered(),
        every_outcome=VISIT_OUTCOMES,  # an earlier visit may have any of them, by telephone or derived by the office
        presences=list(Presence),
    )


def service_worker() -> Response:
    """The static worker behind two lines that say what belongs to this version."""
    pages = [address_of(language) for language in LANGUAGES]
    files = pages + [module_address(path.name) for path in _modules()] + [_asset(name) for name in _STYLES]
    head = f"const VERSION = {json.dumps(_cache_version())};\nconst FILES = {json.dumps(files)};\n"
    text = head + (FOLDER.parent / "field-sw.js").read_text(encoding="utf-8")
    return Response(text, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


def manifest() -> Response:
    """What a phone needs to put the app on its home screen."""
    use_language("zh-Hans")
    content = {
        "name": gettext("民意调查入户"),
        "short_name": gettext("入户"),
        "start_url": url_for("field.app"),
        "scope": url_for("field.app"),
        "display": "standalone",
        "lang": "zh-Hans",
        "background_color": "#ffffff",
        "theme_color": "#0b5873",
        "icons": [{"src": _asset("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return Response(json.dumps(content, ensure_ascii=False), mimetype="application/manifest+json")


def module(version: str, name: str) -> Response:
    path = FOLDER / name
    if version != app_version() or path not in _modules():
        abort(404)
    return send_asset(read_asset(PROJECT / "survey" / "static", path))


def address_of(language: str) -> str:
    """The app's page in a language; simplified Chinese is the one that opens by itself."""
    return url_for("field.app") if language == LANGUAGES[0] else url_for("field.app_in", language=language)


def module_address(name: str) -> str:
    return url_for("field.module", version=app_version(), name=name)


@cache
def app_version() -> str:
    """Twelve signs of the sha256 over all modules; a device tells it with every contact."""
    digest = hashlib.sha256()
    for path in _modules():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _cache_version() -> str:
    """Also changes with the pages and styles, so that a device fetches them anew."""
    pages = [_page(language) for language in LANGUAGES]
    return hashlib.sha256("".join(pages + [_asset(name) for name in _STYLES]).encode()).hexdigest()[:12]


@cache
def _modules() -> tuple[Path, ...]:
    return tuple(sorted(FOLDER.glob("*.js")))


def _asset(name: str) -> str:
    address = current_app.jinja_env.globals["asset"]
    return str(address(name)) if callable(address) else ""


def _offered() -> list[tuple[str, list[Disposition]]]:
    """The outcomes without an interview, by the kind of thing that happened."""
    offered = [one for one in VISIT_OUTCOMES if one not in _NOT_OFFERED and not one.interviewed]
    return [(group, [one for one in offered if one.startswith(group)]) for group in _GROUPS]
