"""Kernels of Coulomb matrices."""

import numpy as np
import pytest
from scipy.io import loadmat
from sklearn.kernel_ridge import KernelRidge

from svertka.claims.coulomb_matrices import (
    DESCRIPTIONS,
    KERNELS,
    baselines,
    coulomb_matrix,
    ridge_regression,
    root_mean_square,
    sorted_rows,
)
from svertka.data.spheres.molecules import Molecule


def molecules(rng, count=60, atoms=5):
    """Symmetric matrices as those of points with charges, padded with zeros, and something that follows from them."""
    places, charges = rng.normal(size=(count, atoms, 3)), rng.integers(1, 9, (count, atoms)).astype(float)
    charges[:, -1] *= rng.random(count) < 0.5
    apart = np.linalg.norm(places[:, :, None] - places[:, None], axis=-1) + np.eye(atoms)
    matrices = charges[:, :, None] * charges[:, None] / apart
    matrices[:, *np.diag_indices(atoms)] = 0.5 * charges**2.4
    return matrices, np.linalg.eigvalsh(matrices).max(axis=-1)


def test_matrices_are_those_that_come_with_qm7(shared):
    held = loadmat(shared / "qm7" / "qm7_reconstructed.mat")
    for positions, charges, wanted in zip(held["R"][:50], held["Z"], held["X"], strict=False):
        found = coulomb_matrix(Molecule(positions[charges > 0].astype(float), charges[charges > 0].astype(float)))
        np.testing.assert_allclose(found, wanted, rtol=1e-5)


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_the_order_of_the_atoms_does_not_matter(name, rng):
    matrices, _ = molecules(rng)
    order = rng.permutation(5)
    shuffled = matrices[:, order][:, :, order]
    np.testing.assert_allclose(DESCRIPTIONS[name](shuffled), DESCRIPTIONS[name](matrices), atol=1e-10)
    assert not np.allclose(shuffled, matrices)


def test_rows_fall_in_norm():
    small = np.diag([1.0, 3.0, 2.0])
    np.testing.assert_array_equal(sorted_rows(small[None])[0], [3, 0, 2, 0, 0, 1])


@pytest.mark.parametrize("name", KERNELS)
def test_the_answers_are_those_of_scikit_learn(name, rng):
    matrices, energies = molecules(rng)
    numbers = sorted_rows(matrices)
    found = ridge_regression(KERNELS[name], numbers[:40], energies[:40], numbers[40:], np.random.default_rng(0))
    gamma = 0.5 / found.width**2 if name == "gaussian" else 1 / found.width
    kernel = "rbf" if name == "gaussian" else "laplacian"
    theirs = KernelRidge(kernel=kernel, gamma=gamma, alpha=found.ridge).fit(
        numbers[:40], energies[:40] - energies[:40].mean()
    )
    np.testing.assert_allclose(found.answers, theirs.predict(numbers[40:]) + energies[:40].mean(), rtol=1e-5)


def test_what_is_not_tested_on_teaches_and_what_is_tested_on_does_not(rng):
    matrices, energies = molecules(rng)
    known, asked = np.arange(40), np.arange(40, 60)
    first = baselines(matrices, energies, known, asked, 0)
    assert len(first) == len(DESCRIPTIONS) * len(KERNELS)
    assert all(error < energies[asked].std() for error in first.values())
    moved = energies.copy()
    moved[asked] += 1000
    second = baselines(matrices, moved, known, asked, 0)
    assert all(second[name] > 900 for name in first)


def test_the_root_mean_square_of_three_and_four_is_that_of_a_triangle():
    assert root_mean_square(np.array([3.0, 4.0])) == pytest.approx(np.sqrt(12.5))


def test_twins_among_the_molecules_do_no_harm(rng):
    matrices, energies = molecules(rng)
    twice, both = np.concatenate([matrices, matrices]), np.concatenate([energies, energies])
    found = baselines(twice, both, np.arange(100), np.arange(100, 120), 0)
    assert all(np.isfinite(error) and error < energies.std() for error in found.values())
