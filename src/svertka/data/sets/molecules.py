"""Molecules in MATLAB's format as QM7's: positions `R`, nuclear charges `Z`, energies `T`, and the splits `P`."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from svertka.data.datasets import DataSet, Origin, measured
from svertka.data.rasters import Header, Pixels, Raster
from svertka.data.samples import Indices
from svertka.data.sets.registry import Layout, register
from svertka.data.spheres.molecules import HEADER, RADIUS, Molecule, checked, raster
from svertka.errors import DataError
from svertka.settings import DataSettings

log = logging.getLogger(__name__)

KEYS = {"R": "positions", "Z": "nuclear charges", "T": "energies"}
COLUMN = "energy (kcal/mol)"
DOUBTFUL = 2  # of `z_source`: the elements of these molecules are a guess


@dataclass(frozen=True)
class Molecules:
    """Samples whose pictures are made as they are wanted; `names` are the molecules' places in their file."""

    molecules: Sequence[Molecule]
    names: Sequence[int]
    path: Path

    def __len__(self) -> int:
        return len(self.molecules)

    def key(self, index: int) -> str:
        return f"molecule[{self.names[index]}]"

    def place(self, index: int) -> str:
        return f"{self.path}:{self.key(index)}"

    def peek(self, index: int) -> Header:
        return HEADER

    def read(self, index: int) -> Raster:
        return raster(self.molecules[index])

    def block(self, indices: Indices) -> Pixels | None:
        return np.stack([self.read(int(index)).pixels for index in indices])


def read(path: Path, settings: DataSettings) -> DataSet:
    """Molecules and their energies; the first of the published splits is for the test.

    Raises:
        DataError: something is missing, or there is a molecule of which no picture can be made; the message names it.
    """
    held = load(path, "RZT")
    samples = pictures(path, held)
    energies = _energies(path, held)[list(samples.names)]
    parts = _parts(path, held)
    marks = [str(parts[name]) for name in samples.names] if len(parts) else None
    return measured(Origin(path.stem, str(path), "molecules", samples, marks), energies, [COLUMN])


def load(path: Path, wanted: str = "RZ") -> Mapping[str, NDArray[Any]]:
    """The arrays in a file, `wanted` ones among them.

    Raises:
        DataError: it is damaged, or one of those wanted is missing or holds no numbers.
    """
    try:
        held = {key: value for key, value in loadmat(path).items() if isinstance(value, np.ndarray)}
    except (MatReadError, ValueError, TypeError, KeyError, OSError, NotImplementedError) as error:
        raise DataError(f"{path} cannot be read as a MATLAB file: {str(error).partition(chr(10))[0]}") from None
    for key in wanted:
        if key not in held:
            raise DataError(
                f"{path} holds {', '.join(held) or 'nothing'}; wanted {', '.join(wanted)} as in qm7.mat, and {key}, the"
                f" {KEYS[key]} of molecules, is missing"
            )
        if held[key].dtype.kind not in "buif":
            raise DataError(f"{path}: {key}, the {KEYS[key]}, should be numbers, not {held[key].dtype}")
    return held


def pictures(path: Path, held: Mapping[str, NDArray[Any]]) -> Molecules:
    """All molecules whose elements are known.

    Raises:
        DataError: arrays do not fit together, or there is a molecule of which no picture can be made.
    """
    positions, charges = held["R"], held["Z"]
    if positions.ndim != 3 or positions.shape != (*charges.shape, 3) or 0 in charges.shape:
        raise DataError(
            f"{path}: R should be (molecules, atoms, 3) and Z (molecules, atoms), not {positions.shape} and "
            f"{charges.shape}"
        )
    names = _trusted(path, held)
    found = [_molecule(f"{path}:molecule[{name}]", positions[name], charges[name]) for name in names]
    least = min(molecule.distances().min() for molecule in found)
    if least < 2 * RADIUS:
        log.warning(
            "%s: atoms are as near as %.3g Bohr to one another, so spheres of %g Bohr around them intersect",
            path, least, RADIUS,
        )  # fmt: skip
    return Molecules(found, names, path)


def _molecule(place: str, positions: NDArray[Any], charges: NDArray[Any]) -> Molecule:
    """One row of `R` and of `Z`, where charges of 0 are no atoms."""
    there = charges != 0
    try:
        return checked(positions[there], charges[there])
    except DataError as error:
        raise DataError(f"{place}: {error}") from None


def _trusted(path: Path, held: Mapping[str, NDArray[Any]]) -> list[int]:
    """Places of the molecules whose elements are no guess."""
    count = len(held["Z"])
    if "z_source" not in held:
        return list(range(count))
    source = held["z_source"].ravel()
    if len(source) != count:
        raise DataError(
            f"{path}: z_source should say of {count} molecules where elements are from, not of {len(source)}"
        )
    trusted: list[int] = np.flatnonzero(source != DOUBTFUL).tolist()
    if not trusted:
        raise DataError(f"{path}: the elements of all {count} molecules are doubtful (z_source {DOUBTFUL})")
    if len(trusted) < count:
        log.info("%s: left out %d of %d molecules, whose elements are doubtful", path.name, count - len(trusted), count)
    return trusted


def _energies(path: Path, held: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    energies = held["T"].ravel().astype(np.float64)
    if len(energies) != len(held["Z"]):
        raise DataError(f"{path}: T has {len(energies)} energies for {len(held['Z'])} molecules")
    return energies


def _parts(path: Path, held: Mapping[str, NDArray[Any]]) -> NDArray[np.str_]:
    """`test` for the molecules of the first split and `train` for others; nothing where there are no splits."""
    if "P" not in held:
        return np.empty(0, "<U5")
    splits, count = held["P"], len(held["Z"])
    if splits.ndim != 2 or splits.dtype.kind not in "iu" or not ((splits >= 0) & (splits < count)).all():
        raise DataError(
            f"{path}: P should be splits of the {count} molecules by their numbers from 0, (splits, molecules)"
        )
    parts = np.full(count, "train", "<U5")
    parts[splits[0]] = "test"
    return parts


def matches(path: Path) -> bool:
    """Whether it is a file of MATLAB's."""
    return path.is_file() and path.suffix.lower() == ".mat"


MOLECULES = register(Layout("molecules", matches=matches, open=read))
