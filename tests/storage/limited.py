"""A process that may not write: its file size is limited, or it has no right to the file. The outage tests start it.

    python -m tests.storage.limited URL full|read-only

Prints the receipts of what was accepted, then the name of the error, then (the limit lifted) what the repeated
submission became.
"""

import itertools
import os
import resource
import sys
from pathlib import Path

from survey.actions.response.receive_response import receive_response
from survey.storage import Storage, StorageUnavailableError
from tests.factories import KEY, NOW
from tests.storage.writer import submission_of

NOBODY = 65534
_ROOM = 400_000  # bytes that the database and its log may still grow


def fill_up(storage: Storage, path: Path) -> None:
    """Send until the disk takes no more, then make room and send the same submission again."""
    largest = max(file.stat().st_size for file in path.parent.glob(path.name + "*"))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + _ROOM, hard))
    for number in itertools.count():
        submission = submission_of(f"full-{number}")
        try:
            print("stored", submission.response_id, receive_response(storage, KEY, submission, NOW).receipt)
        except StorageUnavailableError as error:
            print("refused", submission.response_id, type(error).__name__)
            break
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    print("again", submission.response_id, receive_response(storage, KEY, submission, NOW).outcome)


def write_without_right(storage: Storage) -> None:
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        receive_response(storage, KEY, submission_of("no-right"), NOW)
    except StorageUnavailableError as error:
        print("refused", "no-right", type(error).__name__)


if __name__ == "__main__":
    url, limit = sys.argv[1:]
    opened = Storage(url)
    if limit == "full":
        fill_up(opened, Path(url.removeprefix("sqlite:///")))
    else:
        write_without_right(opened)
