import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from svertka.data.windows import opened
from svertka.errors import DataError, MissingExtra

zarr = pytest.importorskip("zarr")
WINDOW = (slice(3, 37), slice(17, 41))


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("dtype", ["u1", "<u2", ">u2", ">f4", "<f8"])
def test_windows_are_those_of_the_array(tmp_path, rng, version, dtype):
    values = rng.integers(0, 99, (2, 37, 41)).astype(dtype)
    array = zarr.create_array(
        tmp_path / "x.zarr", shape=values.shape, chunks=(1, 16, 16), dtype=dtype, zarr_format=version
    )
    array[:] = values
    with opened(tmp_path / "x.zarr") as source:
        assert (source.channels, source.sizes, source.dtype) == (2, (37, 41), np.dtype(dtype).newbyteorder("="))
        found = source.read(WINDOW)
        assert found.dtype.isnative
        np.testing.assert_array_equal(found, values[(slice(None), *WINDOW)])


def test_names_of_dimensions_are_heard(tmp_path, rng):
    values = rng.random((7, 8, 9))
    for name, how in (("three", {"dimension_names": ("y", "c", "x")}), ("two", {"zarr_format": 2})):
        array = zarr.create_array(tmp_path / f"{name}.zarr", shape=values.shape, dtype="f8", **how)
        array[:] = values
        array.attrs["_ARRAY_DIMENSIONS"] = ["y", "c", "x"]
        with opened(tmp_path / f"{name}.zarr") as source:
            assert (source.channels, source.sizes) == (8, (7, 9))


def test_several_threads_read_at_once(tmp_path, rng):
    values = rng.random((100, 90))
    zarr.create_array(tmp_path / "x.zarr", shape=values.shape, chunks=(16, 16), dtype="f8")[:] = values
    windows = [(slice(n, n + 10), slice(n // 2, n // 2 + 40)) for n in range(90)]
    with opened(tmp_path / "x.zarr") as source, ThreadPoolExecutor(8) as pool:
        for window, found in zip(windows, pool.map(source.read, windows), strict=True):
            np.testing.assert_array_equal(found[0], values[window])


@pytest.mark.parametrize("path", ["x.zarr", "x.zarr/0"])
def test_the_finest_image_of_a_pyramid_is_read(tmp_path, path):
    group = zarr.create_group(tmp_path / "x.zarr")
    for level in range(2):
        group.create_array(str(level), shape=(32 >> level, 48 >> level), dtype="u1")
    group.attrs["ome"] = {"version": "0.5", "multiscales": [{"datasets": [{"path": "0"}, {"path": "1"}]}]}
    with opened(tmp_path / path) as source:
        assert source.sizes == (32, 48)


def test_one_of_several_arrays_has_to_be_said(tmp_path):
    group = zarr.create_group(tmp_path / "x.zarr")
    for name in "ab":
        group.create_array(name, shape=(8, 8), dtype="u1")
    with pytest.raises(DataError, match=r"x\.zarr: it holds a, b; say which as x\.zarr/NAME"):
        opened(tmp_path / "x.zarr")
    with opened(tmp_path / "x.zarr" / "b") as source:
        assert source.sizes == (8, 8)


def test_an_empty_folder_is_no_zarr(tmp_path):
    (tmp_path / "x.zarr").mkdir()
    with pytest.raises(DataError, match=r"x\.zarr cannot be read as Zarr"):
        opened(tmp_path / "x.zarr")


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    (tmp_path / "x.zarr").mkdir()
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(MissingExtra, match=r"x\.zarr: Zarr needs zarr, .* pip install 'svertka\[science\]'"):
        opened(tmp_path / "x.zarr")
