import gzip
import struct

import numpy as np
import pytest

from svertka.data.sets import idx, open_data
from svertka.errors import DataError
from svertka.settings import DataSettings

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (6, 5, 4), dtype=np.uint8)
LABELS = np.array([7, 0, 4, 7, 7, 10], np.uint8)


def packed(array, code=0x08):
    """A file after LeCun's description: two zeros, type, number of axes, the sizes, the numbers."""
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, code, array.ndim]) + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(packed(IMAGES))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(packed(LABELS))
    return tmp_path


def with_test(folder, name="t10k-{}.idx{}-ubyte.gz"):
    (folder / name.format("images", 3)).write_bytes(gzip.compress(packed(IMAGES[:2])))
    (folder / name.format("labels", 1)).write_bytes(gzip.compress(packed(LABELS[:2])))
    return folder


@pytest.mark.parametrize(
    ("code", "dtype"), [(0x08, "u1"), (0x09, "i1"), (0x0B, "i2"), (0x0C, "i4"), (0x0D, "f4"), (0x0E, "f8")]
)
@pytest.mark.parametrize("zipped", [False, True])
def test_every_type_of_number_is_read(tmp_path, code, dtype, zipped):
    array = RNG.integers(-100, 100, (3, 4, 5)).astype(dtype)
    path = tmp_path / ("x.gz" if zipped else "x")
    path.write_bytes(gzip.compress(packed(array, code)) if zipped else packed(array, code))
    np.testing.assert_array_equal(idx.load(path), array)


def test_plain_files_are_images_and_classes_in_natural_order(folder):
    data = open_data(folder)
    assert data.classes == ("0", "4", "7", "10")
    assert [data.classes[place] for place in data.targets] == [str(label) for label in LABELS]
    assert not data.given("train")
    np.testing.assert_array_equal([data.samples.read(place).pixels[0] for place in range(6)], IMAGES)


@pytest.mark.parametrize("name", ["t10k-{}.idx{}-ubyte.gz", "test-{}-idx{}-ubyte.gz"])
def test_both_spellings_of_the_test_part_are_known(folder, name):
    data = open_data(with_test(folder, name))
    assert data.parts.tolist() == ["train"] * 6 + ["test"] * 2
    np.testing.assert_array_equal(data.samples.read(7).pixels[0], IMAGES[1])


def test_a_test_part_may_stand_alone(tmp_path):
    assert len(open_data(with_test(tmp_path))) == 2


def test_names_with_points_do_not_run_into_one_another(tmp_path):
    for part, count in (("train", 6), ("t10k", 2)):
        (tmp_path / f"v1.0-{part}-images-idx3-ubyte").write_bytes(packed(IMAGES[:count]))
        (tmp_path / f"v1.0-{part}-labels-idx1-ubyte").write_bytes(packed(LABELS[:count]))
    data = open_data(tmp_path)
    assert (len(data), len(data.samples), len(data.targets)) == (8, 8, 8)


def test_two_data_sets_in_one_folder_are_not_chosen_from_in_silence(tmp_path):
    for name in ("emnist-digits", "emnist-letters"):
        (tmp_path / f"{name}-train-images-idx3-ubyte").write_bytes(packed(IMAGES))
        (tmp_path / f"{name}-train-labels-idx1-ubyte").write_bytes(packed(LABELS))
    with pytest.raises(DataError, match="emnist-digits"):
        open_data(tmp_path)


def test_images_alone_are_found_by_their_files(folder):
    found = idx.images(with_test(folder))
    assert [*found] == ["t10k-images.idx3-ubyte.gz", "train-images-idx3-ubyte"]
    np.testing.assert_array_equal(found["train-images-idx3-ubyte"], IMAGES)


def test_axes_may_be_said(tmp_path):
    (tmp_path / "train-images-idx4-ubyte").write_bytes(packed(RNG.integers(0, 9, (6, 3, 5, 4), dtype=np.uint8)))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(packed(LABELS))
    assert open_data(tmp_path, DataSettings(axes="NCHW")).samples.peek(0).sizes == (5, 4)
    assert open_data(tmp_path).samples.peek(0).sizes == (3, 5)


def test_images_without_labels_are_refused(folder):
    (folder / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="train-images-idx3-ubyte has no labels beside it: wanted train-labels-idx"):
        open_data(folder)


def test_labels_of_another_number_are_refused(folder):
    (folder / "train-labels-idx1-ubyte").write_bytes(packed(LABELS[:5]))
    with pytest.raises(DataError, match="train-labels-idx1-ubyte has 5 labels for the images of train-images"):
        open_data(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no IDX file: it begins with b''"),
        (b"hello", "is no IDX file: it begins with b'hell'"),
        (b"\0\0\x07\x01\0\0\0\x01a", "is no IDX file"),
        (gzip.compress(packed(IMAGES)), r"is no IDX file: it begins with b'\\x1f\\x8b"),
        (b"\0\0\x08\x00a", "is damaged|no IDX file"),
        (packed(IMAGES)[:4], "is damaged"),
        (packed(IMAGES)[:6], "is damaged"),
        (packed(IMAGES)[:8], "is damaged"),
        (packed(IMAGES)[:-1], r"is damaged: \(6, 5, 4\) numbers need 120 bytes, not 119"),
        (packed(IMAGES) + b"a", r"is damaged: \(6, 5, 4\) numbers need 120 bytes, not 121"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "is damaged"),
    ],
)
def test_a_damaged_file_is_named(folder, content, message):
    (folder / "train-images-idx3-ubyte").write_bytes(content)
    with pytest.raises(DataError, match=f"train-images-idx3-ubyte ({message})"):
        open_data(folder)


@pytest.mark.parametrize(
    "damage", [lambda c: c[:-9], lambda c: c[:20], lambda c: b"no gzip", lambda c: c[:15] + c[16:]]
)
def test_a_damaged_archive_is_named(folder, damage):
    path = with_test(folder) / "t10k-images.idx3-ubyte.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=r"t10k-images\.idx3-ubyte\.gz is damaged"):
        open_data(folder)


def test_mnist_is_what_was_published(shared):
    data = open_data(shared / "mnist")
    train = data.parts == "train"
    assert (train.sum(), (data.parts == "test").sum(), data.classes) == (60000, 10000, tuple("0123456789"))
    assert np.bincount(data.targets[train]).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert data.targets[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    pixels = idx.load(shared / "mnist" / "train-images-idx3-ubyte.gz")
    assert pixels.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert pixels.std() / 255 == pytest.approx(0.3081, abs=5e-5)
