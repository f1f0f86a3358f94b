import numpy as np
import pytest

from svertka.data.sets import keys
from svertka.errors import DataError
from svertka.settings import DataSettings

X = np.arange(20 * 6 * 5, dtype=np.uint16).reshape(20, 6, 5)
Y = np.arange(20) % 3


def opened(axes=None, **arrays):
    settings = DataSettings(axes=axes)
    return keys.read(arrays, settings, name="name", source="some.npz", layout="NumPy arrays")


@pytest.mark.parametrize(
    ("key", "role"),
    [
        ("x", ("", "images")),
        ("X_train", ("train", "images")),
        ("train_X", ("train", "images")),
        ("TestImages", None),  # words are told apart by what is no letter
        ("test-images", ("test", "images")),
        ("valid/labels", ("val", "targets")),
        ("validation.targets", ("val", "targets")),
        ("training data", ("train", "images")),
        ("y2", ("", "targets")),
        ("train", None),
        ("mean", None),
        ("image_names", None),
        ("", None),
    ],
)
def test_a_name_says_its_part_and_role(key, role):
    assert keys.role(key) == role


@pytest.mark.parametrize(
    ("names", "truth"),
    [("x y", True), ("train_images train_labels mean", True), ("x", False), ("y", False), ("mean deviation", False)],
)
def test_images_and_targets_make_a_data_set(names, truth):
    assert keys.complete(dict.fromkeys(names.split())) is truth


def test_parts_lie_behind_one_another():
    data = opened(y_test=Y[:2], x_test=X[:2], x_val=X[2:5], y_val=Y[2:5], y_train=Y[5:], x_train=X[5:])
    assert data.parts.tolist() == ["train"] * 15 + ["val"] * 3 + ["test"] * 2
    np.testing.assert_array_equal(data.targets, np.r_[Y[5:], Y[2:5], Y[:2]])
    pixels = [data.samples.read(place).pixels[0] for place in range(20)]
    np.testing.assert_array_equal(pixels, np.concatenate([X[5:], X[2:5], X[:2]]))
    assert data.samples.key(15) == "x_val[0]"


def test_arrays_without_parts_have_none():
    data = opened(images=X, labels=Y, mean=np.zeros(3))
    assert (len(data), set(data.parts.tolist()), data.name, data.source) == (20, {""}, "name", "some.npz")


def test_axes_may_be_said_or_are_guessed():
    volumes = X.reshape(20, 5, 6, 1).repeat(7, axis=3)
    assert opened(x=volumes, y=Y).samples.peek(0).sizes == (5, 6, 7)
    assert opened("NCHW", x=volumes, y=Y).samples.peek(0).sizes == (6, 7)


def test_targets_may_be_columns_in_one_part_and_rows_in_another():
    data = opened(x_train=X, y_train=Y[:, None], x_test=X, y_test=Y)
    np.testing.assert_array_equal(data.targets, np.r_[Y, Y])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, r" holds nothing; wanted images and labels \(or x and y\).*train_images and train_labels"),
        ({"x": X}, r" holds x; wanted"),
        ({"y": Y}, r" holds y; wanted"),
        ({"mean": X, "sum": Y}, r" holds mean, sum; wanted"),
        ({"x_train": X, "y_train": Y, "x_test": X}, r" holds x_train, y_train, x_test; wanted"),
        ({"x": X, "y": Y[:5]}, r": x has 20 images, its targets are 5"),
        ({"x": X, "images": X, "y": Y}, r" has both x and images for images"),
        ({"x_test": X, "y_test": Y, "test_labels": Y}, r" has both y_test and test_labels for test targets"),
        ({"x": X.astype(complex), "y": Y}, "x holds complex128, not numbers"),
        ({"x": np.array(["a"] * 20), "y": Y}, ""),
        ({"x": np.arange(20), "y": Y}, ""),
        ({"x": np.array(3), "y": Y}, ""),
        ({"x": X, "y": np.array(3)}, ""),
        ({"x": X[:0], "y": Y[:0]}, ""),
        ({"x": X[:1], "y": Y[:1]}, r" holds one class only \(0\)"),
        ({"x": X.reshape(20, 1, 1, 1, 6, 5), "y": Y}, "cannot be guessed; say what they are, as --axes NCHW"),
    ],
)
def test_what_is_no_data_set_is_refused(arrays, message):
    with pytest.raises(DataError, match=rf"some\.npz.*{message}"):
        opened(**arrays)
