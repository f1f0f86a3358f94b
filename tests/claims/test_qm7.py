"""Energies of molecules."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from claims.test_coulomb_matrices import molecules
from svertka import DataError
from svertka.claims import Work
from svertka.claims.qm7 import parts, read, tried


@pytest.fixture
def qm7(tmp_path, rng):
    matrices, energies = molecules(rng)
    source = np.zeros(60, np.uint8)
    source[[3, 17]] = 2
    held = {"X": matrices.astype(np.float32), "T": energies[None], "P": np.arange(60).reshape(5, 12)}
    savemat(tmp_path / "small.mat", {**held, "z_source": source[None]})
    return tmp_path


def test_doubtful_molecules_are_left_out(qm7):
    found = read(Work(qm7, data=qm7))
    assert [len(test) for test in found.splits] == [11, 11, 12, 12, 12]
    assert not {3, 17} & set(np.concatenate(found.splits))


def test_every_molecule_either_teaches_or_tests(qm7):
    found = read(Work(qm7, data=qm7))
    known, asked = parts(found, found.splits[1])
    assert set(known) | set(asked) == set(range(60)) - {3, 17}
    assert not set(known) & set(asked)


def test_the_table_has_published_beside_reached(qm7):
    found = tried(Work(qm7, data=qm7))
    rows = {row[0]: row[1:] for row in found.rows}
    assert found.columns == ("method", "published RMSE", "reached RMSE", "splits")
    assert rows["gaussian kernel, sorted rows"][0] == 12.59
    assert all(row[2] == 1 for row in rows.values())
    assert {row[2] for row in (row[1:] for row in tried(Work(qm7, "full", data=qm7)).rows)} == {5}


def test_a_folder_without_molecules_and_a_file_of_something_else_are_named(tmp_path):
    with pytest.raises(DataError, match=r"should hold the molecules as \.mat, but holds none; .*--data PATH"):
        read(Work(tmp_path, data=tmp_path))
    savemat(tmp_path / "other.mat", {"A": np.zeros(3)})
    with pytest.raises(DataError, match=r"other\.mat should hold X, T and P as qm7\.mat does"):
        read(Work(tmp_path, data=tmp_path))
    Path(tmp_path / "other.mat").write_text("no matrices")
    with pytest.raises(DataError, match=r"other\.mat should hold X, T and P"):
        read(Work(tmp_path, data=tmp_path / "other.mat"))
