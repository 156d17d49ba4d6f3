"""Values as R writes them. Step 8."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping


def r(value: object) -> str:
    """A value as R writes it; texts in ASCII with escapes, so that the script runs in every locale.

    >>> r(["东", 'a"b']), r(True), r({"F": 5100.0}), r([]), r(None)
    ('c("\\\\u4e1c", "a\\\\"b")', 'TRUE', 'c("F" = 5100.0)', 'character()', 'NULL')
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return ("Inf" if value > 0 else "-Inf") if math.isinf(value) else repr(value)
    if isinstance(value, str):
        return quoted(value, '"')
    if isinstance(value, Mapping):
        return "c(" + ", ".join(f"{r(str(key))} = {r(item)}" for key, item in value.items()) + ")"
    if isinstance(value, list):
        return "c(" + ", ".join(map(r, value)) + ")" if value else "character()"
    raise TypeError(f"no R literal for {type(value).__name__}")


def quoted(text: str, mark: str) -> str:
    """JSON's escapes are R's, apart from code points above 0xFFFF, which R takes with eight digits."""
    inner = "".join(
        f"\\U{ord(sign):08x}" if ord(sign) > 0xFFFF else json.dumps(sign)[1:-1] if sign != '"' else '"' for sign in text
    )
    return mark + inner.replace(mark, "\\" + mark) + mark
