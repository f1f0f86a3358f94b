import numpy as np
import pytest

from svertka import ShapeError, UnknownName
from svertka.drawing import maps
from svertka.drawing.projections import PROJECTIONS
from svertka.geometry import sphere_grid

BETA, ALPHA = (axis for axis in np.meshgrid(*sphere_grid(16), indexing="ij"))
NORTH = np.cos(BETA)


def image(figure):
    return np.asarray(figure.axes[0].images[0].get_array())


def test_maps_hang_in_order_under_their_titles():
    figure = maps({"one": NORTH, "two": NORTH, "three": NORTH})
    assert [axes.get_title() for axes in figure.axes] == ["one", "two", "three", ""]


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_the_north_is_above(projection):
    picture = image(maps({"x": NORTH}, projection=projection, colours="gray"))[..., 0]
    assert np.all(np.diff(picture.mean(axis=1)) <= 1e-9)


def test_the_centre_stands_in_the_middle():
    spot = np.exp(-8 * (1 - np.sin(BETA) * np.cos(ALPHA - 2.0)))
    picture = image(maps({"x": spot}, centre=2.0, colours="gray", columns=1))[..., 0]
    rows, columns = np.nonzero(picture > 0.9)
    assert abs(rows.mean() / picture.shape[0] - 0.5) < 0.01
    assert abs(columns.mean() / picture.shape[1] - 0.5) < 0.01


def test_east_is_on_the_right():
    east = np.sin(BETA) * np.sin(ALPHA)
    picture = image(maps({"x": east}, projection="mollweide", colours="gray"))[..., 0]
    assert picture[:, picture.shape[1] * 3 // 4].mean() > picture[:, picture.shape[1] // 4].mean() + 0.5


def test_a_mark_stands_where_the_projection_has_its_place():
    figure = maps({"x": NORTH}, marks={"here": (1.0, 5.0)}, lines=False, projection="equirectangular")
    (at,) = figure.axes[0].lines[0].get_xydata().tolist()
    assert at == pytest.approx([5.0 - 2 * np.pi, np.pi / 2 - 1])


def test_a_unit_brings_a_bar_that_reaches_from_bound_to_bound():
    figure = maps({"x": NORTH}, unit="m/s", bounds=(-2, 3))
    assert figure.axes[1].get_xlabel() == "m/s"
    assert figure.axes[1].get_xlim() == (-2, 3)


def test_lines_end_where_the_discs_do():
    figure = maps({"x": NORTH}, projection="orthographic")
    assert all(np.nanmax(np.abs(np.diff(line.get_xdata()))) < 0.05 for line in figure.axes[0].lines)


def test_an_unknown_projection_is_named_with_the_nearest():
    with pytest.raises(UnknownName, match=r"'molweide'.*mollweide"):
        maps({"x": NORTH}, projection="molweide")


def test_a_batch_is_refused():
    with pytest.raises(ShapeError, match="take one channel"):
        maps({"x": np.zeros((4, 1, 8, 8))})
