import numpy as np
import pytest
import torch

from svertka import ops, reference
from svertka.errors import SettingError, ShapeError

WAYS = {"sphere": (ops.sphere_fft, ops.sphere_ifft, 2), "rotations": (ops.rotation_fft, ops.rotation_ifft, 3)}
spaces = pytest.mark.parametrize("space", [*WAYS])


def noise(*shape, dtype=torch.float64):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(0))


@spaces
@pytest.mark.parametrize("b_out", [1, 2, 4])
def test_spectra_are_those_of_direct_sums(space, b_out):
    forward, _, axes = WAYS[space]
    x = noise(2, *[8] * axes, dtype=torch.complex128).numpy()
    direct = reference.s2_analyse(x) if space == "sphere" else reference.so3_analyse(x)
    wanted = np.concatenate([degree.reshape(2, -1) for degree in direct[:b_out]], axis=-1)
    np.testing.assert_allclose(ops.harmonic_spectrum(forward(x, b_out), space), wanted, atol=1e-14)


@spaces
def test_signals_are_those_of_direct_sums(space):
    forward, backward, axes = WAYS[space]
    z = forward(noise(*[8] * axes))
    harmonics, places = ops.harmonic_spectrum(z, space).numpy(), np.arange(4)
    counts = (2 * places + 1) ** (axes - 1)
    degrees = [one.reshape([2 * l + 1] * (axes - 1)) for l, one in enumerate(np.split(harmonics, counts.cumsum()[:-1]))]
    wanted = reference.s2_synthesise(degrees) if space == "sphere" else reference.so3_synthesise(degrees)
    np.testing.assert_allclose(backward(z).numpy(), wanted, atol=1e-12)


@spaces
@pytest.mark.parametrize(("dtype", "bound"), [(torch.float32, 5e-7), (torch.float64, 1e-14)])
def test_a_band_limited_signal_comes_back(space, dtype, bound):
    forward, backward, axes = WAYS[space]
    x = backward(forward(noise(3, 2, *[24] * axes, dtype=dtype)))
    assert x.dtype == dtype
    assert (backward(forward(x)) - x).norm() < bound * x.norm()


@spaces
def test_a_finer_grid_holds_the_same_spectrum_and_a_coarser_one_its_beginning(space):
    forward, backward, axes = WAYS[space]
    z = forward(noise(2, *[8] * axes))
    torch.testing.assert_close(forward(backward(z, 7), 4), z)
    coarse = forward(backward(z, 2))
    torch.testing.assert_close(coarse, z[..., : coarse.shape[-1]])


@spaces
def test_transforms_have_the_derivatives_of_finite_differences(space):
    forward, backward, axes = WAYS[space]
    x = noise(2, *[4] * axes).requires_grad_()
    z = forward(x.detach()).requires_grad_()
    assert torch.autograd.gradcheck(forward, x)
    assert torch.autograd.gradcheck(lambda z: backward(z, 3), z)
    assert torch.autograd.gradgradcheck(lambda x: forward(x).square(), x)
    complex_x = noise(*[4] * axes, dtype=torch.complex128).requires_grad_()
    assert torch.autograd.gradcheck(forward, complex_x)


@spaces
@pytest.mark.parametrize("lead", [(), (1,), (2, 3), (0,)])
def test_leading_axes_may_be_any(space, lead):
    forward, backward, axes = WAYS[space]
    x = noise(*lead, *[4] * axes)
    z = forward(x)
    assert z.shape[:-1] == lead
    assert backward(z).shape == x.shape


@spaces
def test_transforms_can_be_compiled(space):
    forward, backward, axes = WAYS[space]
    x = noise(2, *[4] * axes)
    compiled = torch.compile(lambda x: backward(forward(x)) * 2, backend="eager")
    torch.testing.assert_close(compiled(x), backward(forward(x)) * 2)


@spaces
def test_arrays_give_arrays_and_whole_numbers_become_floats(space):
    forward, _, axes = WAYS[space]
    z = forward(np.ones([4] * axes, dtype=np.int16))
    assert isinstance(z, np.ndarray)
    np.testing.assert_allclose(z, np.eye(len(z))[0], atol=1e-14)


@pytest.mark.parametrize("shape", [(4,), (3, 3), (4, 6), (0, 0)])
def test_sizes_are_even_and_equal(shape):
    with pytest.raises(ShapeError, match=r"signals on sphere should be \(..., 2b, 2b\) for a bandwidth b, not"):
        ops.sphere_fft(torch.zeros(shape))


@spaces
@pytest.mark.parametrize("b_out", [0, 3])
def test_a_grid_holds_no_more_degrees_than_its_bandwidth(space, b_out):
    forward, _, axes = WAYS[space]
    with pytest.raises(SettingError, match=f"a grid of bandwidth 2 holds 1 to 2 degrees, not b_out = {b_out}"):
        forward(torch.zeros([4] * axes), b_out)


def test_a_grid_has_a_bandwidth():
    with pytest.raises(SettingError, match="b_out should be a positive integer, not 0"):
        ops.sphere_ifft(torch.zeros(4), 0)
