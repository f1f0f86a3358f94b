import sys

import astropy_healpix
import numpy as np
import pytest
from astropy.io import fits

from svertka.data.formats import Opening, peek, read
from svertka.data.spheres.healpix_pixels import UNSEEN
from svertka.errors import DataError, MissingExtra

RNG = np.random.default_rng(0)
SKY = RNG.normal(size=12 * 4**2).astype(np.float32)
RING = {"PIXTYPE": "HEALPIX", "ORDERING": "RING", "NSIDE": 4, "INDXSCHM": "IMPLICIT"}


def saved(folder, columns, before=(), **cards):
    unit = fits.BinTableHDU.from_columns([fits.Column(*column[:2], array=column[2]) for column in columns])
    unit.header.update({name: value for name, value in (RING | cards).items() if value is not None})
    fits.HDUList([fits.PrimaryHDU(), *before, unit]).writeto(folder / "sky.fits")
    return folder / "sky.fits"


def test_columns_are_channels(tmp_path):
    path = saved(tmp_path, [("I", "E", SKY), ("Q", "E", SKY + 1), ("U", "E", SKY + 2)])
    raster = read(path)
    np.testing.assert_array_equal(raster.pixels, [SKY, SKY + 1, SKY + 2])
    assert raster.pixels.dtype.isnative
    assert peek(path) == raster.header


def test_rows_may_hold_many_pixels(tmp_path):
    """As maps of WMAP and Planck do: 1024 in each."""
    sky = RNG.normal(size=12 * 32**2).astype(np.float32)
    np.testing.assert_array_equal(
        read(saved(tmp_path, [("T", "1024E", sky.reshape(-1, 1024))], NSIDE=32)).pixels, [sky]
    )


@pytest.mark.parametrize("word", ["NESTED", "nested  ", "NEST"])
def test_nested_maps_are_put_into_rings(tmp_path, word):
    ring = astropy_healpix.HEALPix(4).nested_to_ring(np.arange(192))
    nested = SKY[ring]
    np.testing.assert_array_equal(read(saved(tmp_path, [("T", "E", nested)], ORDERING=word)).pixels, [SKY])


@pytest.mark.parametrize("ordering", ["RING", "NESTED"])
@pytest.mark.parametrize("cards", [{"INDXSCHM": "EXPLICIT"}, {"INDXSCHM": None, "OBJECT": "PARTIAL"}])
def test_a_part_of_the_sky_has_gaps_elsewhere(tmp_path, ordering, cards):
    index = RNG.permutation(192)[:50]
    path = saved(tmp_path, [("PIXEL", "J", index), ("T", "E", SKY[:50])], ORDERING=ordering, **cards)
    found = read(path).pixels[0]
    ring = index if ordering == "RING" else astropy_healpix.HEALPix(4).nested_to_ring(index)
    np.testing.assert_array_equal(found[ring], SKY[:50])
    assert np.isnan(found).sum() == 142


def test_what_was_not_observed_is_nan(tmp_path):
    hidden = np.where(np.arange(192) < 7, np.float32(UNSEEN), SKY)
    np.testing.assert_array_equal(np.isnan(read(saved(tmp_path, [("T", "E", hidden)])).pixels[0]), np.arange(192) < 7)


def test_nside_may_be_left_to_the_number_of_pixels(tmp_path):
    np.testing.assert_array_equal(read(saved(tmp_path, [("T", "D", SKY)], NSIDE=None)).pixels, [SKY])


def test_counts_stay_whole(tmp_path):
    counts = RNG.integers(0, 1000, 192)
    found = read(saved(tmp_path, [("HITS", "J", counts)])).pixels
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, [counts])


def test_an_image_goes_before_a_map_unless_the_map_is_chosen(tmp_path):
    plane = np.arange(12, dtype=np.int16).reshape(3, 4)
    path = saved(tmp_path, [("T", "E", SKY)], before=[fits.ImageHDU(plane)])
    np.testing.assert_array_equal(read(path).pixels, [plane])
    np.testing.assert_array_equal(read(path, Opening(pages="2")).pixels, [SKY])


@pytest.mark.parametrize(
    ("columns", "cards", "message"),
    [
        ([("T", "E", SKY)], {"ORDERING": None}, r"its header says ORDERING \(nothing\); wanted is RING or NESTED"),
        ([("T", "E", SKY)], {"ORDERING": "NUNIQ"}, "its header says ORDERING NUNIQ"),
        ([("T", "E", SKY)], {"NSIDE": 3}, "its header says NSIDE 3; wanted is a power of two"),
        ([("T", "E", SKY[:100])], {}, "it should hold 192 pixels for nside 4, not 100"),
        ([("T", "E", SKY[:100])], {"NSIDE": None}, "it should hold 48 pixels for nside 2, not 100"),
        ([("T", "E", SKY)], {"INDXSCHM": "EXPLICIT"}, "its table has no column of pixels"),
        ([("P", "E", SKY), ("T", "E", SKY)], {"INDXSCHM": "EXPLICIT"}, "its first column should hold the number of"),
        (
            [("PIXEL", "J", [200]), ("T", "E", [1])],
            {"INDXSCHM": "EXPLICIT"},
            "it numbers pixels from 200 to 200, but nside 4 has 192",
        ),
        ([("PIXEL", "J", [3]), ("T", "E", [1])], {"INDXSCHM": "EXPLICIT", "NSIDE": None}, "its header says NSIDE None"),
        ([("NAME", "4A", ["a"] * 192)], {}, "its column NAME holds no numbers"),
    ],
)
def test_what_is_no_map_is_refused(tmp_path, columns, cards, message):
    with pytest.raises(DataError, match=rf"sky\.fits: {message}"):
        read(saved(tmp_path, columns, **cards))


def test_the_limit_is_checked(tmp_path):
    with pytest.raises(DataError, match="192 pixels and the limit is 100"):
        read(saved(tmp_path, [("T", "E", SKY)]), Opening(max_pixels=100))


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    path = saved(tmp_path, [("T", "E", SKY)], ORDERING="NESTED")
    monkeypatch.setitem(sys.modules, "astropy_healpix", None)
    with pytest.raises(MissingExtra, match="a HEALPix map needs astropy-healpix"):
        read(path)
