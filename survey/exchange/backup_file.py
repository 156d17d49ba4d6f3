"""A backup: a zip with one file of JSON lines per table and a manifest with the number and the sha256 of its rows.

Written beside its place and moved there when it is whole and on disk; readable by any program that reads zip and JSON.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

FORMAT, FORMAT_VERSION = "minyi-backup", 1
_MANIFEST = "manifest.json"


class BackupError(ValueError):
    """The file is no backup, is damaged, or cannot be used here; the message says which."""


@dataclass(frozen=True)
class BackedUpTable:
    """One table of a backup; the lines are lists of cells in the order of `columns` (name to kind)."""

    name: str
    columns: Mapping[str, str]
    numbered: str | None
    rows: int
    sha256: str


@contextmanager
def new_backup(path: Path) -> Iterator["BackupWriter"]:
    """A writer whose file appears at `path` when the block ends, readable by its owner only; else nothing appears."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                yield BackupWriter(archive)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class BackupWriter:
    """Takes one table after the other, then the manifest."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._tables: list[BackedUpTable] = []

    def add_table(
        self, name: str, columns: Mapping[str, str], numbered: str | None, rows: Iterable[Sequence[object]]
    ) -> None:
        digest, count = hashlib.sha256(), 0
        with self._archive.open(f"{name}.jsonl", "w", force_zip64=True) as file:
            for row in rows:
                line = json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"
                digest.update(line)
                file.write(line)
                count += 1
        self._tables.append(BackedUpTable(name, dict(columns), numbered, count, digest.hexdigest()))

    def finish(self, migration: str, made_at: str) -> None:
        facts = {"format": FORMAT, "format_version": FORMAT_VERSION, "migration": migration, "made_at": made_at}
        manifest = facts | {"tables": [vars(table) for table in self._tables]}
        self._archive.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2))


@contextmanager
def open_backup(path: Path) -> Iterator["BackupReader"]:
    """A reader of the backup at `path`. Raises `BackupError` when it is none or a part of it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield BackupReader(archive)
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, EOFError) as error:
        raise BackupError(f"{path}: expected a backup made by `flask backup`, found: {error}") from error


class BackupReader:
    """The manifest, and the rows of each table, which are checked against it while they are read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        try:
            manifest = json.loads(archive.read(_MANIFEST))
            if (manifest["format"], manifest["format_version"]) != (FORMAT, FORMAT_VERSION):
                found = f"{manifest['format']} {manifest['format_version']}"
                raise BackupError(f"the backup's format: expected {FORMAT} {FORMAT_VERSION}, found {found}")
            self.migration: str = manifest["migration"]
            self.made_at: str = manifest["made_at"]
            self.tables = [BackedUpTable(**table) for table in manifest["tables"]]
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise BackupError(f"the backup has no {_MANIFEST} that can be read: {error}") from error

    def rows(self, table: BackedUpTable) -> Iterator[list[Any]]:
        """The rows; at the end `BackupError` when they are not those that were backed up."""
        digest, count = hashlib.sha256(), 0
        with self._open(table.name) as file:
            for line in file:
                digest.update(line)
                count += 1
                yield json.loads(line)
        if (count, digest.hexdigest()) != (table.rows, table.sha256):
            raise BackupError(f"{table.name}: expected {table.rows} rows with the sha256 of the manifest, found others")

    def _open(self, table: str) -> IO[bytes]:
        try:
            return self._archive.open(f"{table}.jsonl")
        except KeyError as error:
            raise BackupError(f"{table}: the backup has no rows of this table") from error
