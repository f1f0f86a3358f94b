"""QM7's file as a data set of energies."""

import logging

import numpy as np
import pytest
from scipy.io import loadmat, savemat

import svertka
from svertka.data.sets import open_data
from svertka.data.spheres.molecules import HEADER, Molecule, potentials
from svertka.errors import DataError

COUNT = 40


def arrays(rng, **changes):
    """Forty chains of two to six atoms, bent at random, of which the last two are doubtful."""
    steps = 1.8 + rng.random((COUNT, 6, 3)) * [0.6, 0.2, 0.4]
    charges = rng.choice([1, 6, 7, 8, 16], (COUNT, 6)) * (np.arange(6) < rng.integers(2, 7, COUNT)[:, None])
    source = np.where(np.arange(COUNT) < COUNT - 2, 0, 2)
    held = {
        "R": steps.cumsum(axis=1), "Z": charges.astype(np.float32), "T": -100.25 * (charges > 0).sum(axis=1)[None],
        "P": rng.permutation(COUNT).reshape(5, 8), "z_source": source[None],
    }  # fmt: skip
    return {key: value for key, value in (held | changes).items() if value is not None}


@pytest.fixture
def file(tmp_path, rng):
    def written(**changes):
        savemat(tmp_path / "chains.mat", arrays(rng, **changes))
        return tmp_path / "chains.mat"

    return written


def test_a_sample_is_the_picture_of_its_molecule(file):
    path = file()
    data, held = open_data(path), loadmat(path)
    there = held["Z"][7] > 0
    wanted = potentials(Molecule(held["R"][7][there], held["Z"][7][there])).astype(np.float32)
    found = data.samples.read(7)
    np.testing.assert_array_equal(found.pixels.reshape(23, 5, 20, 20)[: there.sum()], wanted)
    np.testing.assert_array_equal(data.samples.block(np.array([7, 3]))[0], found.pixels)
    assert data.samples.peek(7) == found.header == HEADER
    assert (data.task, data.columns, data.targets[7, 0]) == ("regress", ("energy (kcal/mol)",), held["T"][0, 7])


def test_the_first_split_is_the_test_part_and_doubtful_molecules_are_left_out(file, caplog):
    caplog.set_level(logging.INFO, "svertka")
    data = open_data(file())
    tested = set(loadmat(data.source)["P"][0]) - {38, 39}
    assert {int(name) for name, part in zip(data.samples.names, data.parts, strict=True) if part == "test"} == tested
    assert len(data) == 38
    assert data.samples.key(37) == "molecule[37]"
    assert "chains.mat: left out 2 of 40 molecules, whose elements are doubtful" in caplog.text


def test_without_splits_there_are_no_parts(file):
    assert set(open_data(file(P=None, z_source=None)).parts) == {""}


def test_all_of_qm7_is_there(shared, caplog):
    path = shared / "qm7" / "qm7_reconstructed.mat"
    data, held = open_data(path), loadmat(path)
    assert len(data) == 7155
    assert (data.parts == "test").sum() == (held["z_source"][0, held["P"][0]] < 2).sum()
    assert data.targets[:3, 0] == pytest.approx([-417.96, -712.42, -564.21])
    assert "intersect" not in caplog.text


def test_spheres_that_intersect_are_told_of(file, rng, caplog):
    file(R=arrays(rng)["R"] * 0.4)
    open_data(file(R=arrays(rng)["R"] * 0.4))
    assert "Bohr to one another, so spheres of 0.9132 Bohr around them intersect" in caplog.text


def test_an_energy_is_learned_told_and_predicted(file, tmp_path, capsys):
    run = svertka.train("spherical_qm7", file(), tmp_path / "run", epochs=2, batch=8, threads=1)
    report = svertka.evaluate(run).report
    (tmp_path / "water.xyz").write_text("3\nwater\nO 0 0 0.1173\nH 0 0.7572 -0.4692\nH 0 -0.7572 -0.4692\n")
    found = svertka.predict(run, file(), tmp_path / "water.xyz")
    assert report.columns[0].name == "energy (kcal/mol)"
    assert report.subject.samples == sum(row.part == "test" for row in run.split)
    assert [each.name.rpartition(":")[2] for each in found[:2]] == ["molecule[0]", "molecule[1]"]
    assert len(found) == 39
    assert np.isfinite(found[-1].score)
    assert len(run.preprocess.mean) == 115
    assert np.ptp(np.reshape(run.preprocess.mean, (23, 5)), axis=0).max() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"R": None}, r"chains\.mat holds Z, T, P, z_source; wanted R, Z, T as in qm7\.mat, and R, the positions of"),
        ({"T": None}, "T, the energies of molecules, is missing"),
        ({"Z": np.ones((COUNT, 5))}, r"Z \(molecules, atoms\), not \(40, 6, 3\) and \(40, 5\)"),
        ({"Z": np.full((COUNT, 6), 9.0)}, r"chains\.mat:molecule\[0\]: it has an atom with the nuclear charge 9"),
        ({"R": np.zeros((COUNT, 6, 3))}, r"chains\.mat:molecule\[0\]: its atoms 1 and 2 are 0 Bohr apart"),
        ({"R": np.full((COUNT, 6, 3), np.nan)}, r"chains\.mat:molecule\[0\]: positions of its atoms should be finite"),
        ({"T": np.zeros((1, 3))}, "T has 3 energies for 40 molecules"),
        ({"T": np.full((1, COUNT), np.nan)}, "38 targets are not finite numbers"),
        ({"T": "words"}, "T, the energies, should be numbers"),
        ({"P": np.full((5, 8), 40)}, "P should be splits of the 40 molecules by their numbers from 0"),
        ({"z_source": np.full((1, COUNT), 2)}, "the elements of all 40 molecules are doubtful"),
        ({"z_source": np.zeros((1, 3))}, "z_source should say of 40 molecules .*, not of 3"),
        ({"R": np.arange(COUNT * 72.0).reshape(COUNT, 24, 3), "Z": np.ones((COUNT, 24))}, "has 24 atoms, but"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(file, changes, words):
    with pytest.raises(DataError, match=words):
        open_data(file(**changes))


@pytest.mark.parametrize("content", [b"", b"hello", b"MATLAB 7.3 MAT-file" + b" " * 105 + b"\0\x02IM"])
def test_what_is_no_file_of_matlab_is_named(tmp_path, content):
    (tmp_path / "a.mat").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.mat cannot be read as a MATLAB file: .+"):
        open_data(tmp_path / "a.mat")
