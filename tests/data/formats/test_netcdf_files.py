import sys

import h5netcdf
import numpy as np
import pytest
from scipy.io import netcdf_file

from svertka.data.formats.netcdf_files import EAST, NORTH, axis, coordinate, variables
from svertka.errors import DataError, MissingExtra

RAW = np.arange(-6, 6, dtype=np.int16).reshape(3, 4)
PACKED = {"scale_factor": 0.5, "add_offset": 10.0, "_FillValue": np.int16(-6), "missing_value": np.int16(5)}


def third(path, raw=RAW, **attributes):
    """A file of version 3, by SciPy."""
    with netcdf_file(path, "w") as file:
        file.createDimension("lat", 3)
        file.createDimension("lon", 4)
        file.createVariable("lat", "f4", ("lat",))[:] = [10, 0, -10]
        file.variables["lat"].units = "degrees_north"
        file.createVariable("t", raw.dtype, ("lat", "lon"))[:] = raw
        for name, value in attributes.items():
            setattr(file.variables["t"], name, value)
    return path


def fourth(path, raw=RAW, **attributes):
    """A file of version 4, by h5netcdf."""
    with h5netcdf.File(path, "w") as file:
        file.dimensions = {"lat": 3, "lon": 4}
        file.create_variable("lat", ("lat",), data=np.array([10, 0, -10], "f4")).attrs["units"] = "degrees_north"
        fill = attributes.pop("_FillValue", None)
        variable = file.create_variable("t", ("lat", "lon"), data=raw, fillvalue=fill)
        variable.attrs.update(attributes)
    return path


EITHER = pytest.mark.parametrize("written", [third, fourth], ids=["netCDF 3", "netCDF 4"])


@EITHER
def test_variables_say_what_their_axes_are(written, tmp_path):
    found = variables(written(tmp_path / "a.nc"))
    assert {name: (each.dimensions, each.shape) for name, each in found.items()} == {
        "lat": (("lat",), (3,)),
        "t": (("lat", "lon"), (3, 4)),
    }
    np.testing.assert_array_equal(found["t"].read(), RAW)
    np.testing.assert_array_equal(found["t"].read((1, slice(None))), RAW[1])


@EITHER
def test_numbers_are_unpacked_and_gaps_are_nan(written, tmp_path):
    found = variables(written(tmp_path / "a.nc", **PACKED))["t"].read()
    np.testing.assert_allclose(found, np.where((RAW == -6) | (RAW == 5), np.nan, RAW * 0.5 + 10))


@EITHER
def test_several_values_may_be_missing(written, tmp_path):
    found = variables(written(tmp_path / "a.nc", missing_value=np.array([-1, 2], np.int16)))["t"].read()
    np.testing.assert_array_equal(np.isnan(found), (RAW == -1) | (RAW == 2))


@EITHER
def test_fractions_keep_their_nan(written, tmp_path):
    raw = np.where(RAW == 0, np.nan, RAW).astype(np.float32)
    found = variables(written(tmp_path / "a.nc", raw, _FillValue=np.float32(-3)))["t"].read()
    np.testing.assert_array_equal(found, np.where(RAW == -3, np.nan, raw))


@EITHER
def test_coordinates_are_known_by_their_units(written, tmp_path):
    found = variables(written(tmp_path / "a.nc"))
    assert axis(found, NORTH, "latitude") == {"lat"}
    assert axis(found, EAST, "longitude") == set()
    np.testing.assert_array_equal(coordinate(found, "lat", 3), [10, 0, -10])
    np.testing.assert_array_equal(coordinate(found, "lon", 4), [0, 1, 2, 3])


def test_coordinates_are_known_by_their_standard_names(tmp_path):
    with netcdf_file(tmp_path / "a.nc", "w") as file:
        file.createDimension("y", 2)
        file.createVariable("y", "f8", ("y",))[:] = [1, 2]
        file.variables["y"].standard_name = "latitude"
    assert axis(variables(tmp_path / "a.nc"), NORTH, "latitude") == {"y"}


def test_real_files_of_both_versions(shared):
    wind = variables(shared / "eraint_uvz" / "eraint_uvz.nc")
    with netcdf_file(shared / "eraint_uvz" / "eraint_uvz.nc", mmap=False, maskandscale=True) as file:
        for name in ("u", "v", "z"):
            np.testing.assert_allclose(wind[name].read((1, 2)), file.variables[name][1, 2], rtol=1e-6)
    basins = variables(shared / "eraint_uvz" / "basin_mask.nc")["basin"].read()
    found = basins[np.isfinite(basins)]
    assert {found.min(), found.max()} == {1, 58}  # valid_min and valid_max, as the file says
    assert np.isnan(basins).any()


@pytest.mark.parametrize("content", [b"CDF\5 and more", b"hello, I am a text", b"x"])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "a.nc").write_bytes(content)
    with pytest.raises(DataError, match="it is no netCDF file of version 3 or 4"):
        variables(tmp_path / "a.nc")


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    path = fourth(tmp_path / "a.nc")
    monkeypatch.setitem(sys.modules, "h5netcdf", None)
    with pytest.raises(MissingExtra, match=r"a\.nc: netCDF 4 needs h5netcdf, .*pip install 'svertka\[sphere\]'"):
        variables(path)
