"""A process that posts responses from several threads until it is killed; the fault tests kill it.

    python -m tests.storage.writer URL PREFIX THREADS [--die-before-reply]

Prints `sent ID` before and `stored ID RECEIPT` after each; the parent reads what was promised. The content of an answer
follows from its id, so that the parent can send the very same one again.
"""

import itertools
import os
import signal
import sys
import threading

from survey.actions.response.receive_response import receive_response
from survey.response.response import Submission
from survey.storage import Storage
from tests.factories import KEY, NOW, make_submission


def submission_of(response_id: str) -> Submission:
    """The one submission with this id."""
    return make_submission(response_id=response_id, answers={"a1": str(len(response_id) % 5), "g1": response_id})


def post(storage: Storage, response_id: str, die_before_reply: bool) -> None:
    _say(f"sent {response_id}")
    received = receive_response(storage, KEY, submission_of(response_id), NOW)
    if die_before_reply:
        os.kill(os.getpid(), signal.SIGKILL)
    _say(f"stored {response_id} {received.receipt}")


def post_for_ever(storage: Storage, prefix: str) -> None:
    for number in itertools.count():
        post(storage, f"{prefix}-{number}", die_before_reply=False)


def _say(line: str) -> None:
    os.write(sys.stdout.fileno(), f"{line}\n".encode())  # one write for each line, at once and whole


if __name__ == "__main__":
    url, prefix, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    opened = Storage(url)
    if "--die-before-reply" in sys.argv:
        post(opened, f"{prefix}-0", die_before_reply=True)
    for name in range(threads):
        threading.Thread(target=post_for_ever, args=(opened, f"{prefix}-{name}")).start()
