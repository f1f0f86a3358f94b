import numpy as np
import pytest
from scipy.io import netcdf_file

from svertka.data.sets import open_data
from svertka.errors import DataError
from svertka.settings import DataSettings

RAIN = np.random.default_rng(0).normal(size=(20, 3, 4)).astype(np.float32)


def saved(path, **along):
    with netcdf_file(path, "w") as file:
        for name, units, values in (("time", "days", np.arange(20)), ("lat", "degrees_north", [60, 0, -60]),
                                    ("lon", "degrees_east", [0, 90, 180, 270])):  # fmt: skip
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
            file.variables[name].units = units
        file.createVariable("rain", "f4", ("time", "lat", "lon"))[:] = RAIN
        for name, values in along.items():
            file.createVariable(name, "f8", ("time",))[:] = values
    return path


def test_what_is_known_along_time_is_learned_from_fields(tmp_path):
    index = np.linspace(-1.3, 2.2, 20)
    data = open_data(saved(tmp_path / "rain.nc", index=index))
    assert (data.task, data.columns, data.name, data.layout) == ("regress", ("index",), "rain", "netCDF")
    np.testing.assert_allclose(data.targets[:, 0], index)
    np.testing.assert_array_equal([data.samples.read(place).pixels[0] for place in range(20)], RAIN)
    np.testing.assert_array_equal(data.samples.block(np.arange(3, 7))[:, 0], RAIN[3:7])
    assert data.samples.key(3) == "rain.nc[3]"


def test_whole_numbers_are_classes_and_targets_can_be_chosen(tmp_path):
    path = saved(tmp_path / "rain.nc", season=np.arange(20) % 4, index=np.linspace(0, 1, 20))
    data = open_data(path, DataSettings(target="season"))
    assert (data.task, data.classes) == ("classify", ("0", "1", "2", "3"))
    assert open_data(path).columns == ("season", "index")
    assert open_data(path, DataSettings(target="time", task="regress")).columns == ("time",)


def test_frames_are_forecast(tmp_path):
    data = open_data(saved(tmp_path / "rain.nc"), DataSettings(task="forecast", lags="1-2"))
    assert (len(data), data.task) == (18, "forecast")
    np.testing.assert_array_equal(data.samples.read(5).pixels, [RAIN[6], RAIN[5]])


def test_real_months_are_classes(shared):
    data = open_data(shared / "eraint_uvz" / "eraint_uvz.nc", DataSettings(target="month"))
    assert (data.classes, data.samples.peek(0).sizes, data.samples.peek(0).channels) == (("1", "7"), (241, 480), 9)


@pytest.mark.parametrize(
    ("along", "settings", "message"),
    [
        (
            {},
            {},
            r"rain\.nc holds nothing to learn for each of its 20 samples of rain; choose by --target among time, or",
        ),
        ({}, {"target": "rain"}, "holds nothing called rain for each of its 20 samples"),
        ({"index": np.full(20, np.nan)}, {}, "index is missing for 20 of its samples"),
    ],
)
def test_what_cannot_be_learned_is_said(tmp_path, along, settings, message):
    with pytest.raises(DataError, match=message):
        open_data(saved(tmp_path / "rain.nc", **along), DataSettings(**settings))


def test_what_is_no_netcdf_is_named(tmp_path):
    (tmp_path / "a.nc").write_text("hello, I am a text")
    with pytest.raises(DataError, match=r"a\.nc: it is no netCDF file of version 3 or 4"):
        open_data(tmp_path / "a.nc")
