import sys

import numpy as np
import pytest

from svertka.data.windows import created, opened, pieces
from svertka.errors import MissingExtra, ShapeError

zarr = pytest.importorskip("zarr")

SHAPES = [(1, (97,)), (2, (97,)), (1, (37, 41)), (3, (37, 41)), (2, (5, 37, 41))]


@pytest.mark.parametrize(("channels", "sizes"), SHAPES)
@pytest.mark.parametrize("dtype", ["bool", "u1", "i8", "f4"])
def test_the_array_is_the_one_that_zarr_reads(tmp_path, rng, channels, sizes, dtype):
    values = rng.integers(0, 2, (channels, *sizes)).astype(dtype)
    tile = (16,) * len(sizes)
    with created(tmp_path / "x.zarr", channels=channels, sizes=sizes, dtype=dtype, tile=tile) as sink:
        for window in pieces(tuple(slice(0, size) for size in sizes), tile):
            sink.write(window, values[(slice(None), *window)])
            sink.mark(window)
    found = zarr.open_array(tmp_path / "x.zarr", mode="r")
    assert found.dtype == np.dtype(dtype)
    assert found.chunks == (*(channels,) * (channels > 1), *map(min, tile, sizes))
    np.testing.assert_array_equal(found[...], values[0] if channels == 1 else values)


def test_its_dimensions_are_named_so_that_it_is_read_as_it_was_meant(tmp_path):
    for channels, sizes in ((40, (70, 80)), (2, (50, 60, 70)), (7, (80,))):
        path = tmp_path / f"{channels}.zarr"
        with created(path, channels=channels, sizes=sizes, dtype="u1", tile=sizes) as sink:
            whole = tuple(slice(0, size) for size in sizes)
            sink.write(whole, np.ones((channels, *sizes), np.uint8))
            sink.mark(whole)
        with opened(path) as source:
            assert (source.channels, source.sizes) == (channels, sizes)


def test_a_window_that_cuts_tiles_is_refused(tmp_path):
    with created(tmp_path / "x.zarr", channels=1, sizes=(40, 50), dtype="f4", tile=(16, 16)) as sink:
        sink.write((slice(16, 40), slice(32, 50)), np.ones((1, 24, 18), np.float32))
        with pytest.raises(ShapeError, match=r"window \[0:10, 0:16\] cuts tiles of 16x16"):
            sink.write((slice(0, 10), slice(0, 16)), np.ones((1, 10, 16), np.float32))


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(MissingExtra, match=r"writing Zarr needs zarr"):
        created(tmp_path / "x.zarr", channels=1, sizes=(40, 50), dtype="f4", tile=(16, 16))
    assert list(tmp_path.iterdir()) == []
