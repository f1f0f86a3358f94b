import numpy as np
import pytest
import torch

from svertka import geometry, nn, ops, reference
from svertka.errors import UnknownName

ANGLES = (0.4, 1.3, -2.5)


def noise(*shape):
    return np.random.default_rng(0).normal(size=shape)


@pytest.mark.parametrize(
    ("space", "axes", "oracle"), [("sphere", 2, reference.s2_rotate), ("rotations", 3, reference.so3_rotate)]
)
def test_turned_signals_are_those_of_the_oracle(space, axes, oracle):
    x = noise(2, *[8] * axes)
    np.testing.assert_allclose(ops.rotate(x, ANGLES, space), oracle(x, ANGLES), atol=1e-12)


@pytest.mark.parametrize(("space", "axes"), [("sphere", 2), ("rotations", 3)])
def test_two_turns_are_one_and_angles_may_be_arrays(space, axes):
    x = torch.from_numpy(noise(3, *[6] * axes))
    first, second = (geometry.random_rotations(3, np.random.default_rng(seed)) for seed in (1, 2))
    twice = ops.rotate(ops.rotate(x, second, space), first, space)
    torch.testing.assert_close(twice, ops.rotate(x, geometry.compose(first, second), space))


@pytest.mark.parametrize(("dtype", "bound"), [(torch.float32, 1e-6), (torch.float64, 1e-12)])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_linear_networks_turn_with_their_input(dtype, bound, depth):
    """By generic rotations: those about the z-axis are shifts of the grid."""
    torch.manual_seed(0)
    layers = [nn.SphereConv(1, 4, 8, 8), *(nn.RotationConv(4, 4, 8, 8) for _ in range(depth - 1))]
    network = torch.nn.Sequential(*layers).to(dtype).eval()
    x = ops.sphere_ifft(ops.sphere_fft(torch.randn(2, 1, 16, 16, dtype=dtype)))
    with torch.no_grad():
        y = network(x)
        apart = ops.rotate(y, ANGLES, "rotations") - network(ops.rotate(x, ANGLES))
    assert apart.norm() <= bound * y.norm()


def test_a_turn_has_the_derivatives_of_finite_differences():
    x = torch.from_numpy(noise(1, 4, 4)).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: ops.rotate(x, ANGLES), x)


def test_a_space_is_one_of_two():
    with pytest.raises(UnknownName, match="no space is called 'so3'"):
        ops.rotate(noise(4, 4), ANGLES, "so3")
