import numpy as np
import pytest
import tifffile

from svertka.data.windows import created, opened, pieces, tiff_files


def filled(path, values, tile, rng, **how):
    channels, *sizes = values.shape
    windows = list(pieces(tuple(slice(0, size) for size in sizes), tile))
    with created(path, channels=channels, sizes=sizes, dtype=values.dtype, tile=tile, **how) as sink:
        for number in rng.permutation(len(windows)):
            sink.write(windows[number], values[(slice(None), *windows[number])])
            sink.mark(windows[number])


@pytest.mark.parametrize("sizes", [(1, 1), (37, 41), (300, 530), (5, 70, 90), (1, 300, 90)])
@pytest.mark.parametrize("channels", [1, 3, 5])
@pytest.mark.parametrize("dtype", ["u1", "u2", "f4", "f8"])
def test_the_image_is_the_one_that_tifffile_reads(tmp_path, rng, channels, sizes, dtype):
    values = rng.integers(0, 255, (channels, *sizes)).astype(dtype)
    filled(tmp_path / "x.tif", values, (3, 100, 200)[-len(sizes) :], rng)
    found = tifffile.imread(tmp_path / "x.tif")
    colours = channels == 3 and dtype == "u1" and len(sizes) == 2
    wanted = np.moveaxis(values, 0, -1) if colours else values if len(sizes) == 2 else np.moveaxis(values, 0, 1)
    assert found.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(found.squeeze(), wanted.squeeze())


def test_a_large_one_is_bigtiff_in_tiles(tmp_path, rng, monkeypatch):
    monkeypatch.setattr(tiff_files, "LARGE", 100_000)
    filled(tmp_path / "x.tif", rng.random((1, 300, 400), dtype=np.float32), (64, 64), rng)
    with tifffile.TiffFile(tmp_path / "x.tif") as file:
        assert (file.is_bigtiff, file.pages[0].tile) == (True, (256, 256))


def test_what_the_image_says_of_itself_goes_along(tmp_path, rng):
    pixels = rng.integers(0, 256, (60, 80, 4), dtype=np.uint8)
    how = {"photometric": "rgb", "extrasamples": ["unassalpha"], "resolution": (300, 150), "resolutionunit": "inch"}
    tifffile.imwrite(tmp_path / "x.tif", pixels, **how)
    half = pixels[::2, ::2].transpose(2, 0, 1)
    with opened(tmp_path / "x.tif") as source:
        filled(tmp_path / "y.tif", half, (16, 16), rng, like=source, scale=(2, 2))
    with opened(tmp_path / "y.tif") as source:
        assert (source.colour, source.form.resolution) == ("rgb+alpha", (150, 75, 2))
        np.testing.assert_array_equal(source.read((slice(0, 30), slice(0, 40))), half)
