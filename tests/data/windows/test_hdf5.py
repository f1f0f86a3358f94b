from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from svertka.data.windows import opened
from svertka.errors import DataError

h5py = pytest.importorskip("h5py")


def saved(folder, **arrays):
    with h5py.File(folder / "x.h5", "w") as file:
        for name, array in arrays.items():
            chunks = tuple(min(size, 16) for size in array.shape)
            file.create_dataset(name.replace("_", "/"), data=array, chunks=chunks, compression="gzip")
    return folder / "x.h5"


@pytest.mark.parametrize("dtype", ["u1", ">i2", "<i2", ">f4", "<f8"])
def test_windows_are_those_of_the_data_set(tmp_path, rng, dtype):
    values = rng.integers(0, 99, (37, 41, 3)).astype(dtype)
    path = saved(tmp_path, sky_image=values, other=values[..., 0])
    with opened(f"{path}:sky/image") as source, ThreadPoolExecutor(4) as pool:
        assert (source.channels, source.sizes, source.dtype) == (3, (37, 41), np.dtype(dtype).newbyteorder("="))
        windows = [(slice(n, 37), slice(n, n + 9)) for n in range(30)]
        for window, found in zip(windows, pool.map(source.read, windows), strict=True):
            assert found.dtype.isnative
            np.testing.assert_array_equal(found, values.transpose(2, 0, 1)[(slice(None), *window)])


def test_the_only_data_set_needs_no_name(tmp_path):
    with opened(saved(tmp_path, image=np.zeros((20, 30)))) as source:
        assert source.sizes == (20, 30)


@pytest.mark.parametrize(
    ("name", "words"),
    [("", r"x\.h5: it holds several data sets: a, b; say which as x\.h5:NAME"), (":c", "no data set c, but a, b; say")],
)
def test_which_of_several_is_meant_has_to_be_said(tmp_path, name, words):
    path = saved(tmp_path, a=np.zeros((20, 30)), b=np.zeros((20, 30)))
    with pytest.raises(DataError, match=words):
        opened(f"{path}{name}")


def test_what_is_no_hdf5_is_named(tmp_path):
    (tmp_path / "x.h5").write_text("hello")
    with pytest.raises(DataError, match=r"x\.h5 cannot be read as HDF5"):
        opened(tmp_path / "x.h5")
    with pytest.raises(DataError, match=r"there is no file .*y\.h5"):
        opened(f"{tmp_path / 'y.h5'}:a")
