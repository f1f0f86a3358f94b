import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from svertka.data.formats import read
from svertka.data.strips import Form, opened, write
from svertka.data.strips.fits_files import BLOCK, TYPES
from svertka.errors import DataError


def numbers(rng, dtype, shape):
    if np.dtype(dtype).kind == "f":
        return rng.normal(size=shape).astype(dtype)
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, shape, dtype, endpoint=True)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(("channels", "sizes"), [(1, (7, 9)), (3, (7, 9)), (1, (4, 7, 9))])
def test_astropy_reads_every_type(tmp_path, rng, dtype, channels, sizes):
    form = Form(channels, sizes, np.dtype(dtype), "channels" if channels > 1 else "grey")
    pixels = numbers(rng, dtype, (form.pages, channels, 7, 9))
    write(tmp_path / "x.fits", form, [page[None] for page in pixels])
    with fits.open(tmp_path / "x.fits") as units:
        units.verify("exception")
        found = units[0].data
        assert found.dtype.newbyteorder("=") == dtype
        np.testing.assert_array_equal(found.reshape(channels, form.pages, 7, 9), pixels.swapaxes(0, 1))
    assert (tmp_path / "x.fits").stat().st_size % BLOCK == 0


def test_coordinates_of_the_sky_go_along_and_scaling_does_not(tmp_path, rng):
    sky = WCS(naxis=2)
    sky.wcs.crpix, sky.wcs.crval, sky.wcs.cdelt, sky.wcs.ctype = (
        [4, 5],
        [83.6, 22],
        [-0.1, 0.1],
        ["RA---TAN", "DEC--TAN"],
    )
    unit = fits.PrimaryHDU(rng.integers(0, 999, (7, 9), dtype=np.int16), sky.to_header())
    unit.header["BSCALE"], unit.header["BZERO"], unit.header["BLANK"] = 0.5, 10.0, -1
    unit.header["OBJECT"] = "M1"
    unit.header.add_history("flat-fielded")
    unit.writeto(tmp_path / "x.fits")
    with opened(tmp_path / "x.fits") as source:
        write(tmp_path / "y.fits", source.form, [source.rows(0, 0, 7)[None]])
    header = fits.getheader(tmp_path / "y.fits")
    assert WCS(header).wcs.compare(WCS(fits.getheader(tmp_path / "x.fits")).wcs)
    assert (header["OBJECT"], list(header["HISTORY"])) == ("M1", ["flat-fielded"])
    assert not {"BSCALE", "BZERO", "BLANK"} & set(header)
    np.testing.assert_array_equal(read(tmp_path / "y.fits").pixels, read(tmp_path / "x.fits").pixels)


def test_halves_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"x\.fits cannot hold 1 channel \(grey\) of float16"):
        write(tmp_path / "x.fits", Form(1, (7, 9), np.dtype("f2"), "grey"), [])
