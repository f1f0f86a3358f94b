import numpy as np
import pytest

from svertka.data.windows import opened
from svertka.errors import DataError


@pytest.mark.parametrize("dtype", ["u1", "<i2", ">i2", ">f4", "<f8", "bool"])
def test_windows_are_those_of_the_array(tmp_path, rng, dtype):
    array = rng.integers(0, 2, (37, 41, 3)).astype(dtype)
    np.save(tmp_path / "x.npy", array)
    wanted = array.transpose(2, 0, 1) * (255 if dtype == "bool" else 1)
    with opened(tmp_path / "x.npy") as source:
        found = source.read((slice(5, 37), slice(0, 9)))
        assert found.dtype.isnative
        assert found.dtype == source.dtype
        np.testing.assert_array_equal(found, wanted[:, 5:37, :9])


def test_columns_first_are_read_too(tmp_path, rng):
    array = np.asfortranarray(rng.random((37, 41)))
    np.save(tmp_path / "x.npy", array)
    with opened(tmp_path / "x.npy") as source:
        np.testing.assert_array_equal(source.read((slice(1, 8), slice(30, 41))), array[None, 1:8, 30:])


def test_axes_are_those_that_are_said(tmp_path, rng):
    array = rng.random((4, 5, 6))
    np.save(tmp_path / "x.npy", array)
    with opened(tmp_path / "x.npy", axes="HCW") as source:
        assert (source.channels, source.sizes) == (5, (4, 6))
        np.testing.assert_array_equal(source.read((slice(1, 2), slice(2, 6))), array[1:2, :, 2:].transpose(1, 0, 2))


def test_a_truncated_array_is_named(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((40, 40)))
    (tmp_path / "x.npy").write_bytes((tmp_path / "x.npy").read_bytes()[:5000])
    with pytest.raises(DataError, match=r"x\.npy cannot be read as a NumPy array"):
        opened(tmp_path / "x.npy")
