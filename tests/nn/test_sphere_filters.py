import numpy as np
import pytest
import torch

from svertka import geometry, reference
from svertka.nn.sphere_filters import (
    coordinates,
    equator_points,
    equator_rotations,
    filter_basis,
    filter_matrix,
    frozen,
    identity_points,
    pole_points,
)

CPU = torch.device("cpu")


def test_filters_have_as_many_points_as_published():
    assert pole_points().shape == (24, 2)
    assert identity_points().shape == (72, 3)
    assert (len(equator_points()), len(equator_rotations())) == (32, 64)


def test_near_the_identity_the_pole_stays_near_and_no_rotation_counts_twice():
    beta, alpha, gamma = identity_points().T
    matrices = geometry.rotation_matrix(alpha, beta, gamma)
    assert np.arccos(matrices[:, 2, 2]).max() <= np.pi / 8 + 1e-12
    apart = np.linalg.norm(matrices[:, None] - matrices, axis=(-2, -1)) + 9 * np.eye(72)
    assert apart.min() > 0.1


def test_points_on_the_equator_have_no_height():
    np.testing.assert_allclose(equator_points()[:, 0], np.pi / 2)
    np.testing.assert_allclose(equator_points(reach=0.2, rings=3)[[0, 32, 64], 0] - np.pi / 2, [-0.2, 0, 0.2])


def test_a_filter_integrates_to_a_signals_value_at_its_point():
    """`Σ_l (2l + 1) Σ_m x̂ ŷ` is the value of a band-limited signal there, by the synthesis of the oracle."""
    spectrum = [np.random.default_rng(l).normal(size=2 * l + 1) for l in range(3)]
    beta, alpha = geometry.sphere_grid(3)
    matrix = filter_matrix(frozen([(beta[1], alpha[2])]), 3, torch.float64, CPU).numpy()[:, 0]
    harmonics = [real_to_harmonic(l, one) for l, one in enumerate(spectrum)]
    value = reference.s2_synthesise(harmonics)[1, 2]
    weighted = np.concatenate([(2 * l + 1) * one for l, one in enumerate(spectrum)])
    np.testing.assert_allclose(matrix @ weighted, value, atol=1e-13)


POINTS = [(pole_points(), 10, 24), (identity_points(), 6, 72), (equator_points(around=40), 8, 15)]
sets = pytest.mark.parametrize(("points", "degrees", "rank"), POINTS, ids=["pole", "identity", "too many"])


def weighted(matrix, points, degrees):
    """Spectra whose squares add up to norms: by Parseval, each coefficient of degree l counts 2l + 1."""
    axes = points.shape[1]
    counts = [(2 * l + 1) ** (axes - 1) for l in range(degrees)]
    return np.repeat(np.sqrt(2 * np.arange(degrees) + 1), counts)[:, None] * matrix.numpy()


@sets
def test_the_basis_is_orthogonal_and_as_long_as_filters_at_points(points, degrees, rank):
    known = frozen(points)
    basis = weighted(filter_basis(known, degrees, torch.float64, CPU), points, degrees)
    plain = weighted(filter_matrix(known, degrees, torch.float64, CPU), points, degrees)
    values = np.linalg.eigvalsh(basis.T @ basis)[::-1]
    assert (values[:rank] / values[0]).min() > 1 - 1e-9
    assert abs(values[rank:]).max(initial=0) < 1e-9 * values[0]
    np.testing.assert_allclose(np.sum(basis**2), np.sum(plain**2), rtol=1e-12)
    # A filter with one value, cut at a degree, has the norm Σ (2l + 1) on the sphere, and Σ (2l + 1)² on SO(3).
    each = sum((2 * l + 1) ** (points.shape[1] - 1) for l in range(degrees))
    np.testing.assert_allclose(np.sum(plain**2, axis=0), each, rtol=1e-12)


@sets
def test_coordinates_along_the_basis_make_the_filter_of_given_values(points, degrees, rank):
    known, values = frozen(points), np.random.default_rng(0).normal(size=len(points))
    basis, plain = (make(known, degrees, torch.float64, CPU).numpy() for make in (filter_basis, filter_matrix))
    np.testing.assert_allclose(basis @ (coordinates(known, degrees) @ values), plain @ values, atol=1e-10)


@sets
def test_no_filter_of_the_basis_is_beyond_those_of_values(points, degrees, rank):
    known = frozen(points)
    basis, plain = (make(known, degrees, torch.float64, CPU).numpy() for make in (filter_basis, filter_matrix))
    if rank == len(points):  # least squares find values, which may be large
        found = np.linalg.lstsq(plain, basis, rcond=1e-12)[0]
        assert abs(plain @ found - basis).max() < 1e-6 * abs(basis).max()
    assert np.linalg.matrix_rank(np.hstack([plain, basis]), tol=1e-6) <= rank


def test_the_basis_does_not_depend_on_the_order_of_points():
    """So it is no matter of chance, as singular vectors of equal values are."""
    points, order = pole_points(), np.random.default_rng(1).permutation(24)
    one = filter_basis(frozen(points), 10, torch.float64, CPU)
    torch.testing.assert_close(
        filter_basis(frozen(points[order]), 10, torch.float64, CPU), one[:, order], rtol=0, atol=1e-9
    )


def real_to_harmonic(l, z):
    """Cosines in `+m` and sines in `-m` as complex harmonics."""
    found = np.zeros(2 * l + 1, complex)
    found[l] = z[l]
    for m in range(1, l + 1):
        found[l - m] = (z[l + m] + 1j * z[l - m]) / np.sqrt(2)
        found[l + m] = (-1) ** m * found[l - m].conj()
    return found
