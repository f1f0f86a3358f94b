"""Energies of molecules from kernels of Coulomb matrices, over the published splits."""

from collections.abc import Mapping
from statistics import mean
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from svertka.claims.coulomb_matrices import Array, baselines
from svertka.claims.places import located
from svertka.claims.values import Claim, Findings, Work
from svertka.drawing import bars
from svertka.errors import DataError

PUBLISHED: Mapping[str, float] = {"gaussian kernel, sorted rows": 12.59}
DOUBTFUL = 2  # of `z_source`: the elements of these molecules are a guess


class Molecules(NamedTuple):
    """Coulomb matrices `(molecules, 23, 23)`, energies in kcal/mol, and for each split the molecules it tests on."""

    matrices: Array
    energies: Array
    splits: tuple[NDArray[np.intp], ...]


def tried(work: Work) -> Findings:
    """Mean test errors over the splits: over all five, or of the first alone."""
    molecules = read(work)
    splits = molecules.splits if work.full else molecules.splits[:1]
    found = [baselines(molecules.matrices, molecules.energies, *parts(molecules, test), work.seed) for test in splits]
    reached = {name: mean(each[name] for each in found) for name in found[0]}
    names = list(reached)
    return Findings(
        ("method", "published RMSE", "reached RMSE", "splits"),
        [(name, PUBLISHED.get(name), reached[name], len(splits)) for name in names],
        bars(
            names, {"published": [PUBLISHED.get(name) for name in names], "reached": list(reached.values())},
            label="test RMSE, kcal/mol",
        ),
        {"molecules": len(np.unique(np.concatenate(molecules.splits)))},
        ("Errors in kcal/mol; widths and ridges of kernels are chosen on a fifth of the training part.",),
    )  # fmt: skip


def read(work: Work) -> Molecules:
    """The molecules of `qm7_reconstructed.mat`, without those whose elements are doubtful.

    Raises:
        DataError: the file is not there, or holds something else.
    """
    folder = located("qm7", work.data)
    path = folder if folder.is_file() else next(iter(sorted(folder.glob("*.mat"))), None)
    if path is None:
        raise DataError(f"{folder} should hold the molecules as .mat, but holds none; give another with --data PATH")
    try:
        held = loadmat(path)
        doubtful = held["z_source"].ravel() >= DOUBTFUL if "z_source" in held else np.zeros(held["T"].size, bool)
        splits = tuple(test[~doubtful[test]].astype(np.intp) for test in held["P"])
        return Molecules(held["X"].astype(np.float64), held["T"].ravel().astype(np.float64), splits)
    except (MatReadError, ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise DataError(f"{path} should hold X, T and P as qm7.mat does: {error}") from None


def parts(molecules: Molecules, test: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All molecules that are not tested on, and those that are."""
    everyone = np.unique(np.concatenate(molecules.splits))
    return np.setdiff1d(everyone, test), test


CLAIM = Claim(
    name="qm7",
    says="Kernels on Coulomb matrices predict the energies of molecules, the bar for any network.",
    paper="Cohen et al. 2018, arXiv:1801.10130, table 3",
    quick="the first of the five splits",
    full="all five splits",
    tried=tried,
    needs="qm7",
)
