"""How a page is shown: language and text size. It stands in the URL path, so that no cookie is needed."""

from dataclasses import dataclass, replace

from werkzeug.routing import BaseConverter, ValidationError

from survey.instrument.text import LANGUAGES

_LARGE, _KIOSK = "-large", "-kiosk"


@dataclass(frozen=True)
class Look:
    """`large` is the elder edition: text 24 px, targets in proportion. `kiosk`: a shared tablet, always large."""

    language: str
    large: bool = False
    kiosk: bool = False

    @property
    def slug(self) -> str:
        return self.language.lower() + (_KIOSK if self.kiosk else _LARGE if self.large else "")

    @property
    def html_class(self) -> str:
        return "large" if self.large else ""

    def in_language(self, language: str) -> "Look":
        return replace(self, language=language)

    def in_other_size(self) -> "Look":
        return replace(self, large=not self.large)

    def on_kiosk(self) -> "Look":
        return Look(self.language, large=True, kiosk=True)


LOOKS = {
    look.slug: look
    for language in LANGUAGES
    for look in (Look(language), Look(language, large=True), Look(language).on_kiosk())
}


class LookConverter(BaseConverter):
    """`<look:look>` in a route: `zh-hans`, `en-large`, …"""

    def to_python(self, value: str) -> Look:
        look = LOOKS.get(value.lower())
        if look is None:
            raise ValidationError
        return look

    def to_url(self, value: Look) -> str:
        return value.slug
