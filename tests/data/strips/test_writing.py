import numpy as np
import pytest
import tifffile

from svertka.data.formats import read
from svertka.data.strips import Form, check_holds, opened, write
from svertka.data.strips.laying import natural
from svertka.errors import DataError, SettingError

CHANNELS = {"grey": 1, "grey+alpha": 2, "rgb": 3, "rgb+alpha": 4, "cmyk": 4, "channels": 5}


@pytest.mark.parametrize("colour", CHANNELS)
@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "i4", "f2", "f4", "f8"])
@pytest.mark.parametrize("sizes", [(17, 19), (4, 17, 19)])
@pytest.mark.parametrize("ending", [".tif", ".npy"])
def test_what_is_written_by_rows_is_read_again(tmp_path, rng, colour, dtype, sizes, ending):
    form = Form(CHANNELS[colour], sizes, np.dtype(dtype), colour)
    pixels = (rng.random((form.pages, form.channels, 17, 19)) * 100).astype(dtype)
    path = tmp_path / f"x{ending}"
    write(path, form, [page[None, :, row : row + 6] for page in pixels for row in (0, 6, 12)])
    with opened(path, axes=natural(form)) as source:
        found = np.stack([source.rows(page, 0, 17) for page in range(form.pages)])
        assert source.form.sizes == sizes
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, pixels)
    if ending == ".tif":
        assert source.form.colour == colour
        np.testing.assert_array_equal(
            read(path).pixels.reshape(form.channels, form.pages, 17, 19), pixels.swapaxes(0, 1)
        )


@pytest.mark.parametrize(("axes", "shape"), [("HWC", (7, 9, 3)), ("CHW", (3, 7, 9)), ("T", (63,)), ("CT", (2, 63))])
def test_an_array_keeps_the_order_of_its_axes(tmp_path, rng, axes, shape):
    array = rng.normal(size=shape)
    np.save(tmp_path / "x.npy", array)
    with opened(tmp_path / "x.npy") as source:
        assert source.form.axes == axes
        write(tmp_path / "y.npy", source.form, [source.rows(0, 0, source.form.height)[None]])
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), array)


def test_a_tiff_has_strips_that_any_program_can_take_and_its_resolution(tmp_path):
    form = Form(1, (1000, 1000), np.dtype("u1"), "grey", resolution=(300, 150, 2))
    write(tmp_path / "x.tif", form, [np.ones((1, 1, 1000, 1000), np.uint8)])
    with tifffile.TiffFile(tmp_path / "x.tif") as file:
        assert file.pages[0].rowsperstrip == 262
        assert file.pages[0].resolution == (300, 150)
        assert file.pages[0].resolutionunit == 2
        assert not file.is_bigtiff


def test_a_tiff_of_more_than_four_gigabytes_is_a_bigtiff(tmp_path):
    form = Form(1, (70_000, 70_000), np.dtype("u1"), "grey")
    write(tmp_path / "x.tif", form, [])  # nothing is laid, so the file is all holes
    with tifffile.TiffFile(tmp_path / "x.tif") as file:
        assert file.is_bigtiff
        assert file.series[0].shape == (70_000, 70_000)


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(SettingError, match=r"x\.psd cannot be written: its name should end in one of \.bmp"):
        check_holds(tmp_path / "x.psd", Form(1, (2, 2), np.dtype("u1"), "grey"))


def test_a_failure_in_the_midst_leaves_nothing(tmp_path):
    def blocks():
        yield np.zeros((1, 1, 3, 9), np.uint8)
        raise DataError("x.png: the rest is missing")

    with pytest.raises(DataError, match="the rest is missing"):
        write(tmp_path / "x.tif", Form(1, (7, 9), np.dtype("u1"), "grey"), blocks())
    assert list(tmp_path.iterdir()) == []
