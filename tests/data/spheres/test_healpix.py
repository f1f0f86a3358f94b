import sys

import astropy_healpix
import numpy as np
import pytest
from astropy import units
from scipy.special import sph_harm_y

from svertka import geometry, ops
from svertka.data.spheres.healpix import from_healpix, to_healpix
from svertka.data.spheres.healpix_pixels import UNSEEN, rings_of
from svertka.errors import DataError, MissingExtra, SettingError, ShapeError

RNG = np.random.default_rng(0)
DEGREES = [(0, 0), (1, 1), (7, 2), (15, 15), (21, 4), (31, 30)]


def centres(nside, order="ring"):
    longitude, latitude = astropy_healpix.healpix_to_lonlat(np.arange(12 * nside**2), nside, order=order)
    return np.pi / 2 - latitude.value, longitude.value


def at_pixels(l, m, nside, order="ring"):
    return sph_harm_y(l, m, *centres(nside, order)).real


def on_grid(l, m, b):
    beta, alpha = geometry.sphere_grid(b)
    return sph_harm_y(l, m, beta[:, None], alpha).real


@pytest.mark.parametrize("order", ["ring", "nested"])
@pytest.mark.parametrize(("l", "m"), DEGREES)
def test_harmonics_go_to_harmonics_there_and_back(l, m, order):
    sky = at_pixels(l, m, 16, order)
    for b in (32, 40):
        np.testing.assert_allclose(from_healpix(sky, b, order=order), on_grid(l, m, b), atol=2e-7)
    np.testing.assert_allclose(to_healpix(on_grid(l, m, 32), 16, order=order), sky, atol=2e-7)


@pytest.mark.parametrize("nside", [1, 2, 4, 8, 64])
def test_signals_come_back_from_maps_of_any_fineness(nside):
    b = min(2 * nside, 24)
    x = ops.sphere_ifft(RNG.normal(size=(2, 3, b * b)) / b)
    sky = to_healpix(x, nside)
    assert sky.shape == (2, 3, 12 * nside**2)
    np.testing.assert_allclose(from_healpix(sky, b), x, atol=1e-6 * np.abs(x).max())


@pytest.mark.parametrize(("l", "m"), [(8, 3), (10, 10), (15, 2)])
def test_up_to_twice_the_bandwidth_nothing_aliases(l, m):
    assert np.abs(from_healpix(at_pixels(l, m, 16), 8)).max() < 1e-10


@pytest.mark.parametrize("seed", range(3))
def test_of_finer_detail_two_thousandths_leak_at_most(seed):
    """Energy of one degree beyond twice the bandwidth, in random orders, and what is left of it."""
    rng = np.random.default_rng(seed)
    l = int(rng.integers(20, 40))
    sky = sum(rng.normal() * at_pixels(l, m, 32) for m in range(l + 1))
    assert np.std(from_healpix(sky, 8)) < 2e-3 * np.std(sky)


def test_constants_stay_constant():
    np.testing.assert_allclose(from_healpix(np.full(12 * 8**2, 2.5), 5), 2.5, rtol=1e-7)
    np.testing.assert_allclose(to_healpix(np.full((10, 10), 2.5), 8), 2.5, rtol=1e-7)


def test_the_integral_over_the_sphere_is_kept():
    """Pixels have equal area: their mean is the integral, as far as the map holds the degrees."""
    x = ops.sphere_ifft(RNG.normal(size=100))
    x += 3 - (geometry.sphere_weights(10)[:, None] * x).sum()
    found = from_healpix(to_healpix(x, 16), 10)
    assert np.isclose((geometry.sphere_weights(10)[:, None] * found).sum(), 3, atol=1e-6)
    assert np.isclose(to_healpix(x, 256).mean(), 3, atol=1e-4)


def test_turning_in_longitude_commutes():
    """A quarter turn takes each pixel of a ring to another."""
    nside, b = 8, 16
    sky = RNG.normal(size=12 * nside**2)
    turned = sky.copy()
    for _, places in rings_of(nside).alike:
        turned[places] = np.roll(sky[places], places.shape[1] // 4, axis=1)
    here = from_healpix(sky, b)
    np.testing.assert_allclose(from_healpix(turned, b), np.roll(here, b // 2, axis=-1), atol=1e-5)


def test_smooth_maps_agree_with_astropys_interpolation():
    """Along an arc harmonics bend by at most `l²` times their height (Bernstein), and lines err by `h²/8` of that.

    Four pixels are taken together, along two directions.
    """
    nside, b, l = 64, 6, 5
    x = ops.sphere_ifft(RNG.normal(size=b * b))
    sky = to_healpix(x, nside)
    beta, alpha = np.meshgrid(*geometry.sphere_grid(b), indexing="ij")
    theirs = astropy_healpix.interpolate_bilinear_lonlat(
        alpha.ravel() * units.rad, (np.pi / 2 - beta.ravel()) * units.rad, sky, order="ring"
    )
    apart = np.abs(theirs.reshape(2 * b, 2 * b) - from_healpix(sky, b))
    h = np.sqrt(4 * np.pi / len(sky))
    assert apart.max() < 2 * h**2 / 8 * l**2 * np.abs(sky).max()


def test_8_bits_stay_8_bits():
    sky = RNG.integers(0, 256, 12 * 8**2, dtype=np.uint8)
    found = from_healpix(sky, 8)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, np.rint(from_healpix(sky.astype(float), 8)).clip(0, 255))
    assert to_healpix(found, 4).dtype == np.uint8


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (0, "12 nside² pixels with nside a power of two, not 0 pixels"),
        (100, "not 100 pixels$"),
        (12 * 9, "not 108 pixels, as nside 3 has"),
        (12 * 16 + 1, "not 193 pixels$"),
    ],
)
def test_maps_of_other_lengths_are_refused(pixels, message):
    with pytest.raises(ShapeError, match=message):
        from_healpix(np.zeros(pixels), 4)


@pytest.mark.parametrize("nside", [0, 3, 12, -4, 2.0, "8"])
def test_nside_is_a_power_of_two(nside):
    with pytest.raises(SettingError, match="nside of a HEALPix map should be a power of two, not"):
        to_healpix(np.zeros((4, 4)), nside)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_what_was_not_observed_is_refused(kind):
    sky = np.zeros(12 * 4**2, kind)
    sky[:5] = UNSEEN
    with pytest.raises(
        DataError, match=r"5 of its pixels are UNSEEN \(-1.6375e\+30\); put a value there first, as --fill"
    ):
        from_healpix(sky, 4)
    sky[:5] = np.nan
    with pytest.raises(
        DataError, match="5 of its pixels are NaN or infinite; put a value there first, as --fill 0 does"
    ):
        from_healpix(sky, 4)


def test_what_is_missing_is_said(monkeypatch):
    rings_of.cache_clear()
    monkeypatch.setitem(sys.modules, "astropy_healpix", None)
    with pytest.raises(MissingExtra, match=r"HEALPix map needs astropy-healpix, .*pip install 'svertka\[sphere\]'"):
        from_healpix(np.zeros(12), 1)
