import sys

import astropy_healpix
import numpy as np
import pytest

from svertka.data.spheres.healpix_pixels import UNSEEN, is_power, is_unseen, nested, nside_of, ringed, rings_of
from svertka.errors import MissingExtra, ShapeError

RNG = np.random.default_rng(0)


def test_where_rings_lie_is_where_astropy_says():
    longitude, latitude = astropy_healpix.healpix_to_lonlat(np.arange(12 * 4**2), 4, order="ring")
    rings, beta, alpha = rings_of(4), np.pi / 2 - latitude.value, longitude.value
    for ring, places in rings.alike:
        steps = 2 * np.pi * np.arange(places.shape[1]) / places.shape[1]
        np.testing.assert_allclose(beta[places], np.repeat(rings.beta[ring, None], len(steps), axis=1), atol=1e-12)
        np.testing.assert_allclose(alpha[places], rings.first[ring, None] + steps, atol=1e-12)
    numbers = np.concatenate([places.ravel() for _, places in rings.alike])
    np.testing.assert_array_equal(np.sort(numbers), np.arange(192))


def test_orders_undo_one_another():
    sky = RNG.normal(size=(2, 12 * 4**2))
    np.testing.assert_array_equal(nested(ringed(sky)), sky)
    numbers = np.arange(12 * 4**2)
    np.testing.assert_array_equal(ringed(astropy_healpix.HEALPix(4).nested_to_ring(numbers)), numbers)


@pytest.mark.parametrize("nside", [1, 2, 64, 1024])
def test_the_number_of_pixels_tells_how_fine_a_map_is(nside):
    assert nside_of(12 * nside**2) == nside
    assert is_power(nside)
    with pytest.raises(ShapeError, match="with nside a power of two"):
        nside_of(12 * nside**2 + 12)


@pytest.mark.parametrize("nside", [0, 3, -2, 2.0, "4", None])
def test_other_numbers_are_no_power_of_two(nside):
    assert not is_power(nside)


def test_unseen_is_known_in_either_precision():
    sky = np.array([UNSEEN, 0, -1e30, np.nan])
    for kind in (np.float32, np.float64):
        assert is_unseen(sky.astype(kind)).tolist() == [True, False, False, False]
    assert not is_unseen(np.zeros(3, np.uint8)).any()


def test_what_is_missing_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "astropy_healpix", None)
    with pytest.raises(MissingExtra, match="a HEALPix map needs astropy-healpix"):
        ringed(np.zeros(12))
