"""The checked questionnaires folder, read again only when a file of it was changed: pages ask for it often."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from survey.actions.instrument.check_questionnaires import CheckedFolder


def checked_folder(folder: Path) -> "CheckedFolder":
    """What `check_questionnaires` says of the folder as it is now."""
    stamp = tuple(sorted((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*.yaml")))
    return _checked(folder, stamp)


@lru_cache(maxsize=2)
def _checked(folder: Path, _stamp: tuple[tuple[str, int], ...]) -> "CheckedFolder":
    from survey.actions.instrument.check_questionnaires import check_questionnaires  # the grammar loads only here

    return check_questionnaires(folder)
