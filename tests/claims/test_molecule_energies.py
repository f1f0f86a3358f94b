"""What the spherical network learns of energies, and from which molecules."""

import numpy as np
import pytest

from svertka.claims.molecule_energies import COUNTED, LEARNED, counted, errors, what_is_left
from svertka.data.datasets import Origin, measured
from svertka.data.sets.molecules import Molecules
from svertka.data.spheres.molecules import checked

KNOWN, ASKED = np.arange(0, 24), np.arange(24, 32)


@pytest.fixture
def chains(rng):
    """Bent chains whose energy is 3 for each hydrogen, -5 for each carbon, 7, and the length of the first bond."""
    molecules, energies = [], []
    for _ in range(32):
        charges = rng.choice([1, 6], rng.integers(2, 6))
        molecule = checked((1.9 + rng.random((len(charges), 3)) * [0.9, 0.1, 0.1]).cumsum(axis=0), charges)
        molecules.append(molecule)
        energies.append(3 * (charges == 1).sum() - 5 * (charges == 6).sum() + 7 + molecule.distances()[0, 1])
    samples = Molecules(molecules, range(32), "chains.mat")
    return measured(Origin("chains", "chains.mat", "molecules", samples), np.array(energies), ["energy"])


def counts(data):
    return np.stack([counted(molecule) for molecule in data.samples.molecules])


def test_atoms_are_counted_by_element():
    assert counted(checked(np.eye(3) * 3, np.array([1, 16, 1]))).tolist() == [2, 0, 0, 0, 1]


def test_what_counts_of_atoms_explain_is_taken_away(chains):
    left = what_is_left(chains, counts(chains), KNOWN, ASKED)
    first = np.array([molecule.distances()[0, 1] for molecule in chains.samples.molecules])
    assert np.ptp(chains.targets) > 8
    assert left.targets.std() < 1.2 * first.std()
    assert (left.parts == "test").tolist() == [False] * 24 + [True] * 8


def test_the_fit_knows_nothing_of_the_test_part(chains):
    other = chains.targets.copy()
    other[ASKED] += 100
    before = what_is_left(chains, counts(chains), KNOWN, ASKED).targets
    after = what_is_left(chains.labelled(other, chains.columns), counts(chains), KNOWN, ASKED).targets
    np.testing.assert_allclose(after[KNOWN], before[KNOWN])
    np.testing.assert_allclose(after[ASKED], before[ASKED] + 100)


def test_errors_are_those_of_the_test_part(chains, tmp_path):
    found = errors(tmp_path / "run", chains, counts(chains), known=KNOWN, asked=ASKED, epochs=1, seed=0)
    left = what_is_left(chains, counts(chains), KNOWN, ASKED).targets[ASKED]
    assert found[COUNTED] == pytest.approx(np.sqrt(np.mean(left**2)))
    assert 0 < found[LEARNED] < 100
