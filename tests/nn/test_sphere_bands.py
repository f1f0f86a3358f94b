import numpy as np
import pytest
import torch

from svertka import nn, ops
from svertka.errors import SettingError, ShapeError
from svertka.nn import Oversampled, spectral_pool

ANGLES = (0.4, 1.3, -2.5)


def limited(*shape):
    torch.manual_seed(0)
    forward, backward = (ops.sphere_fft, ops.sphere_ifft) if len(shape) == 4 else (ops.rotation_fft, ops.rotation_ifft)
    return backward(forward(torch.randn(*shape, dtype=torch.float64)))


@pytest.mark.parametrize("shape", [(2, 1, 8, 8), (2, 1, 8, 8, 8)])
def test_without_an_activation_nothing_changes(shape):
    x = limited(*shape)
    torch.testing.assert_close(Oversampled(torch.nn.Identity())(x), x)


class Square(torch.nn.Module):
    def forward(self, x):
        return x.square()


@pytest.mark.parametrize(("shape", "space"), [((1, 2, 8, 8), "sphere"), ((1, 2, 8, 8, 8), "rotations")])
def test_a_square_without_mistaken_frequencies_turns_exactly(shape, space):
    """It has frequencies below `2b` only."""
    x, square = limited(*shape), Oversampled(Square())
    turned = square(ops.rotate(x, ANGLES, space))
    torch.testing.assert_close(turned, ops.rotate(square(x), ANGLES, space), atol=1e-11, rtol=0)


def test_a_rectifier_on_a_finer_grid_errs_a_third_as_much_at_most():
    torch.manual_seed(0)
    convolutions = [nn.RotationConv(4, 4, 6, 6).double() for _ in range(2)]
    x = limited(2, 4, 12, 12, 12)

    def error(activation):
        network = torch.nn.Sequential(convolutions[0], activation, convolutions[1]).eval()
        with torch.no_grad():
            y = network(x)
            return float((ops.rotate(y, ANGLES, "rotations") - network(ops.rotate(x, ANGLES, "rotations"))).std())

    assert error(Oversampled(torch.nn.ReLU())) < error(torch.nn.ReLU()) / 3


@pytest.mark.parametrize("shape", [(1, 1, 8, 8), (1, 1, 8, 8, 8)])
def test_pooling_leaves_the_low_degrees_as_they_are(shape):
    forward = ops.sphere_fft if len(shape) == 4 else ops.rotation_fft
    x = limited(*shape)
    pooled = spectral_pool(x, 2)
    assert pooled.shape == (1, 1, *[4] * (len(shape) - 2))
    torch.testing.assert_close(forward(pooled), forward(x, 2))


def test_it_has_the_derivatives_of_finite_differences():
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 1, 4, 4))).requires_grad_()
    assert torch.autograd.gradcheck(Oversampled(torch.nn.Tanh()), x)


def test_a_factor_is_a_positive_integer():
    with pytest.raises(SettingError, match="the factor of a finer grid should be a positive integer, not 0"):
        Oversampled(torch.nn.ReLU(), factor=0)


def test_signals_have_two_or_three_axes():
    with pytest.raises(ShapeError, match=r"signals should be \(batch, channels, 2b, 2b\) or"):
        spectral_pool(torch.zeros(4, 4), 1)
