"""How a page is shown: language, text size, contrast. It stands in the URL path, so that no cookie is needed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flask import Flask, current_app, has_request_context, request, url_for
from werkzeug.routing import BaseConverter, ValidationError

from survey.web.i18n import known_languages, negotiate, page_language

_LARGE, _KIOSK, _CONTRAST = "-large", "-kiosk", "-contrast"
_NAME = "minyi.looks"


@dataclass(frozen=True)
class Look:
    """`large`: the elder edition, text 24 px, targets in proportion. `kiosk`: a shared tablet, always large.
    `contrast`: black and white, whatever the device prefers.
    """

    language: str
    large: bool = False
    kiosk: bool = False
    contrast: bool = False

    @property
    def slug(self) -> str:
        size = _KIOSK if self.kiosk else _LARGE if self.large else ""
        return self.language.lower() + size + (_CONTRAST if self.contrast else "")

    @property
    def html_class(self) -> str:
        return " ".join(name for name in ("large", "contrast") if getattr(self, name))

    def in_language(self, language: str) -> "Look":
        return replace(self, language=language)

    def in_other_size(self) -> "Look":
        return replace(self, large=not self.large)

    def in_other_contrast(self) -> "Look":
        return replace(self, contrast=not self.contrast)

    def on_kiosk(self) -> "Look":
        return replace(self, large=True, kiosk=True)


def install(app: Flask) -> None:
    """The converter `<look:look>` (`zh-hans`, `en-large-contrast`, …) and the look of every page in its template."""
    looks = {look.slug: look for look in _all_looks(known_languages(app))}
    app.extensions[_NAME] = looks
    app.url_map.converters["look"] = type("LookConverter", (_LookConverter,), {"looks": looks})
    app.context_processor(lambda: {"look": page_look(), "switch_addresses": switch_addresses})


def find_look(slug: str) -> Look | None:
    """The look of that name in the address, or of a button in a form."""
    looks: Mapping[str, Look] = current_app.extensions[_NAME]
    return looks.get(slug.lower())


def preferred_look() -> Look:
    """For an address without a look: the language that the browser asks for."""
    return Look(negotiate(request.accept_languages.values()))


def page_look() -> Look:
    """The look that stands in the address of this page, be it an error; else the browser's language."""
    if not has_request_context():
        return Look(page_language())
    look = (request.view_args or {}).get("look")
    if isinstance(look, Look):
        return look
    return next(filter(None, map(find_look, request.path.split("/")[1:6])), None) or Look(page_language())


def switch_addresses() -> tuple[str, str] | None:
    """What stands before and after the look in this page's address, for its switches; None where no address holds one.

    For pages that only tell something, so that whoever cannot read them can have them in another look.
    """
    if request.endpoint is None or request.method == "POST":
        return None
    look = page_look()
    address = url_for(request.endpoint, **{**(request.view_args or {}), "look": look})
    before, found, after = address.rpartition(f"/{look.slug}")
    return (f"{before}/", after) if found and "?" not in address else None


class _LookConverter(BaseConverter):
    looks: Mapping[str, Look]

    def to_python(self, value: str) -> Look:
        look = self.looks.get(value.lower())
        if look is None:
            raise ValidationError
        return look

    def to_url(self, value: Look) -> str:
        return value.slug


def _all_looks(languages: Iterable[str]) -> Iterable[Look]:
    for language in languages:
        for look in (Look(language), Look(language, large=True), Look(language).on_kiosk()):
            yield from (look, look.in_other_contrast())
