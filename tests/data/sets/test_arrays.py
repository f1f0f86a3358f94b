import numpy as np
import pytest

from svertka.data.sets import arrays, open_data
from svertka.errors import DataError

RNG = np.random.default_rng(0)
X = RNG.integers(0, 256, (20, 6, 5), dtype=np.uint8)
Y = np.arange(20) % 3


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "meine Felder.v2").mkdir()
    np.save(tmp_path / "meine Felder.v2" / "images.npy", X)
    np.save(tmp_path / "meine Felder.v2" / "labels.npy", Y)
    return tmp_path / "meine Felder.v2"


def same(data):
    pixels = [data.samples.read(place).pixels[0] for place in range(len(data))]
    return np.array_equal(pixels, X) and np.array_equal(data.targets, Y)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_archive_is_a_data_set(tmp_path, save):
    save(tmp_path / "a.npz", x=X, y=Y, left_out=np.array([{}], dtype=object))
    assert same(open_data(tmp_path / "a.npz"))


def test_a_folder_of_arrays_is_a_data_set_and_each_array_stands_for_it(folder):
    assert all(same(open_data(path)) for path in (folder, folder / "images.npy", folder / "labels.npy"))


def test_a_folder_keeps_its_whole_name(folder):
    assert open_data(folder).name == "meine Felder.v2"


def test_arrays_in_a_folder_stay_on_the_disk(folder):
    assert isinstance(open_data(folder).samples.arrays[0], np.memmap)


@pytest.mark.parametrize(
    ("names", "truth"),
    [("x.npy y.npy", True), ("x.npy", False), ("x.npy y.txt", False), ("train_images.npy train_labels.npy", True)],
)
def test_a_folder_is_recognised_by_images_and_targets(tmp_path, names, truth):
    for name in names.split():
        (tmp_path / name).touch()
    assert arrays.matches(tmp_path) is truth


def test_an_array_alone_is_no_data_set(tmp_path):
    np.save(tmp_path / "x.npy", X)
    with pytest.raises(DataError, match=r"x\.npy holds x; wanted images and labels"):
        open_data(tmp_path / "x.npy")


def test_objects_are_never_unpickled(tmp_path):
    np.savez(tmp_path / "a.npz", x=X, y=np.array([{}] * 20, dtype=object))
    with pytest.raises(DataError, match=r"a\.npz .*: Object arrays cannot be loaded"):
        open_data(tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"hello, I am a text", b"PK\x03\x04", b"\x93NUMPY"])
@pytest.mark.parametrize("name", ["a.npz", "x.npy"])
def test_what_is_no_array_is_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name} cannot be read as a NumPy array"):
        open_data(tmp_path / name)


def test_an_array_called_npz_is_named(tmp_path):
    np.save(tmp_path / "x.npy", X)
    (tmp_path / "x.npy").rename(tmp_path / "a.npz")
    with pytest.raises(DataError, match=r"a\.npz"):
        open_data(tmp_path / "a.npz")


@pytest.mark.parametrize("place", [60, 61, 200, 400])
def test_a_damaged_archive_is_named(tmp_path, place):
    np.savez_compressed(tmp_path / "a.npz", x=X, y=Y)
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[place] ^= 0xFF
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.npz (is damaged|cannot be read)"):
        open_data(tmp_path / "a.npz")


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_truncated_archive_or_array_is_named(tmp_path, share):
    np.savez(tmp_path / "a.npz", x=X, y=Y)
    np.save(tmp_path / "x.npy", X)
    for name in ("a.npz", "x.npy"):
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content[: int(share * len(content))])
        with pytest.raises(DataError, match=rf"{name} cannot be read as a NumPy array"):
            open_data(tmp_path / name)


def test_real_radio_galaxies_have_their_published_parts(shared):
    data = open_data(shared / "frdeep_first" / "frdeep_first.npz")
    train = data.parts == "train"
    assert data.samples.peek(0).sizes == (150, 150)
    assert np.bincount(data.targets[train]).tolist() == [242, 308]
    assert np.bincount(data.targets[data.parts == "test"]).tolist() == [22, 28]
