"""Finds what looks like a phone or identity number in an open text, so that it can be masked before it is kept."""

import re

_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)")
PATTERNS = (_IDENTITY, _PHONE)


def mask_personal_data(text: str) -> str:
    """The text with every phone and identity number replaced by asterisks of the same length.

    >>> mask_personal_data("请回电 13900000000")
    '请回电 ***********'
    """
    for pattern in PATTERNS:
        text = pattern.sub(lambda match: "*" * len(match.group()), text)
    return text


def holds_personal_data(text: str) -> bool:
    """Whether something in the text looks like a phone or identity number."""
    return mask_personal_data(text) != text
