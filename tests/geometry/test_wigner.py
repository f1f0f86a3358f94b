import numpy as np
import pytest
from scipy.special import eval_jacobi, gammaln

from svertka import geometry, reference
from svertka.errors import SettingError


def by_jacobi(l, m, n, beta):
    """`d^l_mn` for `m ≥ |n|` by Jacobi's polynomials, as Wigner gave it (Edmonds 1957, equation 4.1.23)."""
    root = (gammaln(l + m + 1) + gammaln(l - m + 1) - gammaln(l + n + 1) - gammaln(l - n + 1)) / 2
    half = beta / 2
    powers = (m - n) * np.log(np.sin(half)) + (m + n) * np.log(np.cos(half))
    return (-1.0) ** (m - n) * np.exp(root + powers) * eval_jacobi(l - m, m - n, m + n, np.cos(beta))


@pytest.mark.parametrize("l", [0, 1, 2, 7, 40])
def test_the_matrix_is_the_oracles(l):
    beta = np.array([[-1.0, 0.0, 0.3], [1.7, np.pi, 9.0]])
    np.testing.assert_allclose(geometry.wigner_d(l, beta), reference.wigner_d(l, beta), atol=1e-13)


@pytest.mark.parametrize("l", [3, 64, 256])
def test_entries_are_jacobis_polynomials_to_degree_256(l):
    beta = np.array([0.4, 1.3, 2.2])
    orders = [(l, 0), (l // 2, -l // 3), (l // 3, l // 4), (1, 0), (0, 0)]
    found = geometry.wigner_d(l, beta)
    wanted = [by_jacobi(l, m, n, beta) for m, n in orders]
    np.testing.assert_allclose([found[:, l + m, l + n] for m, n in orders], wanted, atol=1e-11)


@pytest.mark.parametrize("l", [1, 30, 256])
def test_matrices_are_orthogonal_and_two_turns_are_one(l):
    one, two, both = geometry.wigner_d(l, [0.7, 1.1, 1.8])
    np.testing.assert_allclose(one @ one.T, np.eye(2 * l + 1), atol=1e-12)
    np.testing.assert_allclose(one @ two, both, atol=1e-12)


@pytest.mark.parametrize("l", [-1, 1.5, True, "2"])
def test_a_degree_is_an_integer_from_zero_on(l):
    with pytest.raises(SettingError, match="a degree should be an integer from 0 on, not"):
        geometry.wigner_d(l, 0.1)
