"""XYZ: the atoms of one molecule in a text, positions in ångström; its picture is that of `data.spheres.molecules`."""

from pathlib import Path

import numpy as np

from svertka.data.formats.registry import Format, Opening, register
from svertka.data.rasters import Raster
from svertka.data.spheres.molecules import ELEMENTS, Molecule, checked, raster
from svertka.errors import DataError

BOHR = 0.529177210903  # ångström; CODATA 2018


def read(path: Path, opening: Opening) -> Raster:
    """Potentials around every atom, `(115, 20, 20)`."""
    return raster(molecule(path.read_text(encoding="utf-8")))


def molecule(text: str) -> Molecule:
    """A molecule from a line with the number of atoms, a line of words, and a line for each atom: `C 0.0 0.0 1.1`.

    Raises:
        DataError: it is written in another way, or no picture can be made of it.
    """
    lines = text.split("\n")
    count = int(lines[0]) if lines[0].strip().isdecimal() else 0
    atoms = [line.split() for line in lines[2 : 2 + count]]
    if not count or len(atoms) < count or any(len(atom) < 4 for atom in atoms):
        raise DataError(
            "it should have the number of atoms, a line of words, and for each atom a line as C 0.0 0.0 1.1"
        )
    strange = [name for name, *_ in atoms if name not in ELEMENTS]
    if strange:
        raise DataError(f"it has an atom of {strange[0]}; known elements are {', '.join(ELEMENTS)}")
    try:
        positions = np.array([[float(word) for word in atom[1:4]] for atom in atoms]) / BOHR
    except ValueError as error:
        raise DataError(f"positions of its atoms should be numbers: {error}") from None
    return checked(positions, np.array([ELEMENTS[name] for name, *_ in atoms], np.float64))


XYZ = register(Format("XYZ", (".xyz",), read=read))
