import numpy as np
import pytest
import torch

from svertka import geometry, reference
from svertka.ops.rotation_sums import analysis, synthesis


def real_basis(l):
    """`U`: cosines of order `m` in row `+m`, sines in row `-m`, of harmonics with the phase of Condon and Shortley."""
    basis = np.zeros((2 * l + 1, 2 * l + 1), complex)
    basis[l, l] = 1
    for m in range(1, l + 1):
        basis[l + m, l + m], basis[l + m, l - m] = (-1) ** m / np.sqrt(2), 1 / np.sqrt(2)
        basis[l - m, l + m], basis[l - m, l - m] = 1j * (-1) ** m / np.sqrt(2), -1j / np.sqrt(2)
    return basis


def real_spectrum(x, degrees):
    """The oracle's spectrum of one real signal, in the real basis, as a column."""
    pairs = enumerate(reference.so3_analyse(x)[:degrees])
    blocks = [real_basis(l) @ one @ real_basis(l).conj().T for l, one in pairs]
    assert max(np.abs(block.imag).max() for block in blocks) < 1e-12
    return np.concatenate([block.real.ravel() for block in blocks])


def signals(b, count):
    return np.random.default_rng(b).normal(size=(count, 2 * b, 2 * b, 2 * b))


def columns(x):
    """`(count, β, α, γ)` as `(β, γ, α, count)`."""
    return torch.from_numpy(np.ascontiguousarray(x.transpose(1, 3, 2, 0)))


@pytest.mark.parametrize(("b", "degrees"), [(1, 1), (4, 4), (4, 2), (5, 3)])
def test_the_real_spectrum_is_that_of_the_oracle(b, degrees):
    x = signals(b, 2)
    wanted = np.stack([real_spectrum(one, degrees) for one in x], axis=-1)
    np.testing.assert_allclose(analysis(columns(x), degrees).numpy(), wanted, atol=1e-14)


@pytest.mark.parametrize(("b", "degrees"), [(1, 1), (4, 4), (4, 2)])
def test_degrees_times_their_size_give_a_signal_back(b, degrees):
    spectrum = torch.randn(degrees * (4 * degrees**2 - 1) // 3, 3, dtype=torch.float64)
    sizes = torch.cat([torch.full(((2 * l + 1) ** 2, 1), 2.0 * l + 1) for l in range(degrees)])
    there = synthesis(spectrum * sizes, b, degrees)
    torch.testing.assert_close(analysis(there, degrees), spectrum, atol=1e-13, rtol=0)


@pytest.mark.parametrize("weighted", [True, False])
def test_sums_have_the_derivatives_of_finite_differences_twice(weighted):
    x = torch.randn(4, 4, 4, 1, dtype=torch.float64, requires_grad=True)
    spectrum = torch.randn(10, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: analysis(x, 2, weighted=weighted), x)
    assert torch.autograd.gradcheck(lambda z: synthesis(z, 3, 2), spectrum)
    assert torch.autograd.gradgradcheck(lambda x: analysis(x, 2, weighted=weighted), x)


def test_synthesis_is_the_adjoint_of_the_plain_sum():
    x, z = torch.randn(8, 8, 8, 1, dtype=torch.float64), torch.randn(35, 1, dtype=torch.float64)
    there, back = synthesis(z, 4, 3), analysis(x, 3, weighted=False)
    torch.testing.assert_close((there * x).sum(), (back * z).sum())


def test_weights_are_those_of_the_grid():
    x = torch.ones(6, 6, 6, 1, dtype=torch.float64)
    x[1] = 2.0
    mean = 1 + geometry.rotation_weights(3)[1] * 36
    torch.testing.assert_close(analysis(x, 1), torch.tensor([[mean]], dtype=torch.float64))
