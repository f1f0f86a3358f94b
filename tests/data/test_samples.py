from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from svertka import DataError
from svertka.data.rasters import Header
from svertka.data.samples import Arrays, Chosen, Files


@pytest.fixture
def files(tmp_path, rng):
    images = rng.integers(0, 256, (3, 4, 5, 3)).astype(np.uint8)
    paths = [tmp_path / "mes données" / f"{place}.png" for place in range(3)]
    paths[0].parent.mkdir()
    for path, image in zip(paths, images, strict=True):
        Image.fromarray(image).save(path)
    return Files(paths, tmp_path), images


def test_files_are_images_named_by_their_paths_below_the_root(files, tmp_path):
    samples, images = files
    assert len(samples) == 3
    assert samples.key(1) == "mes données/1.png"
    assert samples.place(1) == str(tmp_path / "mes données" / "1.png")
    assert samples.peek(2) == samples.read(2).header == Header(3, (4, 5), "uint8", "rgb")
    np.testing.assert_array_equal(samples.read(2).pixels, images[2].transpose(2, 0, 1))
    assert samples.block(np.array([0, 1])) is None


def test_a_file_outside_the_root_is_named_by_its_whole_path():
    assert Files([Path("/elsewhere/a.png")], Path("/here")).key(0) == "/elsewhere/a.png"


def test_arrays_stand_behind_one_another(rng):
    one, two = rng.random((3, 4, 5)), rng.random((2, 4, 5))
    samples = Arrays({"train": one, "test": two}, "NHW")
    assert len(samples) == 5
    assert [samples.key(place) for place in (0, 2, 3, 4)] == ["train[0]", "train[2]", "test[0]", "test[1]"]
    for place, image in enumerate([*one, *two]):
        np.testing.assert_array_equal(samples.read(place).pixels, image[None])
        assert samples.peek(place) == samples.read(place).header


def test_arrays_of_different_sizes_may_stand_together(rng):
    samples = Arrays({"a": rng.random((1, 4, 5)), "b": rng.random((1, 6, 7))}, "NHW")
    assert [samples.peek(place).sizes for place in (0, 1)] == [(4, 5), (6, 7)]


@pytest.mark.parametrize(("axes", "shape"), [("NHWC", (4, 5, 6, 3)), ("NCHW", (4, 3, 5, 6)), ("NWHC", (4, 6, 5, 3))])
def test_axes_say_what_is_what(axes, shape, rng):
    array = rng.integers(0, 256, shape).astype(np.uint8)
    samples = Arrays({"x": array}, axes)
    assert samples.peek(0) == samples.read(0).header == Header(3, (5, 6), "uint8", "rgb")
    expected = array.transpose([axes.index(letter) for letter in "NCHW"])
    np.testing.assert_array_equal(samples.block(np.arange(4)), expected)
    np.testing.assert_array_equal(samples.read(3).pixels, expected[3])


def test_a_run_of_places_is_read_at_once_and_nothing_else(rng):
    samples = Arrays({"a": rng.random((4, 2, 2)), "b": rng.random((4, 2, 2))}, "NHW")
    np.testing.assert_array_equal(samples.block(np.array([5, 6])), [samples.read(5).pixels, samples.read(6).pixels])
    for places in ([0, 2], [2, 1], [3, 4]):
        assert samples.block(np.array(places)) is None


def test_true_and_false_are_black_and_white_one_by_one_and_at_once(rng):
    masks = rng.random((3, 4, 4)) < 0.5
    samples = Arrays({"x": masks}, "NHW")
    expected = np.where(masks, 255, 0)[:, None]
    assert samples.peek(0).dtype == "uint8"
    np.testing.assert_array_equal(samples.read(1).pixels, expected[1])
    np.testing.assert_array_equal(samples.block(np.arange(3)), expected)


@pytest.mark.parametrize(
    ("array", "axes", "said"),
    [
        (np.zeros((4, 5, 6)), "HNW", r"x: the first axis must be samples \(N\), but axes are HNW"),
        (np.zeros((4, 5, 6), complex), "NHW", "x holds complex128, not numbers"),
        (np.zeros((4, 5)), "NHW", "axes NHW do not fit"),
    ],
)
def test_arrays_that_are_no_images_are_refused(array, axes, said):
    with pytest.raises(DataError, match=said):
        Arrays({"x": array}, axes)


def test_some_of_them_in_another_order(files, rng):
    samples, _ = files
    some = Chosen(samples, np.array([2, 0]))
    assert len(some) == 2
    assert (some.key(0), some.place(1)) == (samples.key(2), samples.place(0))
    assert some.peek(0) == samples.peek(2)
    np.testing.assert_array_equal(some.read(1).pixels, samples.read(0).pixels)
    arrays = Arrays({"x": rng.random((5, 2, 2))}, "NHW")
    np.testing.assert_array_equal(Chosen(arrays, np.array([0, 2, 3])).block(np.array([1, 2]))[1], arrays.read(3).pixels)
