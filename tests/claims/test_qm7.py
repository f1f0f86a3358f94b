"""Energies of molecules."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from data.sets.test_molecules import arrays
from svertka import DataError
from svertka.claims import Work, qm7
from svertka.claims.molecule_energies import COUNTED, LEARNED, Extent
from svertka.claims.qm7 import BEST, compared, known, read

TINY = Extent(molecules=20, epochs=1)


@pytest.fixture
def work(tmp_path, rng):
    """Forty chains of atoms, of which the last two are doubtful."""
    savemat(tmp_path / "small.mat", arrays(rng))
    return Work(tmp_path / "runs", data=tmp_path)


def test_doubtful_molecules_are_left_out(work):
    found = read(work)
    assert len(found.data) == 38
    assert sorted(np.concatenate(found.splits)) == list(range(38))


def test_a_molecule_either_teaches_or_tests(work):
    found = read(work)
    everyone = known(found, found.splits[1], None, seed=0)
    assert set(everyone) | set(found.splits[1]) == set(range(38))
    assert not set(everyone) & set(found.splits[1])
    assert set(known(found, found.splits[1], 9, seed=0)) < set(everyone)
    assert len(known(found, found.splits[1], 9, seed=0)) == 9


def test_published_stands_beside_reached(work):
    found = compared(work, TINY)
    rows = {row[0]: row[1:] for row in found.rows}
    assert found.columns == ("method", "published RMSE", "reached RMSE", "splits", "learned from")
    assert {name: row[0] for name, row in rows.items() if row[0]} == {
        LEARNED: 8.47, BEST: 5.96, "gaussian kernel, sorted rows": 12.59, COUNTED: 19
    }  # fmt: skip
    assert rows[BEST][1:] == (None, None, None)
    assert all(row[2:] == (1, 20) and row[1] > 0 for name, row in rows.items() if name != BEST)


def test_at_full_size_errors_are_means_over_the_splits(work, monkeypatch):
    """Of a network whose error is 1 in the first split, 2 in the second, and so on."""
    monkeypatch.setattr(qm7, "errors", lambda folder, *_, **__: {COUNTED: 10.0, LEARNED: int(folder.name[-1]) + 1})
    found = compared(dataclasses.replace(work, size="full"), TINY)
    assert {row[3] for row in found.rows if row[0] != BEST} == {5}
    assert {row[0]: row[2] for row in found.rows}[LEARNED] == 3


def test_a_folder_without_molecules_and_a_file_without_splits_are_named(tmp_path, rng):
    with pytest.raises(DataError, match=r"should hold the molecules as \.mat, but holds none; .*--data PATH"):
        read(Work(tmp_path, data=tmp_path))
    savemat(tmp_path / "other.mat", arrays(rng, P=None))
    with pytest.raises(DataError, match=r"other\.mat should hold P, the splits, as qm7\.mat does, but has none"):
        read(Work(tmp_path, data=tmp_path))
    Path(tmp_path / "other.csv").write_text("path,label\na.png,1\n")
    np.savez(tmp_path / "a.npz", x=np.zeros((4, 8, 8)), y=np.arange(4) % 2)
    with pytest.raises(DataError, match=r"a\.npz should hold molecules as qm7\.mat does, but holds NumPy arrays"):
        read(Work(tmp_path, data=tmp_path / "a.npz"))


@pytest.mark.slow
def test_the_network_finds_more_than_counts_of_atoms_do(tmp_path, shared):
    found = compared(Work(tmp_path, data=shared / "qm7"), Extent(molecules=800, epochs=4))
    reached = {row[0]: row[2] for row in found.rows}
    assert reached[LEARNED] < 0.9 * reached[COUNTED]
