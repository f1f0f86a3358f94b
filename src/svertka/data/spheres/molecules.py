"""Molecules as spherical images: around each atom the potentials of all others, element by element.

Cohen et al. 2018 (arXiv:1801.10130, section 5.4). Around atom `i` stands a sphere, and at its points `x`

    U_z(x) = Σ z_i z_j / |x - p_j| over all other atoms j with z_j = z,

one channel for each element. All spheres have one radius, half the least distance of two atoms of a molecule in QM7
(1.8265 Bohr, of an O-H bond): the largest with which no two spheres intersect. The paper writes the least such radius,
which would be none, and divides by `|x - p_i|`, which is the same everywhere: slips, we think. The radius is a
constant, so that a molecule looks alike in whatever company it comes.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from svertka.data.rasters import Header, Raster
from svertka.errors import DataError
from svertka.geometry import rotation_matrix, sphere_grid

Array = NDArray[np.float64]

ELEMENTS = {"H": 1, "C": 6, "N": 7, "O": 8, "S": 16}
ATOMS = 23  # in the largest molecule of QM7
BANDWIDTH = 10
RADIUS = 0.9132  # Bohr
HEADER = Header(ATOMS * len(ELEMENTS), (2 * BANDWIDTH, 2 * BANDWIDTH), "float", "channels", repeats=ATOMS)


@dataclass(frozen=True)
class Molecule:
    """Where atoms are, `(atoms, 3)` in Bohr, and their nuclear charges, `(atoms,)`."""

    positions: Array
    charges: Array

    def distances(self) -> Array:
        """Of all pairs of atoms, `(atoms, atoms)`; infinite from an atom to itself."""
        apart = np.linalg.norm(self.positions[:, None] - self.positions, axis=-1)
        np.fill_diagonal(apart, np.inf)
        return np.asarray(apart)


def checked(positions: Array, charges: Array) -> Molecule:
    """A molecule of which a picture can be made.

    Args:
        positions: `(atoms, 3)`, in Bohr.
        charges: nuclear charges, `(atoms,)`.

    Raises:
        DataError: it has too few or too many atoms, an unknown element, positions that are not finite, or two atoms so
            close that one lies within the sphere around the other.
    """
    molecule = Molecule(np.asarray(positions, np.float64), np.asarray(charges, np.float64))
    if not 2 <= len(charges) <= ATOMS:
        raise DataError(f"it has {len(charges)} atoms, but should have 2 to {ATOMS}")
    strange = sorted(set(molecule.charges.tolist()) - set(ELEMENTS.values()))
    if strange:
        known = ", ".join(f"{name} ({charge})" for name, charge in ELEMENTS.items())
        raise DataError(f"it has an atom with the nuclear charge {strange[0]:g}; known elements are {known}")
    if not np.isfinite(molecule.positions).all():
        raise DataError("positions of its atoms should be finite numbers, but some are not")
    distances = molecule.distances()
    if distances.min() <= RADIUS:
        first, second = sorted(np.unravel_index(distances.argmin(), distances.shape))
        raise DataError(
            f"its atoms {first + 1} and {second + 1} are {distances.min():.3g} Bohr apart, and should be more than "
            f"{RADIUS}; see that positions are right, and in Bohr"
        )
    return molecule


def raster(molecule: Molecule, b: int = BANDWIDTH) -> Raster:
    """The picture of a molecule, `(ATOMS · elements, 2b, 2b)` in float32.

    Channels are the elements as seen from the first atom, then from the second, and so on; where there are no more
    atoms they are 0.
    """
    found = potentials(molecule, b)
    pixels = np.zeros((ATOMS, *found.shape[1:]), np.float32)
    pixels[: len(found)] = found
    return Raster(pixels.reshape(-1, 2 * b, 2 * b), "channels", repeats=ATOMS)


def potentials(molecule: Molecule, b: int = BANDWIDTH, *, radius: float = RADIUS) -> Array:
    """`U_z` around every atom, `(atoms, elements, 2b, 2b)`, in units of `e²/Bohr`: 27.2 eV.

    By the law of cosines: from atom `i` in the direction `u` at the distance `r`, atom `j` is
    `√(|p_ij|² + r² - 2r u·p_ij)` away.
    """
    between = molecule.positions - molecule.positions[:, None]
    along = between @ directions(b).T
    squares = np.square(between).sum(axis=-1)[..., None] + radius**2 - 2 * radius * along
    inverse = 1 / np.sqrt(squares)
    inverse[np.diag_indices(len(inverse))] = 0
    weights = molecule.charges[:, None] * (molecule.charges[:, None] == np.array(list(ELEMENTS.values())))
    found = weights.T @ inverse * molecule.charges[:, None, None]
    return np.asarray(found.reshape(*found.shape[:2], 2 * b, 2 * b))


@cache
def directions(b: int) -> Array:
    """The unit vectors of the grid of bandwidth `b`, `((2b)², 3)`."""
    beta, alpha = sphere_grid(b)
    return np.asarray(rotation_matrix(alpha, beta[:, None], 0.0)[..., 2].reshape(-1, 3))
