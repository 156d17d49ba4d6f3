"""Does one thing in several processes at once."""

import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")
_PATIENCE = 120  # seconds


def in_processes(do: Callable[..., Result], parts: Sequence[tuple[Any, ...]]) -> list[Result]:
    """`do(*part)` for every part, each in a process of its own, all at the same time.

    The processes come from a server without threads: a copy of the process of the tests, in which threads run (the
    browser's, the databases'), may hold a lock for ever that one of them had. Raises what `do` raised, and
    `multiprocessing.TimeoutError` when a process does not end.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([do.__module__])
    with context.Pool(len(parts)) as pool:
        return pool.starmap_async(do, parts, chunksize=1).get(_PATIENCE)
