import numpy as np
import pytest
import torch

from svertka import ops, reference
from svertka.errors import ShapeError, UnknownName
from svertka.ops.sphere_spectra import axes_of, coefficients, degrees_of, real_basis, real_wigner

ANGLES = (0.4, 1.1, 2.5)


@pytest.mark.parametrize("space", ["sphere", "rotations"])
@pytest.mark.parametrize("degrees", [1, 2, 3, 10, 64])
def test_degrees_are_known_from_the_number_of_coefficients(space, degrees):
    assert degrees_of(coefficients(degrees, space), space) == degrees


@pytest.mark.parametrize("l", [0, 1, 5])
def test_the_real_basis_is_unitary_and_makes_rotations_real(l):
    basis = real_basis(l)
    np.testing.assert_allclose(basis @ basis.conj().T, np.eye(2 * l + 1), atol=1e-15)
    turned = basis @ reference.wigner_matrix(l, *ANGLES) @ basis.conj().T
    np.testing.assert_allclose(real_wigner(l, ANGLES), turned, atol=1e-14)


@pytest.mark.parametrize("space", ["sphere", "rotations"])
def test_harmonic_and_real_spectra_undo_each_other(space):
    z = torch.randn(2, coefficients(4, space), dtype=torch.complex128)
    torch.testing.assert_close(ops.real_spectrum(ops.harmonic_spectrum(z, space), space), z)


def test_a_spectrum_has_a_whole_number_of_degrees():
    with pytest.raises(ShapeError, match="should have b² coefficients for some b, but this has 5"):
        ops.harmonic_spectrum(np.zeros(5))
    with pytest.raises(ShapeError, match=r"b\(4b² - 1\)/3 coefficients for some b, but this has 11"):
        ops.harmonic_spectrum(np.zeros(11), "rotations")


def test_a_space_is_one_of_two():
    with pytest.raises(UnknownName, match="no space is called 'ball'"):
        axes_of("ball")
