"""Energies of molecules by kernels of their Coulomb matrices, without any network: what a network has to beat.

Rupp et al. 2012 (doi:10.1103/PhysRevLett.108.058301); Hansen et al. 2013 (doi:10.1021/ct400195d). Two descriptions do
not depend on the order of the atoms: the matrix with its rows in the order of their norms, and its eigenvalues.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, LinAlgWarning, solve
from sklearn.metrics.pairwise import euclidean_distances, manhattan_distances

from svertka.data.spheres.molecules import ATOMS, Molecule

Array = NDArray[np.float64]
CHOSEN_ON = 2500  # molecules at most by which width and ridge are chosen
WIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # times the median distance of two molecules
RIDGES = (1e-11, 1e-9, 1e-7, 1e-5, 1e-3)


def coulomb_matrix(molecule: Molecule) -> Array:
    """`z_i z_j / |p_i - p_j|`, and `0.5 z_i^2.4` on the diagonal, with zeros for atoms that are not there, `(23, 23)`.

    In atomic units: Hartree.
    """
    count = len(molecule.charges)
    matrix = np.zeros((ATOMS, ATOMS))
    matrix[:count, :count] = np.outer(molecule.charges, molecule.charges) / molecule.distances()
    matrix[np.diag_indices(count)] = 0.5 * molecule.charges**2.4
    return matrix


def sorted_rows(matrices: Array) -> Array:
    """Lower halves of matrices `(molecules, atoms, atoms)`, rows and columns in falling order of the rows' norms."""
    order = np.argsort(-np.linalg.norm(matrices, axis=-1), axis=-1, kind="stable")
    rows = np.take_along_axis(matrices, order[:, :, None], axis=1)
    both = np.take_along_axis(rows, order[:, None, :], axis=2)
    return np.asarray(both[(slice(None), *np.tril_indices(matrices.shape[-1]))])


def eigenvalues(matrices: Array) -> Array:
    """Eigenvalues of matrices `(molecules, atoms, atoms)`, in falling order of their size."""
    values = np.asarray(np.linalg.eigvalsh(matrices), np.float64)
    return np.take_along_axis(values, np.argsort(-np.abs(values), axis=-1, kind="stable"), axis=-1)


def gaussian(distances: Array, width: float) -> Array:
    """`exp(-d²/2w²)`, of Euclidean distances."""
    return np.asarray(np.exp(-0.5 * (distances / width) ** 2))


def laplacian(distances: Array, width: float) -> Array:
    """`exp(-d/w)`, of sums of absolute differences."""
    return np.asarray(np.exp(-distances / width))


@dataclass(frozen=True)
class Kernel:
    """How alike two molecules are: by their distance, and of that a function with a width."""

    distances: Callable[..., Array]
    likeness: Callable[[Array, float], Array]


KERNELS = {"gaussian": Kernel(euclidean_distances, gaussian), "laplacian": Kernel(manhattan_distances, laplacian)}
DESCRIPTIONS = {"sorted rows": sorted_rows, "eigenvalues": eigenvalues}


@dataclass(frozen=True)
class Fitted:
    """What a kernel ridge regression answers to the molecules that were held back, and with which choices."""

    answers: Array
    width: float
    ridge: float


def ridge_regression(kernel: Kernel, known: Array, energies: Array, asked: Array, rng: np.random.Generator) -> Fitted:
    """Energies of molecules, with the width and the ridge that do best on a fifth of (at most 2,500 of) the known ones.

    Args:
        kernel: how alike two molecules are.
        known: descriptions, `(molecules, numbers)`.
        energies: theirs, `(molecules,)`.
        asked: descriptions of those whose energies are wanted.
        rng: chooses the fifth.
    """
    distances = kernel.distances(known)
    width, ridge = _chosen(kernel, distances, energies, rng.permutation(len(known))[:CHOSEN_ON])
    coefficients = _coefficients(kernel.likeness(distances, width), energies, ridge)
    likeness = kernel.likeness(kernel.distances(asked, known), width)
    return Fitted(likeness @ coefficients + energies.mean(), width, ridge)


def root_mean_square(errors: Array) -> float:
    """`√(mean e²)`."""
    return float(np.sqrt(np.mean(np.square(errors))))


def _chosen(kernel: Kernel, distances: Array, energies: Array, order: NDArray[np.intp]) -> tuple[float, float]:
    """The width and the ridge with the least error on the first fifth, where the others are known."""
    held, kept = order[: len(order) // 5], order[len(order) // 5 :]
    median = float(np.median(distances[np.ix_(held, kept)]))
    return min(
        ((share * median, ridge) for share in WIDTHS for ridge in RIDGES),
        key=lambda choice: _error(kernel, distances, energies, kept, held, choice),
    )


def _error(
    kernel: Kernel, distances: Array, energies: Array, kept: NDArray[np.intp], held: NDArray[np.intp],
    choice: tuple[float, float],
) -> float:  # fmt: skip
    width, ridge = choice
    try:
        coefficients = _coefficients(kernel.likeness(distances[np.ix_(kept, kept)], width), energies[kept], ridge)
    except (LinAlgError, LinAlgWarning):
        return np.inf  # too small a ridge for so wide a kernel
    answers = kernel.likeness(distances[np.ix_(held, kept)], width) @ coefficients + energies[kept].mean()
    return root_mean_square(answers - energies[held])


def _coefficients(likeness: Array, energies: Array, ridge: float) -> Array:
    """`(K + λ1)⁻¹ (y - ȳ)`; on the diagonal of `K` are ones, so `λ` has no unit."""
    system = likeness + ridge * np.eye(len(likeness))
    with catch_warnings():
        simplefilter("error", LinAlgWarning)
        return np.asarray(solve(system, energies - energies.mean(), assume_a="pos", overwrite_a=True))


def baselines(
    matrices: Array, energies: Array, known: NDArray[np.intp], asked: NDArray[np.intp], seed: int
) -> Mapping[str, float]:
    """Root mean square errors on the molecules `asked` of every description with every kernel."""
    return {
        f"{name} kernel, {description}": _baseline(
            kernel, described(matrices), energies, known, asked, np.random.default_rng(seed)
        )
        for description, described in DESCRIPTIONS.items()
        for name, kernel in KERNELS.items()
    }


def _baseline(
    kernel: Kernel, numbers: Array, energies: Array, known: NDArray[np.intp], asked: NDArray[np.intp],
    rng: np.random.Generator,
) -> float:  # fmt: skip
    found = ridge_regression(kernel, numbers[known], energies[known], numbers[asked], rng)
    return root_mean_square(found.answers - energies[asked])
