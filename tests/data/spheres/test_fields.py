import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator
from scipy.io import netcdf_file
from scipy.special import sph_harm_y

from svertka import geometry, ops
from svertka.data.spheres.fields import field, from_equirectangular, to_equirectangular
from svertka.data.spheres.latitudes import angles
from svertka.errors import DataError, SettingError, ShapeError, UnknownName

RNG = np.random.default_rng(0)
DEGREES = [(0, 0), (1, 1), (7, 2), (23, 23), (30, 4), (31, 30)]


def gauss(rows):
    return np.degrees(np.arcsin(np.polynomial.legendre.leggauss(rows)[0]))


GRIDS = {
    "centres": ((32, 64), {}),
    "poles": ((33, 64), {}),
    "Gauss, rising": ((32, 64), {"latitudes": gauss(32), "longitudes": np.arange(64) * 360 / 64}),
    "no south pole": (
        (32, 64),
        {"latitudes": 90 - np.arange(32) * 180 / 32, "longitudes": np.arange(64) * 5.625 - 180},
    ),
    "falling, closed": ((64, 65), {"longitudes": np.linspace(180, -180, 65)}),
}
EVERY = pytest.mark.parametrize(("sizes", "told"), GRIDS.values(), ids=GRIDS)


def harmonic(l, m, beta, alpha):
    return sph_harm_y(l, m, beta[:, None], alpha).real


def on_grid(sizes, told, l, m):
    return harmonic(l, m, *angles(sizes, told.get("latitudes"), told.get("longitudes")))


@EVERY
@pytest.mark.parametrize(("l", "m"), DEGREES)
def test_harmonics_go_to_harmonics_there_and_back(sizes, told, l, m):
    there, here = on_grid(sizes, told, l, m), harmonic(l, m, *geometry.sphere_grid(32))
    np.testing.assert_allclose(from_equirectangular(there, 32, **told), here, atol=2e-7)
    np.testing.assert_allclose(to_equirectangular(here, sizes, **told), there, atol=2e-7)


@EVERY
@pytest.mark.parametrize(("l", "m"), DEGREES[2:])
def test_nothing_aliases(sizes, told, l, m):
    """A degree that the coarser grid does not hold leaves nothing there, whichever of the two is coarser."""
    assert np.abs(from_equirectangular(on_grid(sizes, told, l, m), 7, **told)).max() < 1e-12
    fine = harmonic(l, m, *geometry.sphere_grid(40))
    assert np.abs(to_equirectangular(fine, (7, 14))).max() < 1e-7


@EVERY
def test_constants_stay_constant(sizes, told):
    np.testing.assert_allclose(from_equirectangular(np.full(sizes, 3.5), 20, **told), 3.5, rtol=1e-7)
    np.testing.assert_allclose(to_equirectangular(np.full((40, 40), 3.5), sizes, **told), 3.5, rtol=1e-7)


@EVERY
def test_the_integral_over_the_sphere_is_kept(sizes, told):
    """Of any pixels: the weights integrate every polynomial through the rows, from NumPy's Vandermonde matrix."""
    beta, alpha = angles(sizes, told.get("latitudes"), told.get("longitudes"))
    columns = len(np.unique(np.round(np.mod(alpha, 2 * np.pi), 6)))
    x = RNG.normal(size=sizes)
    x[:, columns:] = x[:, : sizes[1] - columns]
    exact = np.eye(sizes[0])[0]
    weights = np.linalg.solve(np.polynomial.legendre.legvander(np.cos(beta), sizes[0] - 1).T, exact)
    found = from_equirectangular(x, 12, **told)
    mean = (geometry.sphere_weights(12)[:, None] * found).sum()
    np.testing.assert_allclose(mean, weights @ x[:, :columns].mean(axis=1), atol=1e-7)


def test_turning_in_longitude_commutes():
    x = RNG.normal(size=(2, 33, 64))
    here = from_equirectangular(x, 16).astype(np.float64)
    turned = from_equirectangular(np.roll(x, 5, axis=-1), 16)
    np.testing.assert_allclose(turned, ops.rotate(here, (2 * np.pi * 5 / 64, 0, 0)), atol=2e-6)


def test_longitudes_from_0_or_from_minus_180_are_the_same_places():
    x = RNG.normal(size=(33, 64))
    rolled = np.roll(x, 32, axis=-1)
    found = from_equirectangular(rolled, 16, longitudes=np.arange(64) * 5.625 - 180)
    np.testing.assert_allclose(found, from_equirectangular(x, 16), atol=1e-6)


def test_the_grid_of_a_bandwidth_is_a_field_too():
    x = ops.sphere_ifft(RNG.normal(size=(3, 144)))
    east = np.degrees(geometry.sphere_grid(12)[1])
    np.testing.assert_allclose(from_equirectangular(x, 12, longitudes=east), x, atol=1e-5)
    np.testing.assert_allclose(to_equirectangular(x, (24, 24), longitudes=east), x, atol=1e-5)


def test_a_finer_grid_shows_the_same_field():
    x = RNG.normal(size=(16, 32))
    fine = from_equirectangular(x, 40)
    directions = geometry.sphere_grid(40)
    coarse = ops.sample(from_equirectangular(x, 16).astype(np.float64), directions[0][:, None], directions[1])
    np.testing.assert_allclose(fine, coarse, atol=1e-5)


def test_a_part_of_the_earth_can_be_shown():
    x, north, east = ops.sphere_ifft(RNG.normal(size=100)), np.linspace(60, 40, 41), np.linspace(-10, 30, 81)
    part = to_equirectangular(x, (41, 81), latitudes=north, longitudes=east)
    wanted = ops.sample(x, np.radians(90 - north)[:, None], np.radians(east))
    np.testing.assert_allclose(part, wanted, atol=1e-5)


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 7])
def test_few_columns_show_what_they_can(columns):
    """One to three columns hold nothing but a mean, four and more a degree of 1 as well."""
    rows = 2 + np.cos(np.pi * (np.arange(12) + 0.5) / 12)
    found = from_equirectangular(np.repeat(rows[:, None], columns, axis=1), 6)
    wanted = 2 + (columns > 3) * np.cos(geometry.sphere_grid(6)[0])
    np.testing.assert_allclose(found, np.repeat(wanted[:, None], 12, axis=1), rtol=1e-6)


def test_8_bits_stay_8_bits_and_all_else_is_single():
    photograph = RNG.integers(0, 256, (3, 64, 128), dtype=np.uint8)
    found = from_equirectangular(photograph, 16)
    assert found.dtype == np.uint8
    exact = from_equirectangular(photograph.astype(float), 16)
    np.testing.assert_array_equal(found, np.rint(exact).clip(0, 255))
    assert to_equirectangular(found, (64, 128)).dtype == np.uint8
    assert {from_equirectangular(photograph.astype(kind), 4).dtype.name for kind in ("i2", "f4", "f8")} == {"float32"}


@pytest.mark.parametrize("b", [0, -2, 2.5, True])
def test_a_bandwidth_is_a_positive_integer(b):
    with pytest.raises(SettingError, match="a bandwidth should be a positive integer"):
        from_equirectangular(np.zeros((4, 8)), b)


def test_what_is_no_field_is_refused():
    with pytest.raises(ShapeError, match=r"a field should be \(\.\.\., rows, columns\), not \(5,\)"):
        from_equirectangular(np.zeros(5), 4)
    with pytest.raises(ShapeError, match="a field should have rows and columns, not 0x8"):
        from_equirectangular(np.zeros((3, 0, 8)), 4)
    with pytest.raises(ShapeError, match="a field should have rows and columns, not 4x0"):
        to_equirectangular(np.zeros((8, 8)), (4, 0))
    with pytest.raises(
        DataError, match="1 of its pixels are NaN or infinite; put a value there first, as --fill 0 does"
    ):
        from_equirectangular(np.where(np.arange(32).reshape(4, 8) == 3, np.nan, 0), 2)
    with pytest.raises(ShapeError, match="signals on sphere should be"):
        to_equirectangular(np.zeros((4, 6)), (4, 8))


@pytest.fixture
def weather(shared):
    return shared / "eraint_uvz" / "eraint_uvz.nc"


def test_a_field_of_weather_is_the_one_that_scipy_unpacks(weather):
    with netcdf_file(weather, mmap=False, maskandscale=True) as file:
        wanted = np.array(file.variables["u"][1, 2])
        east = np.array(file.variables["longitude"][:])
    found = field(weather, "u", month=7, level=850)
    np.testing.assert_allclose(np.roll(found.values, -240, axis=1)[:, ::-1][:, ::-1], wanted, atol=1e-5)
    np.testing.assert_allclose(found.longitudes, np.sort(east % 360))
    np.testing.assert_allclose(found.latitudes, np.linspace(90, -90, 241))


def test_axes_that_are_not_chosen_stay(weather):
    assert field(weather, "z").values.shape == (2, 3, 241, 480)
    assert field(str(weather), "z", level=500).values.shape == (2, 241, 480)


def test_weather_on_the_sphere_is_what_lies_between_its_samples(weather):
    """At the finest bandwidth the field holds, nothing is left out. Of a wave sampled at least twice a period, linear
    interpolation misses a quarter of the second difference at most, along either axis.
    """
    wind = field(weather, "u", month=1, level=200)
    beta, alpha = geometry.sphere_grid(120)
    closed = np.concatenate([wind.values, wind.values[:, :1]], axis=1)
    known = RegularGridInterpolator((-wind.latitudes, np.append(wind.longitudes, 360)), closed)
    linear = known(tuple(np.meshgrid(np.degrees(beta) - 90, np.degrees(alpha), indexing="ij")))
    down, across = (np.abs(np.diff(closed, n=2, axis=axis)).max() for axis in (0, 1))
    apart = np.abs(wind.sphere(120) - linear)[2:-2]  # the wind has no one value at a pole
    assert apart.max() < (down + across) / 4


def test_weather_has_the_energy_of_the_degrees_below_its_bandwidth(weather):
    fine = field(weather, "z", month=1, level=500).sphere(100).astype(np.float64)
    coarse = field(weather, "z", month=1, level=500).sphere(32).astype(np.float64)
    np.testing.assert_allclose(ops.power_spectrum(coarse)[1:], ops.power_spectrum(fine)[1:32], rtol=1e-3)


def test_what_is_not_in_a_file_is_said(weather):
    with pytest.raises(UnknownName, match=r"no field in .*eraint_uvz\.nc is called 'uu'; did you mean 'u'\?"):
        field(weather, "uu")
    with pytest.raises(UnknownName, match="no other axis of u is called 'levels'; did you mean 'level'"):
        field(weather, "u", levels=200)
    with pytest.raises(DataError, match="level has no 300; it has 200, 500, 850"):
        field(weather, "u", level=300)
    with pytest.raises(DataError, match=r"there is no file gone\.nc"):
        field("gone.nc", "u")


def test_gaps_are_refused(shared):
    basins = field(shared / "eraint_uvz" / "basin_mask.nc", "basin", Z=0)
    with pytest.raises(DataError, match="of its pixels are NaN or infinite"):
        basins.sphere(16)
