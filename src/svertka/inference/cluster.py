"""One job on many machines: windows of an image, computed and written by the workers of a Dask cluster."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, Queue
from time import monotonic
from typing import Any

from svertka.data.rasters import Pixels
from svertka.data.stores import Progress, silent
from svertka.data.windows import Sink, Window, joined
from svertka.data.windows.forms import spelled
from svertka.errors import ClusterError, DataError, MissingExtra, SvertkaError

Compute = Callable[[Window], Pixels]
REACH = 10  # seconds to look for the scheduler
GOES_ON = "what is finished is kept, and the same command goes on from there"


def run_over(
    scheduler: str,
    windows: Sequence[Window],
    compute: Compute,
    sink: Sink,
    *,
    progress: Progress = silent,
    patience: float = 60.0,
) -> int:
    """Compute the windows that are not done yet; how many those were.

    Each worker writes what it has computed into the file and marks it, so nothing goes through this process, and a
    window whose worker dies is computed by another. All machines need the files under the same names.

    Args:
        scheduler: the address of Dask's scheduler, as `tcp://10.0.0.1:8786`.
        windows: of the file, without overlap; of a Zarr whole tiles.
        compute: gives values `(channels, *window)`. It is sent to the workers, so it is a function of a module that
            they have too, or a `partial` of one.
        sink: a file that was created here and is not closed yet.
        progress: told how many windows are done, and of how many.
        patience: seconds to wait for workers, where there are none.

    Raises:
        ClusterError: nobody answers at the address, all workers are gone, or a window ended several of them.
        DataError: a window cannot be read, computed or written.
        MissingExtra: Dask is not installed.
    """
    wanted = [window for window in windows if not sink.done(window)]
    before = len(windows) - len(wanted)
    progress(before, len(windows))
    with _client(scheduler) as client:
        futures = client.map(partial(finish, compute, sink.path.resolve()), wanted, pure=False)
        places = {future.key: window for future, window in zip(futures, wanted, strict=True)}
        for count, future in enumerate(_finished(client, futures, patience), before + 1):
            _check(client, future, places[future.key])
            progress(count, len(windows))
    return len(wanted)


def finish(compute: Compute, path: Path, window: Window) -> str:
    """What a worker does: compute a window, write it and mark it, unless it is done; what went wrong, in a line."""
    try:
        with joined(path) as sink:
            if not sink.done(window):
                sink.write(window, compute(window))
                sink.mark(window)
    except SvertkaError as error:
        # Not all of the family can be sent from one process to another.
        return str(error)
    return ""


def check(scheduler: str) -> None:
    """See that a scheduler answers.

    Raises:
        ClusterError: nobody does.
        MissingExtra: Dask is not installed.
    """
    if find_spec("distributed") is None:
        raise MissingExtra("a cluster", "distributed", "cluster")
    try:
        # A thread of its own has no event loop yet, as a notebook has.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(_reach(scheduler))).result()
    except (OSError, ValueError) as error:
        raise _unanswered(scheduler) from error


@contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    # A client that finds nobody cannot be closed, and comes to its end whenever memory is swept; so look first.
    check(scheduler)
    from distributed import Client

    try:
        client = Client(scheduler, timeout=REACH, set_as_default=False)
    except (OSError, ValueError) as error:
        raise _unanswered(scheduler) from error
    try:
        yield client
    finally:
        client.close()


def _unanswered(scheduler: str) -> ClusterError:
    return ClusterError(
        f"no Dask scheduler answers at {scheduler}: start one by `dask scheduler`, and workers by `dask worker "
        f"{scheduler if '://' in scheduler else 'tcp://HOST:8786'}`"
    )


async def _reach(scheduler: str) -> None:
    from distributed.comm.core import connect

    comm = await connect(scheduler, timeout=REACH)
    await comm.close()


def _finished(client: Any, futures: Sequence[Any], patience: float) -> Iterator[Any]:
    """Futures as they come to their end, whatever that is."""
    ended: Queue[Any] = Queue()
    for future in futures:
        future.add_done_callback(ended.put)
    for _ in futures:
        yield _next(client, ended, patience)


def _next(client: Any, ended: "Queue[Any]", patience: float) -> Any:
    seen = monotonic()
    while True:
        with suppress(Empty):
            return ended.get(timeout=1)
        if _workers(client):
            seen = monotonic()
        elif monotonic() - seen > patience:
            raise ClusterError(f"{client.scheduler.address} has had no workers for {patience:g} s; {GOES_ON}")


def _workers(client: Any) -> int:
    try:
        return len(client.nthreads())
    except OSError as error:
        raise _lost(client) from error


def _lost(client: Any) -> ClusterError:
    return ClusterError(f"the scheduler at {client.scheduler.address} is lost; {GOES_ON}")


def _lacking(error: BaseException) -> ImportError | None:
    """What could not be imported; the scheduler says so behind an error of its own."""
    return next((each for each in (error, error.__cause__) if isinstance(each, ImportError)), None)


def _check(client: Any, future: Any, window: Window) -> None:
    """See that a window is finished.

    Raises:
        ClusterError, DataError: it is not.
    """
    if future.status == "finished":
        error = future.result()
        if error:
            raise DataError(f"{error}; {GOES_ON}")
    elif future.status == "error" and type(future.exception()).__name__ == "KilledWorker":
        raise ClusterError(f"window {spelled(window)} ended several workers: they may need more memory; {GOES_ON}")
    elif future.status == "error" and (lacking := _lacking(future.exception())):
        raise ClusterError(
            f"a worker or the scheduler lacks what it needs: {lacking}; install svertka there too; {GOES_ON}"
        )
    elif future.status == "error":
        raise future.exception()
    else:
        raise _lost(client)
