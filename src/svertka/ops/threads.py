"""Work that is shared out to threads."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import torch


def shared_out(work: Callable[..., None], jobs: Iterable[tuple[Any, ...]]) -> None:
    """Do the jobs on as many threads as torch has, this one among them; each takes the next that nobody has taken.

    The work should not share out work itself.
    """
    waiting = iter(jobs)

    def worker() -> None:
        for job in waiting:
            work(*job)

    threads = torch.get_num_threads()
    if threads == 1:
        worker()
        return
    others = [_pool(threads - 1, os.getpid()).submit(worker) for _ in range(threads - 1)]
    try:
        worker()
    finally:
        for other in others:
            other.result()


@cache
def _pool(threads: int, process: int) -> ThreadPoolExecutor:
    """The threads of this process, kept: to start them takes longer than much of the work."""
    return ThreadPoolExecutor(threads)
