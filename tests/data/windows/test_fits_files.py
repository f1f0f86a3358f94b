import numpy as np
import pytest

from svertka.data.windows import created, opened, pieces

fits = pytest.importorskip("astropy.io.fits")


def filled(path, values, tile, **how):
    channels, *sizes = values.shape
    with created(path, channels=channels, sizes=sizes, dtype=values.dtype, tile=tile, **how) as sink:
        for window in pieces(tuple(slice(0, size) for size in sizes), tile):
            sink.write(window, values[(slice(None), *window)])
            sink.mark(window)


@pytest.mark.parametrize("shape", [(1, 37, 41), (3, 37, 41), (1, 5, 37, 41), (2, 5, 37, 41)])
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
def test_the_image_is_the_one_that_astropy_reads(tmp_path, rng, shape, dtype):
    values = rng.integers(0, 2**62, shape).astype(dtype)
    filled(tmp_path / "x.fits", values, (16,) * (len(shape) - 1))
    with fits.open(tmp_path / "x.fits") as units:
        units.verify("exception")
        found = units[0].data
        wanted = values[0] if len(values) == 1 else values
        assert found.shape == wanted.shape
        # Bytes with a sign come back as fractions from astropy; their values are the same.
        assert dtype == "i1" or found.dtype.newbyteorder("=") == np.dtype(dtype)
        np.testing.assert_array_equal(found, wanted)


def test_the_cards_of_the_image_go_along_but_those_of_its_storage(tmp_path, rng):
    unit = fits.PrimaryHDU(rng.integers(0, 99, (40, 50), dtype=np.int16))
    unit.header.update({"OBJECT": "M 31", "BSCALE": 0.5, "BZERO": 7.0, "CRPIX1": 9.5, "CTYPE1": "RA---TAN"})
    unit.header["HISTORY"] = "was seen"
    unit.writeto(tmp_path / "x.fits")
    with opened(tmp_path / "x.fits") as source:
        whole = source.read((slice(0, 40), slice(0, 50)))
        filled(tmp_path / "y.fits", whole, (16, 16), like=source)
    with fits.open(tmp_path / "y.fits") as units:
        header = units[0].header
        assert (header["OBJECT"], header["CRPIX1"], str(header["HISTORY"])) == ("M 31", 9.5, "was seen")
        assert "BSCALE" not in header
        np.testing.assert_array_equal(units[0].data, whole[0])


def test_a_long_header_is_gone_past(tmp_path, rng):
    unit = fits.PrimaryHDU(rng.random((40, 50)))
    unit.header.update({f"NOTE{n}": "END     " * 5 for n in range(100)})
    unit.writeto(tmp_path / "x.fits")
    values = rng.random((1, 40, 50))
    with opened(tmp_path / "x.fits") as source:
        filled(tmp_path / "y.fits", values, (16, 16), like=source)
    np.testing.assert_array_equal(fits.getdata(tmp_path / "y.fits"), values[0])
