import numpy as np
import pytest

from svertka.drawing.projections import PROJECTIONS

BETA, LONGITUDE = np.meshgrid(np.linspace(0.05, 3.09, 30), np.linspace(-3.1, 3.1, 41), indexing="ij")


@pytest.mark.parametrize("name", PROJECTIONS)
def test_there_and_back(name):
    flat = PROJECTIONS[name]
    beta, longitude = flat.directions(*flat.places(BETA, LONGITUDE))
    np.testing.assert_allclose(beta, BETA, atol=1e-5)
    np.testing.assert_allclose(longitude, LONGITUDE, atol=1e-5)


@pytest.mark.parametrize("name", PROJECTIONS)
def test_all_places_lie_within_an_outline(name):
    flat = PROJECTIONS[name]
    x, y = flat.places(BETA, LONGITUDE)
    reach = [
        np.hypot((x - one.x) / one.width, y / one.height) if one.round
        else np.maximum(np.abs(x - one.x) / one.width, np.abs(y) / one.height)
        for one in flat.outlines
    ]  # fmt: skip
    assert np.min(reach, axis=0).max() < 1 + 1e-6


@pytest.mark.parametrize("name", PROJECTIONS)
def test_north_is_up_and_east_is_on_the_right(name):
    flat = PROJECTIONS[name]
    x, y = flat.places(np.array([1.0, 2.0, 1.5, 1.5]), np.array([0.0, 0.0, 0.1, 0.3]))
    assert y[0] > y[1]
    assert x[3] > x[2]


@pytest.mark.parametrize("name", ["mollweide", "equirectangular", "orthographic"])
def test_only_mollweide_keeps_areas(name):
    """The determinant of the derivatives of the place, over that of the sphere, `sin β`."""
    flat, h = PROJECTIONS[name], 1e-3
    beta, longitude = np.array([0.3, 0.8, 1.5, 2.6]), np.array([0.2, 1.1, -0.7, 2.5])
    down = np.subtract(flat.places(beta + h, longitude), flat.places(beta - h, longitude)) / (2 * h)
    east = np.subtract(flat.places(beta, longitude + h), flat.places(beta, longitude - h)) / (2 * h)
    scale = np.abs(down[0] * east[1] - down[1] * east[0]) / np.sin(beta)
    assert (np.ptp(scale) < 1e-2) == (name == "mollweide")
