"""How a page is shown: language and text size. It stands in the URL path, so that no cookie is needed."""

from dataclasses import dataclass, replace

from werkzeug.routing import BaseConverter, ValidationError

from survey.instrument.text import LANGUAGES

_LARGE = "-large"


@dataclass(frozen=True)
class Look:
    """`large` is the elder edition: text 24 px, targets in proportion."""

    language: str
    large: bool = False

    @property
    def slug(self) -> str:
        return self.language.lower() + (_LARGE if self.large else "")

    @property
    def html_class(self) -> str:
        return "large" if self.large else ""

    def in_language(self, language: str) -> "Look":
        return replace(self, language=language)

    def in_other_size(self) -> "Look":
        return replace(self, large=not self.large)


LOOKS = {look.slug: look for language in LANGUAGES for look in (Look(language), Look(language, large=True))}


class LookConverter(BaseConverter):
    """`<look:look>` in a route: `zh-hans`, `en-large`, …"""

    def to_python(self, value: str) -> Look:
        look = LOOKS.get(value.lower())
        if look is None:
            raise ValidationError
        return look

    def to_url(self, value: Look) -> str:
        return value.slug
