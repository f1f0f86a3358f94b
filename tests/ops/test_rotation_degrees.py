import numpy as np
import pytest
import torch

pytest.importorskip("llvmlite")

from svertka.ops.rotation_degrees import from_rings, rotation_blocks, to_rings
from svertka.ops.rotation_tables import block_entries, row_of


def dense(b, degrees):
    """All there is between coefficients and waves as one matrix, entry by entry."""
    matrix = np.zeros((degrees * (4 * degrees**2 - 1) // 3, degrees, degrees, 2, 4 * b))
    for l, entries in enumerate(block_entries(b, degrees, torch.float64)):
        for n, m, q, s in np.ndindex(l + 1, l + 1, 2, 2):
            if (m or q == s) and (n or not s):
                row = row_of(np.array(l), m if q == s else -m, -n if s else n)
                matrix[row, n, m, q] = entries[n, m, q, s].flatten()
    return matrix.reshape(len(matrix), 2 * degrees**2, 4 * b)


SIZES = [(1, 1, 8), (4, 4, 11), (5, 3, 37), (10, 6, 16), (12, 12, 130)]


@pytest.mark.parametrize(("b", "degrees", "columns"), SIZES)
def test_coefficients_are_sums_over_rings(b, degrees, columns):
    waves = torch.randn(degrees, 2 * degrees, 2, 2 * b, columns, dtype=torch.float64)
    wanted = np.einsum("pik,ikc->pc", dense(b, degrees), waves.reshape(2 * degrees**2, 4 * b, columns), optimize=True)
    np.testing.assert_allclose(from_rings(waves, b, degrees), wanted, atol=1e-12)


@pytest.mark.parametrize(("b", "degrees", "columns"), SIZES)
def test_waves_are_sums_over_degrees(b, degrees, columns):
    spectrum = torch.randn(degrees * (4 * degrees**2 - 1) // 3, columns, dtype=torch.float64)
    waves = torch.full((degrees, 2 * degrees, 2, 2 * b, columns), float("nan"), dtype=torch.float64)
    to_rings(spectrum, b, degrees, waves)
    wanted = np.einsum("pik,pc->ikc", dense(b, degrees), spectrum, optimize=True)
    np.testing.assert_allclose(waves.reshape(wanted.shape), wanted, atol=1e-12)


def test_every_coefficient_has_one_row():
    blocks = rotation_blocks(6, 5, torch.float32)
    assert sorted(blocks.places.tolist()) == list(range(165))
    assert blocks.starts[0] == 0
    assert blocks.starts[-1] == 165
    assert (blocks.starts.diff() >= 0).all()
