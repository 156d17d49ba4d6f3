"""A text in several languages: simplified Chinese first, English and traditional Chinese beside it."""

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


@dataclass(frozen=True)
class Text:
    """One text. `zh_hans` is the text of reference; a language that is not filled falls back to it.

    `others`: pairs of tag and text in further languages, that a questionnaire may have.
    """

    zh_hans: str
    en: str = ""
    zh_hant: str = ""
    others: tuple[tuple[str, str], ...] = ()

    def in_language(self, tag: str) -> str:
        """The text in `zh-Hans`, `zh-Hant`, `en` or a further language; where it is missing, the simplified one."""
        if tag == "zh-Hant":
            return self.zh_hant or self.zh_hans
        if tag == "en":
            return self.en or self.zh_hans
        return dict(self.others).get(tag, "") or self.zh_hans

    def to_mapping(self) -> dict[str, str]:
        pairs = {"zh-Hans": self.zh_hans, "zh-Hant": self.zh_hant, "en": self.en}
        return {tag: text for tag, text in pairs.items() if text} | dict(self.others)

    @classmethod
    def from_mapping(cls, texts: Mapping[str, str]) -> "Text":
        others = tuple(sorted((tag, text) for tag, text in texts.items() if tag not in LANGUAGES))
        return cls(texts["zh-Hans"], texts.get("en", ""), texts.get("zh-Hant", ""), others)
