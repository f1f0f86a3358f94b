import errno
import os
import subprocess
import sys

import numpy as np
import pytest

from svertka.data.windows import created, joined, opened, pieces
from svertka.errors import DataError, SettingError, ShapeError

SIZES, TILE = (60, 70), (16, 32)
ALL = (slice(0, 60), slice(0, 70))
WINDOWS = list(pieces(ALL, TILE))
VALUES = np.random.default_rng(0).random((2, *SIZES), dtype=np.float32)
NAMES = ["x.zarr", "x.tif", "x.fits", "x.npy"]
HOW = {"channels": 2, "sizes": SIZES, "dtype": np.float32, "tile": TILE}


def fill(sink, windows=WINDOWS):
    for window in windows:
        if not sink.done(window):
            sink.write(window, VALUES[(slice(None), *window)])
            sink.mark(window)


def held(path):
    axes = "CHW" if path.suffix == ".npy" else None
    with opened(path, axes=axes) as source:
        found = source.read(tuple(slice(0, size) for size in source.sizes))
    return found[0] if path.suffix == ".fits" else found


@pytest.mark.parametrize("name", NAMES)
class TestAFile:
    def test_appears_when_all_of_it_is_marked_and_leaves_nothing_else(self, name, tmp_path):
        with created(tmp_path / name, **HOW) as sink:
            fill(sink)
            assert not (tmp_path / name).exists()
        assert [path.name for path in tmp_path.iterdir()] == [name]
        np.testing.assert_array_equal(held(tmp_path / name), VALUES)

    def test_that_was_begun_goes_on_where_it_stopped(self, name, tmp_path):
        with created(tmp_path / name, **HOW) as sink:
            fill(sink, WINDOWS[:5])
        assert not (tmp_path / name).exists()
        with created(tmp_path / name, **HOW) as sink:
            assert [sink.done(window) for window in WINDOWS] == [True] * 5 + [False] * (len(WINDOWS) - 5)
            fill(sink)
        np.testing.assert_array_equal(held(tmp_path / name), VALUES)

    def test_of_another_job_is_not_gone_on_with(self, name, tmp_path):
        with created(tmp_path / name, **HOW, job="blur") as sink:
            fill(sink, WINDOWS[:5])
        words = rf"{name} was begun with job 'blur', not 'sharpen'; go on with that, write to another name, or begin"
        with pytest.raises(DataError, match=words):
            created(tmp_path / name, **HOW, job="sharpen")
        with created(tmp_path / name, **HOW, job="sharpen", overwrite=True) as sink:
            assert not any(map(sink.done, WINDOWS))
            fill(sink)
        np.testing.assert_array_equal(held(tmp_path / name), VALUES)

    def test_that_exists_stays_unless_it_is_to_be_overwritten(self, name, tmp_path):
        with created(tmp_path / name, **HOW) as sink:
            fill(sink)
        with pytest.raises(DataError, match=rf"{name} exists; write to another name, or use --overwrite"):
            created(tmp_path / name, **HOW)
        with created(tmp_path / name, **HOW, overwrite=True) as sink:
            for window in WINDOWS:
                sink.write(window, -VALUES[(slice(None), *window)])
                np.testing.assert_array_equal(held(tmp_path / name), VALUES)
                sink.mark(window)
        np.testing.assert_array_equal(held(tmp_path / name), -VALUES)

    def test_may_be_written_by_others_who_join(self, name, tmp_path):
        with created(tmp_path / name, **HOW) as sink:
            with joined(tmp_path / name) as other:
                fill(other)
            assert not (tmp_path / name).exists()
            assert all(map(sink.done, WINDOWS))
        np.testing.assert_array_equal(held(tmp_path / name), VALUES)


KILLED = """
import importlib.util, sys, time
spec = importlib.util.spec_from_file_location("cases", sys.argv[1])
cases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cases)
sinks = [cases.created(f"{sys.argv[2]}/{name}", **cases.HOW) for name in cases.NAMES]
for window in cases.WINDOWS:
    for sink in sinks:
        cases.fill(sink, [window])
    print(window, flush=True)
    time.sleep(0.02)
"""


def test_a_process_that_is_killed_goes_on_where_it_stopped(tmp_path):
    worker = subprocess.Popen([sys.executable, "-c", KILLED, __file__, tmp_path], stdout=subprocess.PIPE, text=True)
    for _ in range(4):
        assert worker.stdout.readline()
    worker.kill()
    said = 4 + len(worker.communicate()[0].splitlines())
    for name in NAMES:
        with created(tmp_path / name, **HOW) as sink:
            assert said <= sum(map(sink.done, WINDOWS)) <= said + 1 < len(WINDOWS)
            fill(sink)
        np.testing.assert_array_equal(held(tmp_path / name), VALUES)


@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_is_one_line_and_the_job_goes_on_when_there_is_room(name, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sink = created(tmp_path / name, **HOW)
    fill(sink, WINDOWS[:5])
    with monkeypatch.context() as context:
        context.setattr(sink.writer, "write", full)
        with pytest.raises(
            DataError, match=rf"^cannot write .*{name}: No space left on device; what is finished is kept, and"
        ):
            fill(sink)
    sink.close()
    with created(tmp_path / name, **HOW) as sink:
        assert sum(map(sink.done, WINDOWS)) == 5
        fill(sink)
    np.testing.assert_array_equal(held(tmp_path / name), VALUES)


def ones(sink, windows):
    for window in windows:
        sink.write(window, np.ones((1, 100, 1000), np.float32))
        sink.mark(window)


def test_a_small_disk_that_fills_says_so_and_leaves_what_was_finished(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True).returncode:
        pytest.skip("needs the right to mount a file system in memory")
    try:
        how = {"channels": 1, "sizes": (1000, 1000), "dtype": np.float32, "tile": (100, 1000)}
        windows = [(slice(n, n + 100), slice(0, 1000)) for n in range(0, 1000, 100)]
        sink = created(small / "x.npy", **how)
        with pytest.raises(DataError, match=r"cannot write .*x\.npy: No space left on device"):
            ones(sink, windows)
        sink.close()
        assert subprocess.run(["mount", "-o", "remount,size=9m", small], capture_output=True).returncode == 0
        with created(small / "x.npy", **how) as sink:
            assert sum(map(sink.done, windows)) == 2
            ones(sink, [window for window in windows if not sink.done(window)])
        assert (np.load(small / "x.npy") == 1).all()
        with pytest.raises(DataError, match=r"cannot write .*y\.tif: No space left on device"):
            created(small / "y.tif", **{**how, "sizes": (3000, 3000)})
        assert [path.name for path in small.iterdir()] == ["x.npy"]
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.mark.parametrize(
    ("name", "how", "words"),
    [
        ("x.tif", {"sizes": (90,), "tile": (9,)}, r"x\.tif cannot hold .*, 90; write \.zarr or \.npy instead"),
        ("x.fits", {"sizes": (90,), "tile": (9,)}, r"x\.fits cannot hold 2 channels of float32, 90"),
        ("x.fits", {"dtype": np.float16}, r"x\.fits cannot hold 2 channels of float16, 60x70"),
        ("x.tif", {"dtype": bool}, r"x\.tif cannot hold 2 channels of bool, 60x70"),
        ("x.npy", {"dtype": np.complex64}, r"x\.npy cannot hold 2 channels of complex64, 60x70"),
    ],
)
def test_what_a_format_does_not_hold_is_refused_before_anything_is_written(tmp_path, name, how, words):
    with pytest.raises(DataError, match=words):
        created(tmp_path / name, **{**HOW, **how})
    assert list(tmp_path.iterdir()) == []


def test_an_ending_that_cannot_be_written_is_refused(tmp_path):
    words = r"x\.png cannot be written in windows: its name should end in one of \.fit \.fits \.fts \.npy \.tif"
    with pytest.raises(SettingError, match=words):
        created(tmp_path / "x.png", **HOW)


def test_a_file_in_no_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"cannot write .*x\.npy: No such file or directory"):
        created(tmp_path / "gone" / "x.npy", **HOW)


def test_values_of_another_shape_or_kind_are_refused(tmp_path):
    with created(tmp_path / "x.npy", **{**HOW, "dtype": np.uint8}) as sink:
        words = (
            r"window \[0:16, 0:32\] of .*x\.npy takes uint8 of shape \(2, 16, 32\), not float32 of shape \(2, 16, 31\)"
        )
        with pytest.raises(ShapeError, match=words):
            sink.write(WINDOWS[0], np.zeros((2, 16, 31), np.float32))
        with pytest.raises(ShapeError, match="not float32 of shape"):
            sink.write(WINDOWS[0], np.zeros((2, 16, 32), np.float32))


def test_nobody_joins_what_was_not_begun(tmp_path):
    with pytest.raises(DataError, match=r"nobody writes .*x\.zarr, as seen from here; all machines need the"):
        joined(tmp_path / "x.zarr")


def test_an_image_of_other_sizes_needs_to_know_how_wide_its_pixels_are(tmp_path):
    np.save(tmp_path / "x.npy", VALUES[0])
    with opened(tmp_path / "x.npy") as source, pytest.raises(SettingError, match="30x35 from one of 60x70 needs"):
        created(tmp_path / "y.npy", **{**HOW, "sizes": (30, 35)}, like=source)
