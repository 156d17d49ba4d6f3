"""Step 1: traditional Chinese labels, made from the simplified ones at publication where the author wrote none.

OpenCC's `s2tw`: characters as written in Taiwan, words left as they are. `s2twp` also swaps words and would turn 支持
into 支援, 创建 into 建立 and 社区 into 社群, which changes what an official asks; `s2hk` writes 羣 and 裏.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from survey.instrument.text import Text

_QUOTES = str.maketrans("“”‘’", "「」『』")


def with_traditional(labels: Mapping[str, str]) -> Text:
    """The labels as a Text; zh-Hant is filled from zh-Hans unless the author wrote one."""
    text = Text.from_mapping(labels)
    return replace(text, zh_hant=text.zh_hant or to_traditional(text.zh_hans))


def to_traditional(simplified: str) -> str:
    """Simplified to traditional characters.

    >>> to_traditional("您对“门前三包”满意吗？")
    '您對「門前三包」滿意嗎？'
    """
    return str(_converter().convert(simplified)).translate(_QUOTES)


@cache
def _converter() -> Any:
    # Loaded where it is used: publication needs the dictionaries, the web process does not.
    from opencc import OpenCC

    return OpenCC("s2tw")
