"""How the time of spherical transforms grows with the bandwidth."""

import numpy as np
import pytest

from svertka.claims.spherical_cost import OPERATIONS, direct, exponent, found, milliseconds
from svertka.geometry import rotation_grid, rotation_matrix
from svertka.reference import so3_analyse, so3_synthesise


@pytest.mark.parametrize("power", [2, 3, 6])
def test_the_power_of_a_pure_power_is_found(power):
    bandwidths = [2, 4, 8, 16]
    assert exponent(bandwidths, [5 * b**power for b in bandwidths]) == pytest.approx(power)


def test_what_calling_costs_does_not_count():
    bandwidths = [1, 2, 32, 64]
    assert exponent(bandwidths, [1000, 1000, 32**4, 64**4]) == pytest.approx(4)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_can_be_timed(name):
    assert milliseconds(OPERATIONS[name].made(2)) > 0


def test_the_direct_sums_are_those_of_the_oracle():
    """`exp tr Q` has next to nothing above the bandwidth 8, so what its samples say is what its formula says."""
    b = 8
    beta, alpha, gamma = rotation_grid(b)
    filter_ = np.exp(np.trace(rotation_matrix(alpha[:, None], beta[:, None, None], gamma), axis1=-2, axis2=-1))
    signal = np.random.default_rng(0).normal(size=filter_.shape)
    spectra = [x @ y.conj().swapaxes(-1, -2) for x, y in zip(so3_analyse(signal), so3_analyse(filter_), strict=True)]
    np.testing.assert_allclose(direct(b)().reshape(filter_.shape), so3_synthesise(spectra).real, atol=1e-5)


def test_the_table_has_known_costs_beside_fitted_ones_and_the_times():
    times = {name: ([4, 8], [1.0, 2.0**power]) for name, power in zip(OPERATIONS, (6, 4, 3), strict=True)}
    result = found(times)
    assert result.columns == ("operation", "known cost", "fitted power of b", "b = 4, ms", "b = 8, ms")
    assert [row[1] for row in result.rows] == ["b⁶", "b⁴", "b³"]
    assert [row[2] for row in result.rows] == pytest.approx([6, 4, 3])
    assert [row[3:] for row in result.rows] == [(1.0, 64.0), (1.0, 16.0), (1.0, 8.0)]
    named = [text.get_text() for text in result.picture.axes[0].texts]
    assert named == ["O(b⁶)", "O(b⁴)", "O(b³ log² b)"]
