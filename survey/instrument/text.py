"""A text in several languages: simplified Chinese first, English and traditional Chinese beside it."""

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


@dataclass(frozen=True)
class Text:
    """One text. `zh_hans` is the text of reference; a language that is not filled falls back to it."""

    zh_hans: str
    en: str = ""
    zh_hant: str = ""

    def in_language(self, tag: str) -> str:
        """The text in `zh-Hans`, `zh-Hant` or `en`; the simplified Chinese one where that is missing."""
        return {"zh-Hant": self.zh_hant, "en": self.en}.get(tag, "") or self.zh_hans

    def to_mapping(self) -> dict[str, str]:
        pairs = {"zh-Hans": self.zh_hans, "zh-Hant": self.zh_hant, "en": self.en}
        return {tag: text for tag, text in pairs.items() if text}

    @classmethod
    def from_mapping(cls, texts: Mapping[str, str]) -> "Text":
        return cls(zh_hans=texts["zh-Hans"], en=texts.get("en", ""), zh_hant=texts.get("zh-Hant", ""))
