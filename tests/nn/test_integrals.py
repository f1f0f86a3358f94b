import numpy as np
import pytest
import torch

from svertka import geometry
from svertka.errors import SettingError, ShapeError
from svertka.nn import integrate


@pytest.mark.parametrize("axes", [2, 3])
def test_the_integral_of_a_constant_is_the_constant(axes):
    x = torch.full((2, 3, *[8] * axes), 5.0)
    torch.testing.assert_close(integrate(x, axes=axes), torch.full((2, 3), 5.0))


def test_the_square_of_a_cosine_has_the_mean_of_a_third():
    beta = torch.from_numpy(geometry.sphere_grid(4)[0])
    heights = beta.cos()[:, None].expand(8, 8)
    assert integrate(heights.square(), axes=2).item() == pytest.approx(1 / 3)
    assert integrate(heights[..., None].expand(8, 8, 8).square()).item() == pytest.approx(1 / 3)


def test_it_has_the_derivatives_of_finite_differences():
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 2, 4, 4, 4))).requires_grad_()
    assert torch.autograd.gradcheck(integrate, x)


def test_sizes_are_even_and_equal():
    with pytest.raises(ShapeError, match=r"should be \(..., 2b, 2b, 2b\), not \(1, 4, 4\)"):
        integrate(torch.zeros(1, 4, 4))


def test_axes_are_two_or_three():
    with pytest.raises(SettingError, match="axes should be 3 for signals on SO"):
        integrate(torch.zeros(4, 4), axes=1)
