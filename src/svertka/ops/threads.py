"""Work that is shared out to threads."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch


def shared_out(work: Callable[..., None], jobs: Iterable[tuple[Any, ...]]) -> None:
    """Do the jobs on as many threads as torch has, this one among them; each takes the next that nobody has taken."""
    waiting = iter(jobs)

    def worker() -> None:
        for job in waiting:
            work(*job)

    threads = torch.get_num_threads()
    if threads == 1:
        worker()
        return
    with ThreadPoolExecutor(threads - 1) as pool:
        others = [pool.submit(worker) for _ in range(threads - 1)]
        worker()
        for other in others:
            other.result()
