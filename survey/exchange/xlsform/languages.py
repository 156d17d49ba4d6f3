"""Step 1: which of our languages a column of an XLSForm is in: `English (en)`, `中文`, `zh-TW`, or no name at all."""

import re
from collections.abc import Iterable, Mapping

_NAMES = {
    "zh-Hans": "zh zh-cn zh-hans zh-sg chi zho cmn chinese mandarin 中文 简体中文 汉语 普通话 华文",
    "zh-Hant": "zh-hant zh-tw zh-hk zh-mo 繁體中文 繁体中文 正體中文",
    "en": "en eng en-gb en-us english 英语 英文",
}
_TAGS = {name: tag for tag, names in _NAMES.items() for name in names.split()}
_TAGS |= {"simplified chinese": "zh-Hans", "traditional chinese": "zh-Hant"}
_IN_BRACKETS = re.compile(r"(?P<name>.*)[(（](?P<tag>[^()（）]*)[)）]\s*")
_FURTHER = re.compile("[a-z]{2,3}(-[a-z]{4})?")
_HAN = re.compile("[\u4e00-\u9fff]")


def language_tag(written: str) -> str | None:
    """Our tag for a language as a sheet names it; None where no tag can be told.

    >>> [language_tag(name) for name in ("English (en)", "中文 (zh)", "ئۇيغۇرچە (ug)", "zh_TW", "Français")]
    ['en', 'zh-Hans', 'ug', 'zh-Hant', None]
    """
    match = _IN_BRACKETS.fullmatch(written.strip())
    names = [name.strip().lower().replace("_", "-") for name in ([match["tag"], match["name"]] if match else [written])]
    known = next((_TAGS[name] for name in names if name in _TAGS), None)
    if known is None and _FURTHER.fullmatch(names[0]) and not names[0].startswith("zh"):
        language, _, script = names[0].partition("-")
        return f"{language}-{script.title()}" if script else language
    return known


def language_of_texts(texts: Iterable[str]) -> str:
    """The language of a column without a name: Chinese if a Chinese character stands in it."""
    return "zh-Hans" if any(_HAN.search(text) for text in texts) else "en"


def by_tag(cells: Mapping[str, str], unnamed: str) -> dict[str, str]:
    """Cells by our tag; `unnamed` is the tag of the column without a language. A named column goes before it."""
    found = {tag: cell for name, cell in cells.items() if name and (tag := language_tag(name))}
    return ({unnamed: cells[""]} if "" in cells else {}) | found
