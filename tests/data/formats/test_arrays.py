import pickle
from pathlib import Path

import numpy as np
import pytest

from svertka.data.formats import Opening, peek, read
from svertka.data.samples import Arrays
from svertka.errors import DataError


def saved(path, array):
    np.save(path, array)
    return path


@pytest.mark.parametrize(
    ("shape", "turned"),
    [
        ((40,), (1, 40)),
        ((7, 9), (1, 7, 9)),
        ((7, 9, 3), (3, 7, 9)),
        ((3, 7, 9), (3, 7, 9)),
        ((6, 7, 9), (1, 6, 7, 9)),
        ((2, 6, 7, 9), (2, 6, 7, 9)),
    ],
)
def test_channels_come_first_whatever_the_order(tmp_path, rng, shape, turned):
    array = rng.random(shape)
    found = read(saved(tmp_path / "x.npy", array))
    wanted = np.moveaxis(array, -1, 0) if shape == (7, 9, 3) else array.reshape(turned)
    np.testing.assert_array_equal(found.pixels, wanted)


@pytest.mark.parametrize("dtype", ["u1", "u2", ">u2", "i4", "i8", "f2", "f4", ">f8", "?"])
def test_peek_agrees_with_read(tmp_path, dtype):
    path = saved(tmp_path / "x.npy", np.zeros((7, 9), dtype))
    assert peek(path) == read(path).header


@pytest.mark.parametrize("dtype", ["u1", "u2", ">u2", "i4", "f4", ">f8"])
def test_types_stay_as_they_are(tmp_path, rng, dtype):
    array = (rng.random((7, 9)) * 250).astype(dtype)
    pixels = read(saved(tmp_path / "x.npy", array)).pixels
    assert pixels.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(pixels[0], array)


def test_three_channels_of_eight_bits_are_colours_and_of_fractions_are_not(tmp_path):
    bytes_, fractions = (saved(tmp_path / f"{t}.npy", np.zeros((7, 9, 3), t)) for t in ("u1", "f4"))
    assert (peek(bytes_).colour, peek(fractions).colour) == ("rgb", "channels")


def test_true_and_false_are_white_and_black_as_in_every_other_array(tmp_path, rng):
    mask = rng.random((7, 9)) > 0.5
    found, wanted = read(saved(tmp_path / "x.npy", mask)), Arrays({"x": mask[None]}, "NHW").read(0)
    assert found.header == wanted.header
    np.testing.assert_array_equal(found.pixels, wanted.pixels)


@pytest.mark.parametrize("dtype", ["c8", "U3", "M8[s]", "V4"])
def test_what_is_no_number_is_refused(tmp_path, dtype):
    with pytest.raises(DataError, match=r"x\.npy.*not numbers"):
        read(saved(tmp_path / "x.npy", np.zeros((7, 9), dtype)))


class Trap:
    """Unpickling it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_pickle_called_npy_is_not_opened(tmp_path):
    (tmp_path / "x.npy").write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    with pytest.raises(DataError, match=r"x\.npy cannot be read as a NumPy array"):
        read(tmp_path / "x.npy")
    assert not (tmp_path / "sprung").exists()


def test_objects_are_never_unpickled(tmp_path):
    path = saved(tmp_path / "x.npy", np.array([[{}, {}], [{}, {}]], dtype=object))
    with pytest.raises(DataError, match=r"x\.npy cannot be read as a NumPy array"):
        read(path)


@pytest.mark.parametrize("shape", [(), (0, 5), (5, 0)])
def test_an_array_without_an_image_is_refused(tmp_path, shape):
    with pytest.raises(DataError, match=r"x\.npy"):
        read(saved(tmp_path / "x.npy", np.zeros(shape)))


def test_too_many_axes_are_refused_with_the_remedy(tmp_path):
    with pytest.raises(DataError, match=r"x\.npy.*\(1, 2, 3, 4, 5\) cannot be guessed.*--axes"):
        read(saved(tmp_path / "x.npy", np.zeros((1, 2, 3, 4, 5))))


def test_the_limit_counts_numbers(tmp_path):
    path = saved(tmp_path / "x.npy", np.zeros((10, 10)))
    assert read(path, Opening(max_pixels=100)).pixels.shape == (1, 10, 10)
    with pytest.raises(DataError, match=r"100 pixels and the limit is 99.*--max-pixels"):
        read(path, Opening(max_pixels=99))


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_a_truncated_array_is_named(tmp_path, share):
    path = saved(tmp_path / "x.npy", np.zeros((30, 30)))
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(DataError, match=r"x\.npy cannot be read as a NumPy array"):
        read(path)
