"""The encoding of text files: UTF-8, or GB 18030 as spreadsheet programs in China save. First step."""

from __future__ import annotations

from pathlib import Path

START = 1 << 20


def encoding_of(path: Path) -> str:
    """`gb18030` for a file whose start is not UTF-8, otherwise `utf8`."""
    with path.open("rb") as file:
        start = file.read(START)
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 4:
            return "gb18030"
    return "utf8"


def text_of(path: Path) -> str:
    """The whole text of a small file, without a byte order mark. Raises OSError, UnicodeDecodeError."""
    return path.read_bytes().decode(encoding_of(path)).removeprefix("\ufeff")
