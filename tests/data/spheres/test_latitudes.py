import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import sph_harm_y

from svertka.data.spheres.latitudes import angles, around, bandwidth_between, row_functions
from svertka.errors import DataError, ShapeError

RNG = np.random.default_rng(0)
PIXELS = RNG.normal(size=(2, 6, 8))


def gauss(rows):
    return np.degrees(np.arcsin(np.polynomial.legendre.leggauss(rows)[0]))


def test_panoramas_have_pixels_with_centres_and_fields_of_weather_have_poles():
    beta, alpha = angles((4, 8), None, None)
    np.testing.assert_allclose(np.degrees(beta), [22.5, 67.5, 112.5, 157.5])
    np.testing.assert_allclose(np.degrees(alpha), np.arange(8) * 45 + 22.5)
    beta, alpha = angles((5, 8), None, None)
    np.testing.assert_allclose(np.degrees(beta), [0, 45, 90, 135, 180])
    np.testing.assert_allclose(np.degrees(alpha), np.arange(8) * 45)


def test_angles_that_are_given_are_taken():
    beta, alpha = angles((3, 4), [60, 0, -60], [-180, -90, 0, 90])
    np.testing.assert_allclose(np.degrees(beta), [30, 90, 150])
    np.testing.assert_allclose(np.degrees(alpha), [-180, -90, 0, 90])
    np.testing.assert_allclose(np.degrees(angles((3, 4), [60, 0, -60], None)[1]), [0, 90, 180, 270])


@pytest.mark.parametrize(
    ("sizes", "latitudes", "wanted"),
    [((32, 64), None, 32), ((33, 64), None, 32), ((64, 64), None, 32), ((16, 64), None, 16), ((32, 64), gauss(32), 32)],
)
def test_a_grid_holds_as_many_degrees_as_its_wider_step_lets_it(sizes, latitudes, wanted):
    assert bandwidth_between(*angles(sizes, latitudes, None)) == wanted


def test_fields_come_from_north_to_south_and_eastwards():
    beta, alpha = angles((6, 8), np.arange(-75, 90, 30), np.arange(180, -180, -45))
    turned, down, first = around(PIXELS, beta, alpha)
    np.testing.assert_array_equal(turned, PIXELS[:, ::-1, ::-1])
    np.testing.assert_allclose(np.degrees([*down, first]), [*np.arange(15, 180, 30), -135], atol=1e-9)


def test_a_first_column_that_stands_at_the_end_again_is_taken_once():
    closed = np.concatenate([PIXELS, PIXELS[..., :1]], axis=-1)
    turned, _, first = around(closed, *angles((6, 9), np.arange(75, -90, -30), np.linspace(-180, 180, 9)))
    np.testing.assert_array_equal(turned, PIXELS)
    assert np.isclose(first, -np.pi)


def test_longitudes_may_begin_anywhere():
    turned, _, first = around(PIXELS, *angles((6, 8), None, [90, 135, 180, -135, -90, -45, 0, 45]))
    np.testing.assert_array_equal(turned, PIXELS)
    assert np.isclose(first, np.pi / 2)


def test_rows_that_rounding_has_moved_from_the_pole_are_put_there():
    latitudes = np.linspace(89.9999, -89.9999, 6)
    _, beta, _ = around(PIXELS, *angles((6, 8), latitudes, None))
    assert beta[0] == 0
    assert beta[-1] == np.pi


@pytest.mark.parametrize(
    ("latitudes", "longitudes", "message"),
    [
        (np.linspace(50, -50, 6), None, "latitudes go from 50 to -50 in 6 rows; wanted are rows over the whole"),
        (np.linspace(80, 20, 6), None, "latitudes go from 80 to 20"),
        ([90, 80, 70, -70, -80, -90], None, "in about even steps"),
        (None, np.linspace(-30, 40, 8), "longitudes go from -30 to 40 in 8 columns; wanted are even steps once"),
        (None, [0, 45, 90, 135, 180, 225, 270, 330], "longitudes go from 0 to 330"),
        (None, np.zeros(8), "longitudes go from 0 to 0"),
    ],
)
def test_what_does_not_cover_the_sphere_evenly_is_refused(latitudes, longitudes, message):
    with pytest.raises(DataError, match=message):
        around(PIXELS, *angles((6, 8), latitudes, longitudes))


@pytest.mark.parametrize(
    ("latitudes", "longitudes", "error", "message"),
    [
        ([90, 0], None, ShapeError, r"a field with 6 of its latitudes should be told each of them, not \(2,\)"),
        (None, 5.0, ShapeError, r"a field with 8 of its longitudes should be told each of them, not \(\)"),
        ([90, 50, 50, 0, -50, -90], None, DataError, "latitudes should rise or fall from row to row"),
        ([120, 50, 30, 0, -50, -90], None, DataError, "between -90 and 90, not as here from 120 to -90"),
        ([90, 50, np.nan, 0, -50, -90], None, DataError, "latitudes should be finite numbers, in degrees"),
    ],
)
def test_angles_that_are_none_are_refused(latitudes, longitudes, error, message):
    with pytest.raises(error, match=message):
        angles((6, 8), latitudes, longitudes)


@pytest.mark.parametrize(
    "latitudes", [None, np.linspace(90, -90, 9), gauss(9)[::-1]], ids=["centres", "poles", "Gauss"]
)
@pytest.mark.parametrize(("l", "m"), [(0, 0), (4, 0), (3, 1), (5, 2), (5, 5)])
def test_rows_count_as_in_the_integral_of_what_they_determine(latitudes, l, m):
    """A wave of order m along a meridian, as a sum of cosines or sines, integrated against a harmonic by SciPy."""
    terms = RNG.normal(size=4)
    wave = np.sin if m % 2 else np.cos

    def f(beta):
        bell = np.sin(beta) ** 2 if m and not m % 2 else 1.0  # at the poles there is one value
        return bell * sum(term * wave((k + 1) * beta) for k, term in enumerate(terms))

    beta = angles((9, 20), latitudes, None)[0]
    found = row_functions(tuple(beta), 6)[m][l - m] @ f(beta)
    scale = np.sqrt(4 * np.pi / (2 * l + 1)) * (np.sqrt(2) * (-1) ** m if m else 1) / 2
    wanted = quad(lambda beta: scale * f(beta) * sph_harm_y(l, m, beta, 0).real * np.sin(beta), 0, np.pi, epsabs=1e-12)[
        0
    ]
    assert np.isclose(found, wanted, atol=1e-10)
