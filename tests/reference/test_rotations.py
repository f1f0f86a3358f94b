import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.cases import generators
from svertka import geometry, reference
from svertka.errors import ShapeError

BANDWIDTH = st.integers(1, 4)


def matrices(b):
    """The rotations of the grid, `(2b, 2b, 2b, 3, 3)`."""
    beta, alpha, gamma = geometry.rotation_grid(b)
    return geometry.rotation_matrix(alpha[:, None], beta[:, None, None], gamma)


def polynomial(rng, degree):
    """A polynomial of the nine entries, a product of linear ones: a signal of bandwidth `degree + 1`."""
    factors = rng.standard_normal((degree, 3, 3))
    return lambda r: np.prod([1 + np.sum(one * r, axis=(-2, -1)) for one in factors], axis=0) * np.ones(r.shape[:-2])


@given(generators(), BANDWIDTH)
def test_a_spectrum_comes_back(rng, b):
    spectrum = [rng.standard_normal((2, 2 * l + 1, 2 * l + 1, 2)) @ [1, 1j] for l in range(b)]
    for found, wanted in zip(reference.so3_analyse(reference.so3_synthesise(spectrum)), spectrum, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-12)


@given(generators(), BANDWIDTH)
def test_a_signal_of_the_bandwidth_comes_back(rng, b):
    x = polynomial(rng, b - 1)(matrices(b))
    np.testing.assert_allclose(reference.so3_synthesise(reference.so3_analyse(x)), x, atol=1e-10)


@given(generators(), BANDWIDTH)
def test_energies_are_equal(rng, b):
    """Parseval (Peter and Weyl): the mean of `|x|²` is `Σ_l (2l + 1) Σ_mn |x̂^l_mn|²`."""
    x = polynomial(rng, b - 1)(matrices(b))
    energy = sum((2 * l + 1) * np.sum(np.abs(one) ** 2) for l, one in enumerate(reference.so3_analyse(x)))
    mean = np.sum(geometry.rotation_weights(b)[:, None, None] * x**2)
    np.testing.assert_allclose(energy, mean, rtol=1e-10)


@settings(max_examples=50)
@given(generators(), BANDWIDTH)
def test_a_turned_signal_is_the_signal_at_rotations_turned_back(rng, b):
    angles, f = [one[0] for one in geometry.random_rotations(1, rng)], polynomial(rng, b - 1)
    back = geometry.rotation_matrix(*angles).T @ matrices(b)
    np.testing.assert_allclose(reference.so3_rotate(f(matrices(b)), angles), f(back), atol=1e-10)


def test_characters_have_the_identity_as_their_spectrum():
    """`χ_1(R) = tr R`, so its spectrum is that of `Σ_m D^1_mm`: `1/3` on the diagonal of degree 1."""
    found = reference.so3_analyse(np.trace(matrices(3), axis1=-2, axis2=-1))
    np.testing.assert_allclose(found[1], np.eye(3) / 3, atol=1e-14)
    assert max(np.abs(found[0]).max(), np.abs(found[2]).max()) < 1e-14


@pytest.mark.parametrize("shape", [(4, 4), (3, 3, 3), (4, 4, 6)])
def test_sizes_that_are_no_grid(shape):
    with pytest.raises(ShapeError, match=r"signals on SO\(3\) should be \(\.\.\., 2b, 2b, 2b\)"):
        reference.so3_analyse(np.ones(shape))
