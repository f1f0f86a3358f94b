import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svertka.ops.folded_waves import samples, waves


@st.composite
def lines(draw):
    size = 2 * draw(st.integers(1, 40))
    return size, draw(st.integers(1, size // 2)), np.random.default_rng(draw(st.integers(0, 2**32 - 1)))


def tables(size, orders):
    angles = 2 * np.pi * np.outer(np.arange(orders), np.arange(size)) / size
    return np.cos(angles), np.sin(angles)


@given(lines())
def test_folded_sums_are_the_sums_as_they_are_defined(line):
    size, orders, rng = line
    x = rng.normal(size=(size, 3))
    cosines, sines = waves([*x], orders)
    assert [*cosines] == list(range(orders))
    assert [*sines] == list(range(1, orders))
    for found, table in zip((cosines, sines), tables(size, orders), strict=True):
        for m, one in found.items():
            np.testing.assert_allclose(one, table[m] @ x, atol=1e-12)


@given(lines())
def test_samples_are_sums_over_waves(line):
    size, orders, rng = line
    c, s = rng.normal(size=(2, orders, 3))
    cosine, sine = tables(size, orders)
    found = samples(dict(enumerate(c)), {m: s[m] for m in range(1, orders)}, size)
    np.testing.assert_allclose(found, cosine.T @ c + sine.T @ s, atol=1e-12)


class Counted:
    """A number that counts how often it is multiplied."""

    products = 0

    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Counted(self.value + other.value)

    def __sub__(self, other):
        return Counted(self.value - other.value)

    def __mul__(self, factor):
        Counted.products += 1
        return Counted(self.value * factor)


@pytest.mark.parametrize(("size", "orders"), [(20, 6), (12, 6), (48, 24)])
def test_two_folds_leave_a_quarter_of_the_products(size, orders):
    Counted.products = 0
    waves([Counted(float(k)) for k in range(size)], orders)
    assert Counted.products <= (2 * orders - 1) * size / 4
