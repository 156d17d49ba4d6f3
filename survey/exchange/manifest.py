"""The manifest beside an export: what it holds, from which questionnaire, with which sha256. Step 8."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from survey.exchange.export.csv_file import shown_time
from survey.exchange.export.export_columns import Column
from survey.exchange.export.missing import NOT_ANSWERED, NOT_ASKED


def file_sha256(path: Path) -> str:
    """Hexadecimal sha256 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def described(path: Path, rows: int | None = None) -> dict[str, object]:
    """Name, size and hash of a file, with its number of rows where it has rows."""
    facts: dict[str, object] = {"file": path.name, "bytes": path.stat().st_size, "sha256": file_sha256(path)}
    return facts if rows is None else facts | {"rows": rows}


def column_facts(columns: Sequence[Column]) -> dict[str, object]:
    return {
        "columns": [column.name for column in columns],
        "missing": {
            "not_asked": NOT_ASKED,
            "not_answered": NOT_ANSWERED,
            "others": "codes of the items, see the codebook",
            "sav": "not answered is system-missing, the others are user-missing",
            "dta": {
                ".a": "not asked",
                ".b": "not answered",
                ".c": "don't know",
                ".d": "refused",
                ".e": "not applicable",
            },
        },
    }


def write_manifest(path: Path, facts: Mapping[str, object]) -> None:
    text = json.dumps(facts, ensure_ascii=False, indent=2, default=_as_json)
    path.write_text(text + "\n", encoding="utf-8")


def _as_json(value: object) -> str:
    if isinstance(value, datetime):
        return shown_time(value)
    raise TypeError(f"a manifest holds no {type(value).__name__}")
