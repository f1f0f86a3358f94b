import numpy as np
import pytest
import torch

from svertka import geometry, reference
from svertka.ops.sphere_sums import legendre_functions, sphere_analysis, sphere_synthesis


def real_spectrum(x):
    """The oracle's spectra of real signals, in the real basis."""
    rows = []
    for l, one in enumerate(reference.s2_analyse(x)):
        for m in range(-l, l + 1):
            z = one[..., l + abs(m)] * (-1) ** m * np.sqrt(2)
            rows.append(-z.imag if m < 0 else z.real if m else one[..., l].real)
    return np.stack(rows)


def sizes(degrees):
    return torch.cat([torch.full((2 * l + 1, 1), 2.0 * l + 1) for l in range(degrees)])


@pytest.mark.parametrize("b", [1, 2, 5, 6])
def test_the_real_spectrum_is_that_of_the_oracle(b):
    x = np.random.default_rng(b).normal(size=(3, 2 * b, 2 * b))
    np.testing.assert_allclose(sphere_analysis(torch.from_numpy(x), b).numpy(), real_spectrum(x), atol=1e-15)


def test_fewer_degrees_are_the_first_ones():
    x = torch.randn(2, 12, 12, dtype=torch.float64)
    torch.testing.assert_close(sphere_analysis(x, 3), sphere_analysis(x, 6)[:9], atol=1e-14, rtol=0)


@pytest.mark.parametrize(("b", "degrees"), [(1, 1), (6, 6), (6, 3), (128, 128)])
def test_degrees_times_their_size_give_a_signal_back(b, degrees):
    spectrum = torch.randn(degrees**2, 2, dtype=torch.float64)
    there = sphere_synthesis(spectrum * sizes(degrees), b, degrees)
    assert (sphere_analysis(there, degrees) - spectrum).norm() / spectrum.norm() < 2e-14


@pytest.mark.parametrize("weighted", [True, False])
def test_sums_have_the_derivatives_of_finite_differences_twice(weighted):
    x = torch.randn(1, 6, 6, dtype=torch.float64, requires_grad=True)
    spectrum = torch.randn(4, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: sphere_analysis(x, 2, weighted=weighted), x)
    assert torch.autograd.gradcheck(lambda z: sphere_synthesis(z, 3, 2), spectrum)
    assert torch.autograd.gradgradcheck(lambda x: sphere_analysis(x, 2, weighted=weighted), x)


def test_legendre_functions_are_a_column_of_wigners_matrices():
    beta, _ = geometry.sphere_grid(20)
    functions = legendre_functions(20, beta)
    for l in (0, 1, 7, 19):
        found = np.stack([functions[m][l - m] for m in range(l + 1)], axis=-1)
        np.testing.assert_allclose(found, reference.wigner_d(l, beta)[:, l:, l], atol=1e-14)


def test_legendre_functions_stay_orthogonal_at_degree_255():
    beta, _ = geometry.sphere_grid(256)
    weights = geometry.sphere_weights(256) * 512
    for m in (0, 1, 100, 254):
        rows = legendre_functions(256, beta)[m]
        gram = (rows * weights) @ rows.T * (2 * np.arange(m, 256) + 1)
        np.testing.assert_allclose(gram, np.eye(256 - m), atol=1e-12)
