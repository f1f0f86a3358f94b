import gzip
import struct
from functools import partial

import numpy as np
import pytest
from PIL import Image
from scipy.io import netcdf_file

from svertka.data.formats import Opening
from svertka.data.preprocess import Preprocess
from svertka.errors import DataError
from svertka.inference.inputs import items


def preprocess(sizes=(4, 6), channels=1):
    return Preprocess(
        colour="grey" if channels == 1 else "rgb" if channels == 3 else "channels", channels=channels, model="keep",
        dtype="uint8", fill=None, pages="auto", sizes=sizes, resize="stretch", scale=255, mean=(0.0,) * channels,
        deviation=(1.0,) * channels,
    )  # fmt: skip


def found(*inputs, known=None, axes=None):
    return [(item.name, item.read().pixels) for item in items(inputs, known or preprocess(), Opening(), axes)]


def same(found, images):
    assert len(found) == len(images)
    for (_, pixels), image in zip(found, images, strict=True):
        np.testing.assert_array_equal(pixels, image)


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (3, 4, 6), dtype=np.uint8)


def as_files(images, folder):
    folder.mkdir(exist_ok=True)
    for number, image in enumerate(images):
        Image.fromarray(image).save(folder / f"ä {number}.png")
    return sorted(folder.iterdir())


def as_folder(images, folder):
    as_files(images, folder)
    return [folder]


def as_array(images, folder):
    return [images]


def as_npy(images, folder):
    np.save(folder.with_suffix(".npy"), images)
    return [folder.with_suffix(".npy")]


def as_npz(images, folder):
    np.savez(folder.with_suffix(".npz"), x=images, y=np.arange(3), note=np.array("no image"))
    return [folder.with_suffix(".npz")]


def as_hdf5(images, folder):
    h5py = pytest.importorskip("h5py")
    with h5py.File(folder.with_suffix(".h5"), "w") as file:
        file["images"], file["labels"] = images, np.arange(3)
    return [folder.with_suffix(".h5")]


def as_table(images, folder, ending):
    paths = [f"{folder.name}/{path.name}" for path in as_files(images, folder)]
    table = folder.with_suffix(ending)
    lines = ["path", *paths] if ending == ".csv" else [f'{{"path": "{path}"}}' for path in paths]
    table.write_text("\n".join(lines), encoding="utf-8")
    return [table]


def as_idx(images, folder):
    folder.mkdir()
    content = struct.pack(">4B3I", 0, 0, 8, 3, *images.shape) + images.tobytes()
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(content))
    return [folder]


WAYS = {
    "files": as_files, "folder": as_folder, "array": as_array, "npy": as_npy, "npz": as_npz, "hdf5": as_hdf5,
    "csv": partial(as_table, ending=".csv"), "jsonl": partial(as_table, ending=".jsonl"), "idx": as_idx,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_however_images_are_given_they_are_the_same_in_the_same_order(images, tmp_path, way):
    same(found(*way(images, tmp_path / "my data")), images[:, None])


def test_inputs_follow_one_another_and_each_image_has_a_name(images, tmp_path):
    path = as_files(images[:1], tmp_path / "p")[0]
    names = [name for name, _ in found(path, images[1:], str(path))]
    assert names == [str(path), "array[0]", "array[1]", str(path)]


def test_a_data_set_may_be_given_by_its_name():
    from sklearn.datasets import load_digits

    same(found("digits", known=preprocess((8, 8)))[:50], load_digits().images[:50, None].astype(np.float32) / 16)


@pytest.mark.parametrize(
    ("shape", "sizes", "channels", "count"),
    [
        ((4, 6), (4, 6), 1, None),
        ((5, 4, 6), (4, 6), 1, 5),
        ((3, 4, 6), (4, 6), 3, None),
        ((4, 6, 3), (4, 6), 3, None),
        ((5, 3, 4, 6), (4, 6), 3, 5),
        ((5, 4, 6, 3), (4, 6), 3, 5),
        ((7,), (7,), 1, None),
        ((5, 7), (7,), 1, 5),
        ((5, 2, 7), (7,), 2, 5),
        ((2, 3, 4), (2, 3, 4), 1, None),
        ((5, 2, 3, 4), (2, 3, 4), 1, 5),
        ((5, 1, 2, 3, 4), (2, 3, 4), 1, 5),
        ((0, 4, 6), (4, 6), 1, 0),
    ],
)
def test_the_axes_of_an_array_follow_from_what_the_network_knows(shape, sizes, channels, count):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    answer = found(array, known=preprocess(sizes, channels))
    assert [name for name, _ in answer] == (["array"] if count is None else [f"array[{n}]" for n in range(count)])
    assert {pixels.shape for _, pixels in answer} <= {(channels, *sizes)}
    assert sum(int(pixels.sum()) for _, pixels in answer) == int(array.sum())


def test_axes_may_be_said(images):
    same(found(images.transpose(0, 2, 1), axes="NWH"), images[:, None])
    same(found(images[0].T, axes="WH"), images[:1, None])


def test_images_are_read_only_when_they_are_wanted(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"")
    given = items([tmp_path / "broken.png", tmp_path / "missing.png"], preprocess(), Opening(), None)
    first = next(given)
    with pytest.raises(DataError, match=r"broken\.png"):
        first.read()
    with pytest.raises(DataError, match=r"there is no file or folder .*missing\.png"):
        next(given)


def test_inputs_themselves_are_taken_one_by_one(images):
    taken = []
    given = items((taken.append(image) or image for image in images), preprocess(), Opening(), None)
    next(given)
    assert len(taken) == 1


def empty_folder(path):
    path.mkdir()


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("empty", empty_folder, "holds no images"),
        ("a.npz", lambda path: np.savez(path, y=np.arange(3)), r"a\.npz holds y; wanted images, or x"),
        ("a.npy", lambda path: path.write_bytes(b"no"), r"a\.npy cannot be read as a NumPy array"),
        ("a.npy", lambda path: np.save(path, np.zeros(3)), r"of shape \(3,\) holds no images of 2 axes; .* --axes"),
        ("a.csv", lambda path: path.write_text("path\n"), r"a\.csv has no rows"),
    ],
)
def test_what_holds_no_image_is_named(tmp_path, name, make, said):
    make(tmp_path / name)
    with pytest.raises(DataError, match=said) as error:
        found(tmp_path / name)
    assert name in str(error.value)


def test_samples_must_come_first(images):
    with pytest.raises(DataError, match=r"array: the first axis must be samples \(N\), but axes are HNW"):
        found(images, axes="HNW")


@pytest.mark.parametrize("axes", ["NCHW", "HW", "NHH"])
def test_axes_that_do_not_fit_are_refused_and_the_file_named(images, tmp_path, axes):
    with pytest.raises(DataError, match=rf"a\.npy.*axes {axes} do not fit an array of shape \(3, 4, 6\)"):
        found(*as_npy(images, tmp_path / "a"), axes=axes)


@pytest.mark.parametrize("way", [as_array, as_npy, as_npz, as_hdf5])
def test_true_and_false_are_white_and_black_as_they_are_in_training(images, tmp_path, way):
    same(found(*way(images > 99, tmp_path / "a")), 255 * (images > 99)[:, None].astype(np.uint8))


def test_a_netcdf_file_is_taken_apart_along_its_first_axis(tmp_path):
    values = np.arange(24, dtype=np.float32).reshape(3, 2, 4)
    with netcdf_file(tmp_path / "a.nc", "w") as file:
        for name, units, along in (
            ("time", "days", range(3)),
            ("lat", "degrees_north", [45, -45]),
            ("lon", "degrees_east", range(0, 360, 90)),
        ):
            file.createDimension(name, len(along))
            file.createVariable(name, "f8", (name,))[:] = along
            file.variables[name].units = units
        file.createVariable("t", "f4", ("time", "lat", "lon"))[:] = values
    taken = found(tmp_path / "a.nc")
    assert [name for name, _ in taken] == ["a.nc[0]", "a.nc[1]", "a.nc[2]"]
    same(taken, values[:, None])
