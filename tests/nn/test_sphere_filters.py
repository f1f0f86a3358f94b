import numpy as np
import torch

from svertka import geometry, reference
from svertka.nn.sphere_filters import (
    equator_points,
    equator_rotations,
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


def real_to_harmonic(l, z):
    """Cosines in `+m` and sines in `-m` as complex harmonics."""
    found = np.zeros(2 * l + 1, complex)
    found[l] = z[l]
    for m in range(1, l + 1):
        found[l - m] = (z[l + m] + 1j * z[l - m]) / np.sqrt(2)
        found[l + m] = (-1) ** m * found[l - m].conj()
    return found
