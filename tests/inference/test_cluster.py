import asyncio
import gc
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread, Timer

import numpy as np
import pytest
from scipy.ndimage import convolve

from reference import boxes
from svertka.data.windows import created, pieces
from svertka.errors import ClusterError, DataError, MissingExtra
from svertka.inference import cluster as cluster_jobs
from svertka.inference.cluster import run_over

distributed = pytest.importorskip("distributed")
zarr = pytest.importorskip("zarr")
SIZES, TILE, RADIUS = (250, 330), (32, 32), 3
WINDOWS = list(pieces(tuple(slice(0, size) for size in SIZES), TILE))
HOW = {"channels": 1, "sizes": SIZES, "dtype": np.int32, "tile": TILE}
IMAGE = np.random.default_rng(0).integers(0, 2**16, SIZES, dtype=np.uint16)


@pytest.fixture
def source(tmp_path):
    array = zarr.create_array(tmp_path / "x.zarr", shape=SIZES, chunks=(50, 60), dtype=IMAGE.dtype)
    array[:] = IMAGE
    return tmp_path / "x.zarr"


def test_a_worker_that_is_killed_is_not_missed(cluster, source, tmp_path):
    compute = partial(boxes.box, source, RADIUS, pause=0.02)
    with distributed.Client(cluster, set_as_default=False) as client:
        pids = client.run(os.getpid)
    counts = []

    def watch(done, total):
        counts.append((done, total))
        if done == 20:
            os.kill(next(iter(pids.values())), signal.SIGKILL)

    with created(tmp_path / "y.zarr", **HOW) as sink:
        assert run_over(cluster.scheduler_address, WINDOWS, compute, sink, progress=watch) == len(WINDOWS)
    assert counts == [(number, len(WINDOWS)) for number in range(len(WINDOWS) + 1)]
    found = zarr.open_array(tmp_path / "y.zarr", mode="r")[...]
    with created(tmp_path / "alone.zarr", **HOW) as sink:
        for window in WINDOWS:
            sink.write(window, compute(window))
            sink.mark(window)
    np.testing.assert_array_equal(found, zarr.open_array(tmp_path / "alone.zarr", mode="r")[...])
    wanted = convolve(IMAGE.astype(np.int64), np.ones((2 * RADIUS + 1,) * 2, np.int64), mode="constant")
    np.testing.assert_array_equal(found, wanted)
    with distributed.Client(cluster, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        assert set(client.run(os.getpid).values()) != set(pids.values())


def test_windows_that_are_done_are_not_computed_again(cluster, source, tmp_path):
    counts = []
    with created(tmp_path / "y.zarr", **HOW) as sink:
        for window in WINDOWS[:-2]:
            sink.write(window, np.ones((1, *[part.stop - part.start for part in window]), np.int32))
            sink.mark(window)
        compute = partial(boxes.box, source, RADIUS)
        progress = lambda *both: counts.append(both)  # noqa: E731
        assert run_over(cluster.scheduler_address, WINDOWS, compute, sink, progress=progress) == 2
        assert run_over(cluster.scheduler_address, WINDOWS, compute, sink) == 0
    assert [done for done, _ in counts] == [len(WINDOWS) - 2, len(WINDOWS) - 1, len(WINDOWS)]
    found = zarr.open_array(tmp_path / "y.zarr", mode="r")[...]
    assert (found[WINDOWS[0]] == 1).all()
    assert (found[WINDOWS[-1]] != 1).all()


@pytest.mark.parametrize(
    ("compute", "kind", "words"),
    [
        (
            boxes.broken,
            DataError,
            r"^x\.tif, block \[0:32, 0:32\] cannot be read as TIFF: bad data; what is finished is",
        ),
        pytest.param(
            boxes.deadly,
            ClusterError,
            r"^window \[0:32, 0:32\] ended several workers: they may need more memory; what is",
            marks=pytest.mark.slow,
        ),
        (
            boxes.absent,
            ClusterError,
            r"^a worker or the scheduler lacks what it needs: No module named 'svertka'; install svertka there",
        ),
        (boxes.wrong, ZeroDivisionError, "a mistake of the caller's"),
    ],
)
def test_what_goes_wrong_with_a_window_is_said(cluster, tmp_path, compute, kind, words):
    with created(tmp_path / "y.zarr", **HOW) as sink, pytest.raises(kind, match=words):
        run_over(cluster.scheduler_address, WINDOWS[:1], compute, sink)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "no://where", ""])
def test_a_scheduler_that_does_not_answer_is_one_line(tmp_path, address, monkeypatch):
    monkeypatch.setattr(cluster_jobs, "REACH", 0.5)
    with created(tmp_path / "y.zarr", **HOW) as sink, pytest.raises(ClusterError) as caught:
        run_over(address, WINDOWS, boxes.broken, sink)
    assert str(caught.value).startswith(f"no Dask scheduler answers at {address}: start one by `dask scheduler`")


def clients():
    return [each for each in gc.get_objects() if type(each) is distributed.Client]


def test_nothing_is_left_of_a_client_that_found_nobody(tmp_path, monkeypatch):
    before = clients()
    monkeypatch.setattr(cluster_jobs, "REACH", 0.5)
    with created(tmp_path / "y.zarr", **HOW) as sink, pytest.raises(ClusterError) as caught:
        run_over("tcp://127.0.0.1:1", WINDOWS, boxes.broken, sink)
    assert isinstance(caught.value.__cause__, OSError)
    # The error still holds what was alive where it was raised.
    assert {id(each) for each in clients()} <= {id(each) for each in before}


def test_a_notebook_which_has_an_event_loop_is_no_obstacle(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_jobs, "REACH", 0.5)

    async def cell():
        run_over("tcp://127.0.0.1:1", WINDOWS, boxes.broken, sink)

    with created(tmp_path / "y.zarr", **HOW) as sink, pytest.raises(ClusterError, match="no Dask scheduler answers"):
        asyncio.run(cell())


def test_a_cluster_without_workers_is_not_waited_for_for_ever(tmp_path):
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as empty,
        created(tmp_path / "y.zarr", **HOW) as sink,
        pytest.raises(
            ClusterError, match=r"has had no workers for 0.5 s; what is finished is kept, and the same command"
        ),
    ):
        run_over(empty.scheduler_address, WINDOWS, boxes.broken, sink, patience=0.5)


@contextmanager
def scheduler_alone(path):
    """A scheduler without workers in a process of its own, which finds modules there too, and its address."""
    words = ["-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--interface", "lo"]
    told = {"stderr": subprocess.PIPE, "text": True, "env": {**os.environ, "PYTHONPATH": str(path)}}
    with subprocess.Popen([sys.executable, *words], **told) as scheduler:
        address = next(line.split()[-1] for line in scheduler.stderr if "tcp://" in line)
        reader = Thread(target=scheduler.stderr.read)
        reader.start()
        yield scheduler, address
        scheduler.kill()
        reader.join()


def test_a_scheduler_that_is_lost_is_said(tmp_path):
    with scheduler_alone(Path(boxes.__file__).parents[1]) as (scheduler, address):
        end = Timer(2, scheduler.kill)
        end.start()
        with (
            created(tmp_path / "y.zarr", **HOW) as sink,
            pytest.raises(ClusterError, match=f"the scheduler at {address} is lost; what is"),
        ):
            run_over(address, WINDOWS, boxes.broken, sink, patience=30)
        end.join()


def test_a_scheduler_that_lacks_what_is_to_be_done_is_said(tmp_path):
    with (
        scheduler_alone(tmp_path) as (_, address),
        created(tmp_path / "y.zarr", **HOW) as sink,
        pytest.raises(ClusterError, match="the scheduler lacks what it needs: No module named 'reference'; install"),
    ):
        run_over(address, WINDOWS, boxes.broken, sink, patience=30)


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        created(tmp_path / "y.zarr", **HOW) as sink,
        pytest.raises(MissingExtra, match=r"a cluster needs distributed, .* pip install 'svertka\[cluster\]'"),
    ):
        run_over("tcp://127.0.0.1:1", WINDOWS, boxes.broken, sink)
