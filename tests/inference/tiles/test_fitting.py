import numpy as np
import pytest
import torch

from svertka.inference.tiles.fitting import fitted, inside


@pytest.mark.parametrize("want", [(-3, 4), (2, 5), (8, 14), (-6, -2), (12, 15), (-2, 13)])
@pytest.mark.parametrize("value", [0.0, 7.0])
def test_any_stretch_of_an_endless_line_can_be_had(want, value):
    """As NumPy's padding says, whatever part of the line was at hand."""
    line = np.arange(10.0)
    have = inside(want, 10)
    endless = np.pad(line, 20, constant_values=value)
    found = fitted(torch.from_numpy(line[slice(*have)]), (have,), (want,), value)
    np.testing.assert_array_equal(found.numpy(), endless[20 + want[0] : 20 + want[1]])


def test_each_axis_is_fitted_for_itself():
    plane = torch.arange(12.0).reshape(1, 1, 3, 4)
    found = fitted(plane, ((0, 3), (0, 4)), ((1, 5), (-1, 2)))
    expected = np.pad(plane[0, 0].numpy(), 3)[4:8, 2:5]
    np.testing.assert_array_equal(found[0, 0].numpy(), expected)
