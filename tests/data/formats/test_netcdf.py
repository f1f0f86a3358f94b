import numpy as np
import pytest
from scipy.io import netcdf_file

from svertka.data.formats import Opening, peek, read
from svertka.data.formats.netcdf import eastwards, opened
from svertka.errors import DataError

RNG = np.random.default_rng(0)
LATITUDES, LONGITUDES = np.arange(-75.0, 90, 30), np.arange(-180.0, 180, 45)
WIND = RNG.normal(size=(4, 2, 6, 8)).astype(np.float32)
RAIN = RNG.normal(size=(4, 6, 8)).astype(np.float32)
HILLS = RNG.normal(size=(6, 8)).astype(np.float32)


def saved(path, latitudes=LATITUDES, longitudes=LONGITUDES, **variables):
    """A file as weather services write them; latitudes rise, and longitudes begin in the Pacific."""
    with netcdf_file(path, "w") as file:
        for name, units, values in (
            ("time", "days since 2000-01-01", [0.0, 1, 2, 3]),
            ("level", "hPa", [200.0, 500]),
            ("lat", "degrees_north", latitudes),
            ("lon", "degrees_east", longitudes),
        ):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
            file.variables[name].units = units
        for name, (axes, values) in variables.items():
            file.createVariable(name, values.dtype, axes.split())[:] = values
    return path


@pytest.fixture
def path(tmp_path):
    return saved(
        tmp_path / "weather.nc",
        wind=("time level lat lon", WIND),
        rain=("time lat lon", RAIN),
        hills=("lat lon", HILLS),
        index=("time", np.arange(4.0)),
    )


def upright(field):
    """North up, and eastwards from Greenwich."""
    return np.roll(field[..., ::-1, :], -4, axis=-1)


def test_variables_and_levels_are_channels_and_time_counts_samples(path):
    fields = opened(path)
    assert fields.shape == (4, 4, 6, 8)
    for time in range(4):
        wind, rain = WIND[time], RAIN[time]
        wanted = {"wind level 200": wind[0], "wind level 500": wind[1], "rain": rain, "hills": HILLS}
        assert set(fields.names) == set(wanted)
        np.testing.assert_array_equal(fields[time], [upright(wanted[name]) for name in fields.names])
    np.testing.assert_array_equal(fields[1:3], np.stack([fields[1], fields[2]]))


def test_north_is_up_and_columns_begin_at_greenwich(path):
    fields = opened(path)
    np.testing.assert_array_equal(fields.latitudes, LATITUDES[::-1])
    np.testing.assert_array_equal(fields.longitudes, np.arange(0, 360, 45))


def test_axes_may_come_in_any_order(tmp_path):
    turned = saved(tmp_path / "a.nc", wind=("lon level time lat", WIND.transpose(3, 1, 0, 2).copy()))
    fields = opened(turned)
    assert fields.first == "level"
    np.testing.assert_array_equal(fields[1], upright(WIND[:, 1]))


@pytest.mark.parametrize(
    ("longitudes", "wanted"),
    [
        (np.arange(0, 360, 90), [0, 1, 2, 3]),
        (np.arange(-180, 180, 90), [2, 3, 0, 1]),
        (np.arange(180, -180, -90), [2, 1, 0, 3]),
        ([90, 180, -90, 0], [3, 0, 1, 2]),
        (np.arange(0, 361, 90), [0, 1, 2, 3]),
        (np.arange(-180, 181, 90), [2, 3, 0, 1]),
        (np.arange(-10, 20, 10), [0, 1, 2]),
        (np.arange(20, -10, -10), [2, 1, 0]),
        ([5], [0]),
    ],
)
def test_columns_go_eastwards_once(longitudes, wanted):
    assert eastwards(np.asarray(longitudes, dtype=float)).tolist() == wanted


def test_as_one_image_samples_are_channels(path):
    pixels = read(path).pixels
    np.testing.assert_array_equal(pixels, opened(path)[:].reshape(16, 6, 8))
    assert pixels.dtype == np.float32


@pytest.mark.parametrize(
    ("pages", "shape"), [("auto", (16, 6, 8)), ("channels", (16, 6, 8)), ("depth", (4, 4, 6, 8)), ("2", (4, 6, 8))]
)
def test_samples_are_what_the_setting_says_and_peek_agrees(path, pages, shape):
    raster = read(path, Opening(pages=pages))
    assert raster.pixels.shape == shape
    assert peek(path, Opening(pages=pages)) == raster.header
    np.testing.assert_array_equal(read(path, Opening(pages="2")).pixels, opened(path)[2])


def test_real_weather_is_read(shared):
    fields = opened(shared / "eraint_uvz" / "eraint_uvz.nc")
    assert (fields.shape, fields.first) == ((2, 9, 241, 480), "month")
    assert fields.names[3] == "u level 200"
    assert read(shared / "eraint_uvz" / "eraint_uvz.nc").pixels.shape == (18, 241, 480)
    with netcdf_file(shared / "eraint_uvz" / "eraint_uvz.nc", mmap=False, maskandscale=True) as file:
        wanted = np.roll(file.variables["u"][1, 0], -240, axis=1)
    np.testing.assert_allclose(fields[1][3], wanted, atol=1e-4)


def test_real_basins_have_gaps_on_land(shared):
    fields = opened(shared / "eraint_uvz" / "basin_mask.nc")
    assert fields.shape == (33, 1, 180, 360)
    north, east = fields.latitudes, fields.longitudes
    surface = dict(zip([(x, y) for y in north for x in east], fields[0][0].ravel(), strict=True))
    assert surface[(329.5, 30.5)] == 1  # the Atlantic
    assert surface[(200.5, 0.5)] == 2  # the Pacific
    assert np.isnan(surface[(20.5, 20.5)])  # the Sahara


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "found none among the variables lon, lat, time, level"),
        ({"index": ("time", np.zeros(4))}, "wanted fields along one axis in degrees_north and one in degrees_east"),
        ({"profile": ("level lat", np.zeros((2, 6)))}, "found none among the variables"),
    ],
)
def test_a_file_without_fields_says_what_it_has(tmp_path, variables, message):
    with pytest.raises(DataError, match=rf"a\.nc: .*{message}"):
        read(saved(tmp_path / "a.nc", **variables))


def test_two_grids_in_a_file_are_named(tmp_path):
    path = saved(tmp_path / "a.nc", rain=("time lat lon", RAIN))
    with netcdf_file(path, "a") as file:
        for name, units in (("y", "degrees_north"), ("x", "degrees_east")):
            file.createDimension(name, 2)
            file.createVariable(name, "f8", (name,))[:] = [0, 90]
            file.variables[name].units = units
        file.createVariable("snow", "f8", ("y", "x"))[:] = 0
    with pytest.raises(DataError, match="found fields on lat by lon and y by x among"):
        read(path)


def test_pages_and_limits_are_checked(path):
    with pytest.raises(DataError, match="it has no page 7: its 4 pages count from 0"):
        read(path, Opening(pages="7"))
    with pytest.raises(DataError, match="768 pixels and the limit is 700"):
        read(path, Opening(max_pixels=700))
    with pytest.raises(DataError, match="768 pixels and the limit is 700"):
        peek(path, Opening(max_pixels=700))
    assert peek(path, Opening(pages="0", max_pixels=700)).channels == 4


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_truncated_file_is_named(path, share):
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(DataError, match=r"weather\.nc"):
        read(path)
