"""Material: the four kinds of material that an office hands in, and the evidence of administrative figures."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LARGEST = 20 * 1024 * 1024  # bytes of one file


class MaterialKind(StrEnum):
    DOCUMENT = "document"  # 正式发文
    PICTURE = "picture"  # 图片资料
    STATEMENT = "statement"  # 说明报告
    TABLE = "table"  # 数据表格


# The endings that each kind takes, and how such files begin.
_OFFICE = (b"PK\x03\x04",)
BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".docx": _OFFICE,
    ".xlsx": _OFFICE,
    ".ofd": _OFFICE,
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".csv": (b"",),
}
ENDINGS: dict[MaterialKind, tuple[str, ...]] = {
    MaterialKind.DOCUMENT: (".pdf", ".ofd", ".docx"),
    MaterialKind.PICTURE: (".jpg", ".jpeg", ".png"),
    MaterialKind.STATEMENT: (".pdf", ".ofd", ".docx"),
    MaterialKind.TABLE: (".xlsx", ".csv"),
}


class MaterialError(ValueError):
    """A file cannot be taken; the message says what was expected and found."""


@dataclass(frozen=True)
class Material:
    """One file. `subject`: id of an indicator of the catalogue, or `INDICATOR@PERIOD` for an administrative figure.

    `unit`: code of the responsible unit that it comes from, or empty.
    """

    id: str
    subject: str
    unit: str
    kind: MaterialKind
    name: str
    size: int
    sha256: str
    added_by: str
    added_at: datetime
    removed_by: str = ""
    removed_at: datetime | None = None


def check_content(kind: MaterialKind, name: str, content: bytes) -> None:
    """Raises `MaterialError` for an ending that the kind does not take, another content, an empty or a large file."""
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    if ending not in ENDINGS[kind]:
        raise MaterialError(
            f"file {name}: expected a name ending in {', '.join(ENDINGS[kind])}, found {ending or 'none'}"
        )
    if not 0 < len(content) <= LARGEST:
        raise MaterialError(f"file {name}: expected 1 byte to {LARGEST // 1024 // 1024} MB, found {len(content)} bytes")
    if not content.startswith(BEGINNINGS[ending]):
        raise MaterialError(f"file {name}: expected the content of a {ending} file, found another one")
    if ending == ".csv" and b"\0" in content:
        raise MaterialError(f"file {name}: expected text, found other bytes")
