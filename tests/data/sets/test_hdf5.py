import sys

import h5py
import numpy as np
import pytest

from svertka.data.sets import hdf5, open_data
from svertka.errors import DataError, MissingExtra

RNG = np.random.default_rng(0)
X = RNG.integers(0, 256, (20, 6, 5), dtype=np.uint8)
Y = np.arange(20) % 3


def saved(path, **arrays):
    with h5py.File(path, "w") as file:
        for key, array in arrays.items():
            file[key] = array
    return path


@pytest.mark.parametrize("ending", [".h5", ".hdf5"])
def test_arrays_are_found_by_their_names(tmp_path, ending):
    data = open_data(saved(tmp_path / f"größe{ending}", x=X, y=Y))
    np.testing.assert_array_equal([data.samples.read(place).pixels[0] for place in range(20)], X)
    np.testing.assert_array_equal(data.targets, Y)
    assert data.name == "größe"


def test_groups_are_parts(tmp_path):
    arrays = {"train/images": X, "train/labels": Y, "test/images": X[:4], "test/labels": Y[:4]}
    data = open_data(saved(tmp_path / "a.h5", **arrays))
    assert data.parts.tolist() == ["train"] * 20 + ["test"] * 4
    assert data.samples.key(21) == "test/images[1]"


def test_images_stay_in_the_file(tmp_path):
    samples = open_data(saved(tmp_path / "a.h5", x=X, y=Y)).samples
    assert isinstance(samples.arrays[0], h5py.Dataset)
    np.testing.assert_array_equal(samples.block(np.arange(3, 7))[:, 0], X[3:7])


def test_texts_are_classes(tmp_path):
    data = open_data(saved(tmp_path / "a.h5", x=X, y=["cat", "dog"] * 10))
    assert data.classes == ("cat", "dog")


def test_every_data_set_in_a_file_is_listed(tmp_path):
    path = saved(tmp_path / "a.h5", **{"a": X, "b/c": Y, "b/d/e": Y})
    assert {key: array.shape for key, array in hdf5.load(path).items()} == {"a": X.shape, "b/c": (20,), "b/d/e": (20,)}


@pytest.mark.parametrize(
    "arrays", [{"x": X, "y": 5}, {"x": 5, "y": Y}, {"x": h5py.Empty("f4"), "y": Y}, {"x": X, "y": Y[:3]}]
)
def test_what_does_not_fit_together_is_named(tmp_path, arrays):
    with pytest.raises(DataError, match=r"a\.h5"):
        open_data(saved(tmp_path / "a.h5", **arrays))


@pytest.mark.parametrize("content", [b"", b"hello, I am a text", b"\x89HDF\r\n\x1a\n"])
def test_what_is_no_hdf5_is_named(tmp_path, content):
    (tmp_path / "a.h5").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.h5 cannot be read as HDF5"):
        open_data(tmp_path / "a.h5")


def test_a_truncated_file_is_named(tmp_path):
    path = saved(tmp_path / "a.h5", x=X, y=Y)
    path.write_bytes(path.read_bytes()[:2500])
    with pytest.raises(DataError, match=r"a\.h5 cannot be read as HDF5: .*truncated"):
        open_data(path)


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    path = saved(tmp_path / "a.h5", x=X, y=Y)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingExtra, match=r"a\.h5: HDF5 needs h5py.*svertka\[science\]"):
        open_data(path)


def test_real_traffic_without_labels_is_refused_by_its_names(shared):
    with pytest.raises(DataError, match="holds data, date; wanted images and labels"):
        open_data(shared / "taxinyc" / "NYC10_Taxi_M16x8_T60_InOut.h5")
