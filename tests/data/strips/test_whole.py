import numpy as np
from PIL import Image

from svertka.data.formats import Opening, bitmaps
from svertka.data.rasters import plain
from svertka.data.strips.whole import WholeRows, read_whole


def test_rows_of_a_bitmap(tmp_path, rng):
    pixels = rng.integers(0, 256, (7, 9, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "x.png")
    source = read_whole(tmp_path / "x.png", bitmaps.BITMAPS, Opening())
    assert (source.form.channels, source.form.sizes, source.form.colour) == (3, (7, 9), "rgb")
    np.testing.assert_array_equal(source.rows(0, 2, 5), np.moveaxis(pixels, -1, 0)[:, 2:5])


def test_signals_are_one_row_and_volumes_pages(rng):
    signal = rng.normal(size=(2, 9))
    np.testing.assert_array_equal(WholeRows(plain(signal)).rows(0, 0, 1), signal[:, None])
    volume = rng.normal(size=(1, 4, 5, 6)).astype(">f4")
    source = WholeRows(plain(volume))
    assert source.form.dtype.isnative
    np.testing.assert_array_equal(source.rows(2, 1, 3), volume[:, 2, 1:3])
