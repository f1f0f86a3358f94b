"""Energies of molecules by the spherical network, which learns what counting their atoms leaves to be said.

Cohen et al. 2018 (arXiv:1801.10130, section 5.4): a perceptron that knows how many atoms of each element there are is
about 19 kcal/mol off, and the spherical network is trained on the rest. Here a linear fit stands in its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from svertka.claims.coulomb_matrices import Array, root_mean_square
from svertka.claims.trained import trained
from svertka.data.datasets import DataSet, subset
from svertka.data.spheres.molecules import ELEMENTS, Molecule
from svertka.errors import DataError
from svertka.evaluation import NumberReport, evaluate

Places = NDArray[np.intp]
NETWORK = "spherical_qm7"
COUNTED, LEARNED = "linear fit, counts of elements", f"{NETWORK} on what that leaves"
RECIPE = {"optimiser": "adam", "rate": 3e-3, "batch": 32, "val": 0.05}


@dataclass(frozen=True)
class Extent:
    """How many molecules are learned from (all, where there is no number), and how often."""

    molecules: int | None
    epochs: int


def errors(
    folder: Path, data: DataSet, counts: Array, *, known: Places, asked: Places, epochs: int, seed: int
) -> Mapping[str, float]:
    """Root mean square errors on molecules that are asked for: of the linear fit, and of both together.

    Args:
        folder: for the run.
        data: molecules and their energies.
        counts: of the atoms of each element, `(molecules, elements)`.
        known: places of the molecules to learn from.
        asked: places of those to be tested on.
        epochs: how often the network sees every molecule.
        seed: everything random follows from this number.
    """
    rest = what_is_left(data, counts, known, asked)
    run = trained(folder, NETWORK, rest, epochs=epochs, seed=seed, **RECIPE)
    report = evaluate(run, rest, part="test").report
    if not isinstance(report, NumberReport):
        raise DataError(f"{data.source} should hold energies, but is for the task {report.task}")
    counted = root_mean_square(rest.targets[rest.parts == "test", 0])
    return {COUNTED: counted, LEARNED: report.columns[0].rmse}


def what_is_left(data: DataSet, counts: Array, known: Places, asked: Places) -> DataSet:
    """The known molecules, and those asked for as the test part, with what a linear fit to the known ones leaves."""
    rows = np.column_stack([counts, np.ones(len(counts))])
    fit, *_ = np.linalg.lstsq(rows[known], data.targets[known], rcond=None)
    parts = np.full(len(data), "train", "<U5")
    parts[asked] = "test"
    left = replace(data, targets=data.targets - rows @ fit, parts=parts)
    return subset(left, np.sort(np.concatenate([known, asked])))


def counted(molecule: Molecule) -> Array:
    """How many atoms of each element there are, `(elements,)`."""
    return np.array([(molecule.charges == charge).sum() for charge in ELEMENTS.values()], np.float64)
