"""Pictures of molecules: Coulomb's law in closed form, and what they do when a molecule is turned."""

import numpy as np
import pytest
from scipy.io import loadmat
from scipy.spatial.distance import pdist

from svertka.data.spheres.molecules import ATOMS, ELEMENTS, HEADER, RADIUS, Molecule, checked, potentials, raster
from svertka.errors import DataError
from svertka.geometry import random_rotations, rotation_matrix, sphere_grid, sphere_weights
from svertka.ops import rotate

H, C, N, O, S = range(5)


@pytest.fixture(scope="module")
def qm7(shared):
    held = loadmat(shared / "qm7" / "qm7_reconstructed.mat")
    pairs = zip(held["R"].astype(np.float64), held["Z"], strict=True)
    return [Molecule(positions[charges > 0], charges[charges > 0]) for positions, charges in pairs]


@pytest.fixture
def methanol():
    """CH3OH in Bohr."""
    atoms = [[-0.09, 1.25, 0], [-0.09, -1.44, 0], [1.75, 2.12, 0], [-1.07, 1.92, 1.68], [-1.07, 1.92, -1.68]]
    return checked(np.array([*atoms, [1.63, -2.02, 0.1]]), np.array([6, 8, 1, 1, 1, 1]))


@pytest.mark.parametrize("b", [3, 10])
def test_along_an_axis_the_potential_is_that_of_two_charges(b):
    """Oxygen stands 4 Bohr above carbon: `48 / √(d² + r² ∓ 2dr cos β)`, whatever the longitude."""
    found = potentials(checked(np.array([[1.0, 2, 3], [1, 2, 7]]), np.array([6, 8])), b)
    beta = sphere_grid(b)[0][:, None]
    rings = [48 / np.sqrt(16 + RADIUS**2 - sign * 8 * RADIUS * np.cos(beta)) for sign in (1, -1)]
    np.testing.assert_allclose(found[0, O], np.broadcast_to(rings[0], (2 * b, 2 * b)), rtol=1e-12)
    np.testing.assert_allclose(found[1, C], np.broadcast_to(rings[1], (2 * b, 2 * b)), rtol=1e-12)
    assert not found[0, [H, C, N, S]].any()


def test_it_is_the_sum_of_the_definition(methanol):
    b, found = 4, potentials(methanol, 4)
    betas, alphas = sphere_grid(b)
    for atom, element, ring, place in [(0, 0, 3, 5), (1, 1, 0, 0), (5, 0, 7, 2), (2, 3, 4, 4)]:
        beta, alpha = betas[ring], alphas[place]
        point = methanol.positions[atom] + RADIUS * np.array(
            [np.sin(beta) * np.cos(alpha), np.sin(beta) * np.sin(alpha), np.cos(beta)]
        )
        charge = list(ELEMENTS.values())[element]
        wanted = sum(
            methanol.charges[atom] * charge / np.linalg.norm(point - methanol.positions[other])
            for other in range(6)
            if other != atom and methanol.charges[other] == charge
        )
        assert found[atom, element, ring, place] == pytest.approx(wanted, rel=1e-12)


def test_a_potential_is_harmonic_so_its_mean_is_that_at_the_middle(methanol):
    """Newton's theorem: seen from outside, a charged shell is a point charge."""
    means = (potentials(methanol, 24) * sphere_weights(24)[:, None]).sum(axis=(-2, -1))
    coulomb = np.outer(methanol.charges, methanol.charges) / methanol.distances()
    for place, charge in enumerate(ELEMENTS.values()):
        np.testing.assert_allclose(means[:, place], coulomb[:, methanol.charges == charge].sum(axis=1), rtol=1e-9)


def test_a_turned_molecule_has_turned_pictures(methanol, rng):
    """Exact up to what lies above the bandwidth: `(r/d)^l` there, with `d` at least twice `r`."""
    angles = [float(each[0]) for each in random_rotations(1, rng)]
    turned = Molecule(methanol.positions @ rotation_matrix(*angles).T, methanol.charges)
    for b, error in ((10, 2e-3), (24, 1e-7)):
        found, wanted = potentials(turned, b), rotate(potentials(methanol, b), angles)
        assert np.abs(found - wanted).max() < error * np.abs(wanted).max()
        assert np.abs(found - potentials(methanol, b)).max() > 0.1 * np.abs(wanted).max()


def test_a_moved_molecule_has_the_same_pictures(methanol):
    moved = Molecule(methanol.positions + np.array([3.0, -2, 5]), methanol.charges)
    np.testing.assert_allclose(potentials(moved), potentials(methanol), rtol=1e-12)


def test_atoms_in_another_order_have_their_pictures_in_that_order(methanol, rng):
    order = rng.permutation(6)
    other = Molecule(methanol.positions[order], methanol.charges[order])
    np.testing.assert_allclose(potentials(other), potentials(methanol)[order], rtol=1e-12)


def test_channels_are_those_of_the_first_atom_then_of_the_next_and_of_no_atoms_0(methanol):
    found = raster(methanol)
    atoms = found.pixels.reshape(ATOMS, 5, 20, 20)
    assert found.header == HEADER
    assert found.pixels.dtype == np.float32
    np.testing.assert_array_equal(atoms[:6], potentials(methanol).astype(np.float32))
    assert not atoms[6:].any()


def test_spheres_are_the_largest_that_do_not_intersect_in_qm7(qm7):
    least = min(pdist(molecule.positions).min() for molecule in qm7)
    assert RADIUS <= least / 2 < RADIUS + 1e-4


@pytest.mark.parametrize(
    ("positions", "charges", "words"),
    [
        ([[0, 0, 0], [0, 0, 2]], [9, 1], r"nuclear charge 9; known elements are H \(1\), C \(6\), .*S \(16\)$"),
        ([[0, 0, 0], [0, 0, np.nan]], [1, 1], "positions of its atoms should be finite numbers"),
        ([[0, 0, 0], [0, 0, 2]], [np.nan, 1], "nuclear charge nan"),
        ([[0, 0, 4], [1, 1, 1], [1, 1, 1]], [6, 1, 1], r"atoms 2 and 3 are 0 Bohr apart, .* more than 0\.9132"),
        ([[0, 0, 0], [0, 0, 0.74]], [1, 1], r"0\.74 Bohr apart.*; see that positions are right, and in Bohr"),
        ([[0, 0, 0]], [6], "it has 1 atoms, but should have 2 to 23"),
        ([[0, 0, 3 * place] for place in range(24)], [6] * 24, "it has 24 atoms, but should have 2 to 23"),
    ],
)  # fmt: skip
def test_of_what_is_no_such_molecule_no_picture_is_made(positions, charges, words):
    with pytest.raises(DataError, match=words):
        checked(np.array(positions, float), np.array(charges))
