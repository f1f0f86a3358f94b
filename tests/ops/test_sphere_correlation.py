import numpy as np
import pytest
import torch

from svertka import ops, reference
from svertka.errors import ShapeError


def noise(*shape):
    return np.random.default_rng(0).normal(size=shape)


def test_on_the_sphere_it_is_the_oracles():
    f, psi = noise(2, 2, 6, 6), noise(3, 2, 6, 6)
    np.testing.assert_allclose(ops.sphere_correlate(f, psi), reference.s2_correlate(f, psi), atol=1e-13)


def test_on_rotations_it_is_the_oracles():
    f, psi = noise(2, 2, 4, 4, 4), noise(3, 2, 4, 4, 4)
    np.testing.assert_allclose(ops.rotation_correlate(f, psi), reference.so3_correlate(f, psi), atol=1e-13)


@pytest.mark.parametrize("axes", [2, 3])
def test_derivatives_are_the_oracles(axes):
    f, psi = (torch.from_numpy(noise(count, 2, *[4] * axes)).requires_grad_() for count in (2, 3))
    correlate = ops.sphere_correlate if axes == 2 else ops.rotation_correlate
    backward = reference.s2_correlate_backward if axes == 2 else reference.so3_correlate_backward
    gradient = noise(2, 3, 4, 4, 4)
    correlate(f, psi).backward(torch.from_numpy(gradient))
    wanted = backward(gradient, f.detach().numpy(), psi.detach().numpy())
    np.testing.assert_allclose(f.grad, wanted.f, atol=1e-12)
    np.testing.assert_allclose(psi.grad, wanted.psi, atol=1e-12)


def test_filters_may_have_another_bandwidth():
    f, psi = torch.from_numpy(noise(1, 1, 8, 8)), torch.from_numpy(noise(1, 1, 4, 4))
    padded = ops.sphere_ifft(ops.sphere_fft(psi), 4)
    wanted = ops.rotation_fft(ops.sphere_correlate(f, padded), 2)
    torch.testing.assert_close(ops.rotation_fft(ops.sphere_correlate(f, psi)), wanted)


def test_channels_should_agree():
    with pytest.raises(ShapeError, match="of as many channels, not shapes"):
        ops.sphere_correlate(noise(1, 2, 4, 4), noise(1, 3, 4, 4))


def test_the_answer_has_no_more_degrees_than_both():
    with pytest.raises(ShapeError, match="b_out should be 1 to 2, not 3"):
        ops.sphere_correlate(noise(1, 1, 4, 4), noise(1, 1, 8, 8), 3)
