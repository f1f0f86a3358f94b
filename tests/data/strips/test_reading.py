import numpy as np
import pytest
import tifffile
from PIL import Image

from svertka.data.formats import Opening
from svertka.data.strips import opened
from svertka.errors import DataError


def test_arrays_have_the_axes_that_are_said(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((5, 7, 9)))
    with opened(tmp_path / "x.npy", axes="CHW") as source:
        assert source.form.channels == 5


def test_what_is_decoded_whole_has_a_limit(tmp_path):
    Image.new("L", (20, 20)).save(tmp_path / "x.png")
    np.save(tmp_path / "x.npy", np.zeros((20, 20)))
    tifffile.imwrite(tmp_path / "x.tif", np.zeros((20, 20)))
    few = Opening(max_pixels=399)
    for name in ("x.npy", "x.tif"):
        with opened(tmp_path / name, few) as source:
            assert source.form.sizes == (20, 20)
    with (
        pytest.raises(DataError, match=r"x\.png: it has 400 pixels and the limit is 399"),
        opened(tmp_path / "x.png", few),
    ):
        pass


def test_volumes_in_themselves_are_decoded_whole(tmp_path):
    tifffile.imwrite(tmp_path / "x.tif", np.zeros((5, 32, 32), np.uint8), volumetric=True, tile=(4, 16, 16))
    with opened(tmp_path / "x.tif") as source:
        assert source.form.sizes == (5, 32, 32)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.tif", b"", "is empty"),
        ("x.tif", b"hello", "cannot be read as TIFF"),
        ("x.npy", b"hello", "cannot be read as a NumPy array"),
        ("x.fits", b"hello", "cannot be read as FITS"),
        ("x.png", b"hello", "it is no image"),
        ("x.txt", b"hello", "is no image: its name ends in none of"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name}.*{words}"), opened(tmp_path / name):
        pass


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"there is no file .*x\.tif"), opened(tmp_path / "x.tif"):
        pass


def test_what_goes_wrong_later_names_the_file_too(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((20, 20)))
    with opened(tmp_path / "x.npy") as source:
        (tmp_path / "x.npy").write_bytes(b"gone bad")
        with pytest.raises(DataError, match=r"x\.npy cannot be read"):
            source.rows(0, 0, 1)
