from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import eval_legendre, sph_harm_y

from svertka import geometry, reference
from svertka.errors import SettingError

ANGLE = st.floats(-7, 7)
ROTATION = st.tuples(ANGLE, ANGLE, ANGLE)
DEGREE = st.integers(0, 8)


def by_factorials(l, m, n, beta):
    """Wigner's own sum (1931), with signs as they are in the phase of Condon and Shortley."""
    scale = np.sqrt(float(factorial(l + m) * factorial(l - m) * factorial(l + n) * factorial(l - n)))
    terms = [
        (-1) ** (m - n + s)
        * np.cos(beta / 2) ** (2 * l + n - m - 2 * s)
        * np.sin(beta / 2) ** (m - n + 2 * s)
        / (factorial(l + n - s) * factorial(s) * factorial(m - n + s) * factorial(l - m - s))
        for s in range(max(0, n - m), min(l + n, l - m) + 1)
    ]
    return scale * sum(terms)


@given(ANGLE)
def test_degree_one_in_closed_form(beta):
    c, s = np.cos(beta), np.sin(beta)
    wanted = [
        [(1 + c) / 2, s / np.sqrt(2), (1 - c) / 2],
        [-s / np.sqrt(2), c, s / np.sqrt(2)],
        [(1 - c) / 2, -s / np.sqrt(2), (1 + c) / 2],
    ]
    np.testing.assert_allclose(reference.wigner_d(1, beta), wanted, atol=1e-14)


@given(DEGREE, ANGLE)
def test_every_entry_is_wigners_sum(l, beta):
    orders = range(-l, l + 1)
    wanted = [[by_factorials(l, m, n, beta) for n in orders] for m in orders]
    np.testing.assert_allclose(reference.wigner_d(l, beta), wanted, atol=1e-12)


@given(st.integers(0, 60), ANGLE)
def test_the_middle_is_legendres_polynomial(l, beta):
    assert reference.wigner_d(l, beta)[l, l] == pytest.approx(eval_legendre(l, np.cos(beta)), abs=1e-12)


@given(DEGREE, st.floats(0, np.pi), ANGLE)
def test_harmonics_are_those_of_scipy(l, beta, alpha):
    wanted = [sph_harm_y(l, m, beta, alpha) for m in range(-l, l + 1)]
    np.testing.assert_allclose(reference.spherical_harmonics(l, beta, alpha), wanted, atol=1e-12)


@given(st.integers(0, 30), ROTATION)
def test_matrices_are_unitary(l, angles):
    matrix = reference.wigner_matrix(l, *angles)
    np.testing.assert_allclose(matrix @ matrix.conj().T, np.eye(2 * l + 1), atol=1e-12)


@given(DEGREE, ROTATION, ROTATION)
def test_they_multiply_as_rotations_do(l, first, second):
    both = reference.wigner_matrix(l, *geometry.compose(first, second))
    product = reference.wigner_matrix(l, *first) @ reference.wigner_matrix(l, *second)
    np.testing.assert_allclose(both, product, atol=1e-11)


@given(DEGREE, ROTATION, st.floats(0.01, 3.13), ANGLE)
def test_harmonics_at_a_turned_point_are_mixed_by_them(l, angles, beta, alpha):
    """`Y_lm(R⁻¹ω) = Σ_n D^l_nm(R) Y_ln(ω)`."""
    point = geometry.rotation_matrix(*angles).T @ geometry.rotation_matrix(alpha, beta, 0.0)[:, 2]
    there = reference.spherical_harmonics(l, np.arccos(np.clip(point[2], -1, 1)), np.arctan2(point[1], point[0]))
    mixed = reference.wigner_matrix(l, *angles).T @ reference.spherical_harmonics(l, beta, alpha)
    np.testing.assert_allclose(there, mixed, atol=1e-6 if abs(point[2]) > 0.999999 else 1e-9)


@pytest.mark.parametrize("l", [-1, 1.5, "2"])
def test_a_degree_is_an_integer_from_zero_on(l):
    with pytest.raises(SettingError, match="the degree should be an integer of at least 0"):
        reference.wigner_d(l, 0.1)
