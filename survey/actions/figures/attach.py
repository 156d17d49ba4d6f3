"""Attach files to an indicator or a figure, list them, take one out, pack them for hand-in with an index."""

import tempfile
import uuid
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from survey.exchange.export.csv_file import as_csv, safe_text
from survey.instrument.canonical import sha256_hex
from survey.programme.material import Material, MaterialError, MaterialKind, check_content
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.materials import (
    add_material,
    find_material,
    list_materials,
    mark_removed,
    read_content,
)

KIND_FOLDERS = {
    MaterialKind.DOCUMENT: "1正式发文",
    MaterialKind.PICTURE: "2图片资料",
    MaterialKind.STATEMENT: "3说明报告",
    MaterialKind.TABLE: "4数据表格",
}
_FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|\0', "_"))


def attach(
    storage: Storage,
    subject: str,
    kind: MaterialKind,
    name: str,
    content: bytes,
    now: datetime,
    actor: str,
    unit: str = "",
) -> Material:
    """Raises `MaterialError` for a file that the kind does not take, and for one that is there already."""
    name = name.translate(_FORBIDDEN).strip()[-180:]
    check_content(kind, name, content)
    sha256 = sha256_hex(content)
    one = Material(str(uuid.uuid4()), subject, unit, kind, name, len(content), sha256, actor, now)
    with storage.write() as session:
        if any((each.unit, each.sha256) == (unit, sha256) for each in list_materials(session, subject)):
            raise MaterialError(f"file {name}: expected a new file, found one that is attached here already")
        add_material(session, one, content)
        record_event(session, new_event(now, actor, "attach_file", subject, f"{kind.value} {name} {sha256}"))
    return one


def materials_of(storage: Storage, subject: str | None = None) -> list[Material]:
    with storage.read() as session:
        return list_materials(session, subject)


def open_material(storage: Storage, material_id: str) -> tuple[Material, bytes] | None:
    """The file with its content; None for an unknown one and one that was removed."""
    with storage.read() as session:
        one = find_material(session, material_id)
        if one is None or one.removed_at is not None:
            return None
        return one, b"".join(read_content(session, material_id))


def remove_material(storage: Storage, material_id: str, now: datetime, actor: str) -> bool:
    """Take it out of every list; the content stays in the database. False for one that is not there."""
    with storage.write() as session:
        one = find_material(session, material_id)
        if one is None or not mark_removed(session, material_id, actor, now):
            return False
        record_event(session, new_event(now, actor, "remove_file", one.subject, f"{one.kind.value} {one.name}"))
    return True


def pack_materials(storage: Storage, files: Sequence[Material], names: dict[str, str]) -> BinaryIO:
    """A zip with a folder for each indicator and kind, and `目录.csv`; `names`: of indicators and units by id."""
    target = tempfile.TemporaryFile(prefix="minyi-material-")  # noqa: SIM115 - the caller closes it
    index: list[tuple[object, ...]] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive, storage.read() as session:
        for number, one in enumerate(files, start=1):
            folder = f"{one.subject} {names.get(one.subject, '')}".strip().translate(_FORBIDDEN)[:60]
            path = f"{folder}/{KIND_FOLDERS[one.kind]}/{number:03d} {one.name}"
            with archive.open(path, "w") as file:
                for piece in read_content(session, one.id):
                    file.write(piece)
            unit = names.get(one.unit, one.unit)
            facts = (names.get(one.subject, ""), unit, KIND_FOLDERS[one.kind][1:], one.name, path)
            texts = [safe_text(text) for text in facts]
            index.append((number, one.subject, *texts, one.size, one.sha256, one.added_by, one.added_at))
        header = ("序号", "编号", "指标", "单位", "类别", "文件名", "位置", "字节", "sha256", "上传人", "上传时间")
        archive.writestr("目录.csv", as_csv(header, index))
    target.seek(0)
    return target
