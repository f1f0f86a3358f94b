"""Energies of molecules from a spherical network and from kernels of Coulomb matrices, over the published splits."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np

from svertka.claims.coulomb_matrices import baselines, coulomb_matrix
from svertka.claims.molecule_energies import COUNTED, LEARNED, RECIPE, Extent, Places, counted, errors
from svertka.claims.places import located
from svertka.claims.values import Claim, Findings, Work
from svertka.data.datasets import DataSet
from svertka.data.sets import molecules, open_data
from svertka.data.spheres.molecules import Molecule
from svertka.drawing import bars
from svertka.errors import DataError

BEST = "perceptron, Coulomb matrices in random order"
PUBLISHED: Mapping[str, float] = {LEARNED: 8.47, BEST: 5.96, "gaussian kernel, sorted rows": 12.59, COUNTED: 19}
QUICK, FULL = Extent(molecules=1500, epochs=8), Extent(molecules=None, epochs=30)


@dataclass(frozen=True)
class Benchmark:
    """Molecules with their energies in kcal/mol, and for each split the places of those it tests on."""

    data: DataSet
    molecules: list[Molecule]
    splits: tuple[Places, ...]


def tried(work: Work) -> Findings:
    """Mean test errors over the splits: over all five, or of the first alone."""
    return compared(work, FULL if work.full else QUICK)


def compared(work: Work, extent: Extent) -> Findings:
    """The same with as many molecules, and for as many epochs, as there shall be."""
    held = read(work)
    splits = held.splits if work.full else held.splits[:1]
    parts = [(known(held, test, extent.molecules, work.seed), test) for test in splits]
    found = [reached(held, work, extent, *each, number) for number, each in enumerate(parts)]
    means = {name: mean(each[name] for each in found) for name in found[0]}
    names = [*means, BEST]
    learned = min(len(each) for each, _ in parts)
    how = dict.fromkeys(means, (len(splits), learned))
    return Findings(
        ("method", "published RMSE", "reached RMSE", "splits", "learned from"),
        [(name, PUBLISHED.get(name), means.get(name), *how.get(name, (None, None))) for name in names],
        bars(
            names, {"published": list(map(PUBLISHED.get, names)), "reached": list(map(means.get, names))},
            label="test RMSE, kcal/mol",
        ),
        {**RECIPE, "epochs": extent.epochs, "molecules": len(held.data), "learned from": learned},
        ("Errors in kcal/mol; all methods learn from the same molecules and are tested on the same.",
         "Widths and ridges of kernels are chosen on a fifth of the training part.",
         "The network is trained on what a linear fit of the counts of elements, to the training part, leaves; the "
         "paper's 19 is that of a perceptron in its place."),
    )  # fmt: skip


def reached(
    held: Benchmark, work: Work, extent: Extent, known: Places, asked: Places, number: int
) -> Mapping[str, float]:
    """The errors of all methods in one split."""
    counts = np.stack([counted(molecule) for molecule in held.molecules])
    matrices = np.stack([coulomb_matrix(molecule) for molecule in held.molecules])
    network = errors(
        work.folder / f"split{number}",
        held.data,
        counts,
        known=known,
        asked=asked,
        epochs=extent.epochs,
        seed=work.seed,
    )
    return {**network, **baselines(matrices, held.data.targets[:, 0], known, asked, work.seed)}


def read(work: Work) -> Benchmark:
    """The molecules of `qm7_reconstructed.mat`, without those whose elements are doubtful.

    Raises:
        DataError: the file is not there, or holds something else.
    """
    path = place(work)
    data = open_data(path)
    if not isinstance(data.samples, molecules.Molecules):
        raise DataError(f"{path} should hold molecules as qm7.mat does, but holds {data.layout}")
    splits = molecules.load(path).get("P")
    if splits is None:
        raise DataError(f"{path} should hold P, the splits, as qm7.mat does, but has none")
    names = np.array(data.samples.names)
    return Benchmark(
        data, list(data.samples.molecules), tuple(np.flatnonzero(np.isin(names, split)) for split in splits)
    )


def place(work: Work) -> Path:
    """Where the file is.

    Raises:
        DataError: it is not there.
    """
    folder = located("qm7", work.data)
    path = folder if folder.is_file() else next(iter(sorted(folder.glob("*.mat"))), None)
    if path is None:
        raise DataError(f"{folder} should hold the molecules as .mat, but holds none; give another with --data PATH")
    return path


def known(held: Benchmark, asked: Places, count: int | None, seed: int) -> Places:
    """The molecules of all splits that are not asked for, or so many of them, chosen at random."""
    others = np.setdiff1d(np.concatenate(held.splits), asked)
    return np.sort(np.random.default_rng(seed).permutation(others)[:count])


CLAIM = Claim(
    name="qm7",
    says="A spherical network predicts the energies of molecules better than kernels of Coulomb matrices.",
    paper="Cohen et al. 2018, arXiv:1801.10130, table 3",
    quick="1,500 molecules to learn from for 8 epochs, tested on the first of five splits; seven minutes on one core",
    full="all molecules for 30 epochs, all five splits; eight hours on one core",
    tried=tried,
    needs="qm7",
)
