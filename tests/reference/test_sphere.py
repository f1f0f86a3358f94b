import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.cases import generators
from svertka import geometry, reference
from svertka.errors import ShapeError

BANDWIDTH = st.integers(1, 6)


def points(b):
    """Unit vectors of the grid, `(2b, 2b, 3)`."""
    beta, alpha = geometry.sphere_grid(b)
    return geometry.rotation_matrix(alpha, beta[:, None], 0.0)[..., 2]


def polynomial(rng, degree):
    """A polynomial of unit vectors, and so a signal of bandwidth `degree + 1`, known everywhere."""
    powers = [(i, j, k) for i in range(degree + 1) for j in range(degree + 1 - i) for k in range(degree + 1 - i - j)]
    weights = rng.standard_normal(len(powers))
    return lambda x: sum(w * np.prod(x ** np.array(p), axis=-1) for w, p in zip(weights, powers, strict=True))


@given(generators(), BANDWIDTH)
def test_a_spectrum_comes_back(rng, b):
    spectrum = [rng.standard_normal((3, 2 * l + 1, 2)) @ [1, 1j] for l in range(b)]
    for found, wanted in zip(reference.s2_analyse(reference.s2_synthesise(spectrum)), spectrum, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-12)


@given(generators(), BANDWIDTH)
def test_a_signal_of_the_bandwidth_comes_back(rng, b):
    x = polynomial(rng, b - 1)(points(b))
    np.testing.assert_allclose(reference.s2_synthesise(reference.s2_analyse(x)), x, atol=1e-10)


@given(generators(), BANDWIDTH)
def test_energies_are_equal(rng, b):
    """Parseval: the mean of `|x|²` is `Σ_l (2l + 1) Σ_m |x̂^l_m|²`."""
    x = polynomial(rng, b - 1)(points(b))
    energy = sum((2 * l + 1) * np.sum(np.abs(one) ** 2) for l, one in enumerate(reference.s2_analyse(x)))
    assert energy == pytest.approx(np.sum(geometry.sphere_weights(b)[:, None] * x**2), rel=1e-10)


def test_harmonics_are_orthogonal_on_the_grid():
    b = 6
    beta, alpha = geometry.sphere_grid(b)
    y = np.concatenate([reference.spherical_harmonics(l, beta[:, None], alpha) for l in range(b)], axis=-1)
    gram = 4 * np.pi * np.einsum("j,jka,jkb->ab", geometry.sphere_weights(b), y, y.conj())
    np.testing.assert_allclose(gram, np.eye(b**2), atol=1e-13)


def test_known_spectra():
    x, _, z = np.moveaxis(points(3), -1, 0)
    flat = np.concatenate(reference.s2_analyse(1 + z - 2 * x))
    # 1 is degree 0; z is D^1_00; x = (D^1_-10 - D^1_10)/√2 in the phase of Condon and Shortley.
    np.testing.assert_allclose(flat, [1, -2 / np.sqrt(18), 1 / 3, 2 / np.sqrt(18), 0, 0, 0, 0, 0], atol=1e-14)


@given(generators(), BANDWIDTH)
def test_a_turned_signal_is_the_signal_at_points_turned_back(rng, b):
    angles, f = [one[0] for one in geometry.random_rotations(1, rng)], polynomial(rng, b - 1)
    back = points(b) @ geometry.rotation_matrix(*angles)  # rows: Rᵀ p
    np.testing.assert_allclose(reference.s2_rotate(f(points(b)), angles), f(back), atol=1e-10)


@pytest.mark.parametrize("shape", [(4,), (3, 3), (4, 6), (0, 0)])
def test_sizes_that_are_no_grid(shape):
    with pytest.raises(ShapeError, match=r"signals on the sphere should be \(\.\.\., 2b, 2b\)"):
        reference.s2_analyse(np.ones(shape))


def test_spectra_that_are_none():
    with pytest.raises(ShapeError, match="one degree at least"):
        reference.s2_synthesise([])
    with pytest.raises(ShapeError, match=r"degree 1 of a spectrum should be \(\.\.\., 3\), but its shape is \(2,\)"):
        reference.s2_synthesise([np.ones(1), np.ones(2)])
