"""XYZ files."""

import numpy as np
import pytest

from svertka.data.formats import peek, read
from svertka.data.spheres.molecules import HEADER, checked, raster
from svertka.errors import DataError

WATER = "3\nwater\nO 0 0 0.1173\nH 0.0 0.7572 -0.4692 0.3\nH 0 -0.7572 -4.692e-1\n"


@pytest.fixture
def file(tmp_path):
    def written(text):
        path = tmp_path / "größe.xyz"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_positions_are_in_angstrom(file):
    """A Bohr is 0.52917721 of them."""
    positions = np.array([[0, 0, 0.1173], [0, 0.7572, -0.4692], [0, -0.7572, -0.4692]]) / 0.52917721090
    wanted = raster(checked(positions, np.array([8, 1, 1])))
    np.testing.assert_allclose(read(file(WATER)).pixels, wanted.pixels, rtol=1e-6)


def test_every_molecule_has_the_same_header(file):
    assert peek(file(WATER)) == HEADER


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (WATER.replace("O", "Xe"), "an atom of Xe; known elements are H, C, N, O, S"),
        (WATER.replace("3\n", "4\n"), "number of atoms, a line of words, and for each atom a line as C 0"),
        (WATER.replace("3\n", "three\n"), "it should have the number of atoms"),
        (WATER.replace("0.1173", ""), "it should have the number of atoms"),
        (WATER.replace("0.1173", "far"), "positions of its atoms should be numbers: .*'far'"),
        (WATER.replace("0.1173", "nan"), "should be finite numbers"),
        (WATER.replace("-0.7572 ", "0.7572 "), "atoms 2 and 3 are 0 Bohr apart"),
    ],
)
def test_what_is_no_molecule_is_named(file, text, words):
    with pytest.raises(DataError, match=rf"größe\.xyz: .*{words}"):
        read(file(text))
