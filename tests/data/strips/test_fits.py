import sys
from contextlib import ExitStack

import numpy as np
import pytest
from astropy.io import fits

from svertka.data.formats import read
from svertka.data.strips import opened
from svertka.data.strips.fits import FitsRows
from svertka.errors import DataError, MissingExtra

RNG = np.random.default_rng(0)
PLANE = RNG.integers(-(2**15), 2**15, (37, 41), dtype=np.int16)
CUBE = RNG.random((3, 37, 41), dtype=np.float32)


def scaled():
    unit = fits.PrimaryHDU(PLANE)
    unit.header["BSCALE"], unit.header["BZERO"] = 0.5, 100.0
    return unit


def blank():
    unit = fits.PrimaryHDU(PLANE)
    unit.header["BLANK"] = int(PLANE[2, 3])
    return unit


UNITS = {
    "int16": [fits.PrimaryHDU(PLANE)],
    "uint16": [fits.PrimaryHDU(PLANE.view(np.uint16))],
    "uint8": [fits.PrimaryHDU(PLANE.astype(np.uint8))],
    "int64": [fits.PrimaryHDU(PLANE.astype(np.int64) << 40)],
    "float64": [fits.PrimaryHDU(CUBE[0].astype(np.float64))],
    "scaled": [scaled()],
    "blank": [blank()],
    "cube": [fits.PrimaryHDU(CUBE)],
    "four axes": [fits.PrimaryHDU(np.stack([CUBE, -CUBE]))],
    "in an extension": [fits.PrimaryHDU(), fits.ImageHDU(PLANE)],
    "compressed": [fits.PrimaryHDU(), fits.CompImageHDU(PLANE)],
}


@pytest.mark.parametrize("units", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("step", [1, 7, 100])
def test_rows_are_those_of_the_image_read_whole(tmp_path, units, step):
    fits.HDUList(units).writeto(tmp_path / "x.fits")
    whole = read(tmp_path / "x.fits").pixels
    with opened(tmp_path / "x.fits") as source:
        form = source.form
        assert (form.channels, form.sizes, form.dtype) == (1, whole.shape[1:], whole.dtype)
        pages = whole.reshape(1, form.pages, form.height, form.width)
        for page in range(form.pages):
            for start in range(0, form.height, step):
                found = source.rows(page, start, min(start + step, form.height))
                np.testing.assert_array_equal(found, pages[:, page, start : start + step])


def test_the_header_goes_along(tmp_path):
    unit = fits.PrimaryHDU(PLANE)
    unit.header["CRVAL1"] = 12.5
    unit.writeto(tmp_path / "x.fits")
    with opened(tmp_path / "x.fits") as source:
        assert source.form.cards["CRVAL1"] == 12.5


def test_several_images_are_said(tmp_path, caplog):
    fits.HDUList([fits.PrimaryHDU(PLANE), fits.ImageHDU(PLANE)]).writeto(tmp_path / "x.fits")
    with opened(tmp_path / "x.fits"):
        assert "x.fits has 2 images; the first is taken" in caplog.text


def test_no_image_is_refused(tmp_path):
    fits.PrimaryHDU().writeto(tmp_path / "x.fits")
    with pytest.raises(DataError, match=r"x\.fits: none of its extensions holds an image"), opened(tmp_path / "x.fits"):
        pass


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "astropy.io", None)
    with pytest.raises(MissingExtra, match="FITS needs astropy"), ExitStack() as closing:
        FitsRows(tmp_path / "x.fits", closing)
