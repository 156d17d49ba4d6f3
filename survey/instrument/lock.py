"""Step 1: published.lock, the memory of the questionnaires folder: which version was published with which sha256."""

import re
from pathlib import Path

from survey.instrument.fault import Fault

LOCK = "published.lock"
_LINE = re.compile(r"(?P<name>\S+) (?P<version>[0-9]+) (?P<sha256>[0-9a-f]{64})")
_HEADER = "# Written by `questionnaires publish`: name, version, sha256 of the compiled definition. Do not edit.\n"

Lock = dict[tuple[str, int], str]


def read_lock(folder: Path) -> tuple[Lock, list[Fault]]:
    """Name and version to sha256; a line that is none of these is a fault. No file: nothing was published yet."""
    lock: Lock = {}
    faults: list[Fault] = []
    file = folder / LOCK
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match:
            lock[match["name"], int(match["version"])] = match["sha256"]
        elif line and not line.startswith("#"):
            remedy = "restore the file as it was committed"
            faults.append(Fault(LOCK, number, "line", "name, version, sha256", repr(line[:60]), remedy))
    return lock, faults


def add_to_lock(folder: Path, name: str, version: int, sha256: str) -> None:
    """Remember a published version. What is remembered already is not written again: the folder may be read-only."""
    lock, _ = read_lock(folder)
    if lock.get((name, version)) == sha256:
        return
    lock[name, version] = sha256
    lines = (f"{name} {version} {sha256}\n" for (name, version), sha256 in sorted(lock.items()))
    (folder / LOCK).write_text(_HEADER + "".join(lines), encoding="utf-8")
