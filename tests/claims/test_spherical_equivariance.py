"""Whether layers on SO(3) turn with their input."""

import pytest
import torch
from torch import nn

from svertka.claims.spherical_equivariance import FINER, KINDS, RELU, Extent, compared, error, stacked

TINY = Extent(bandwidths=(3, 4), depths=(1, 2), bandwidth=4, depth=2, channels=2, pairs=2)


@pytest.fixture(scope="module")
def found():
    return compared(TINY, seed=0)


def errors(found, between):
    return {(row[1], row[2]): row[3] for row in found.rows if row[0] == between}


def test_every_network_is_tried_once(found):
    assert set(errors(found, RELU)) == {(3, 2), (4, 1), (4, 2)}
    assert len(found.rows) == 3 * len(KINDS)


def test_correlations_alone_turn_with_their_input_up_to_rounding(found):
    assert all(error < 1e-6 for error in errors(found, "nothing").values())
    assert all(error < 1e-12 for error in errors(found, "nothing, float64").values())


def test_relu_does_not_and_a_finer_grid_helps(found):
    for size in ((3, 2), (4, 2)):
        assert 0.03 < errors(found, RELU)[size] < 0.5
        assert errors(found, FINER)[size] < errors(found, RELU)[size] / 2
    assert "times smaller" in found.remarks[-1]


def test_the_picture_has_both_panels_with_every_kind(found):
    assert [len(axes.get_lines()) for axes in found.picture.axes] == [len(KINDS)] * 2


def test_the_error_of_what_does_not_turn_is_large():
    torch.manual_seed(0)
    mask = torch.rand(1, 1, 8, 8, 8, dtype=torch.float64)

    class Masked(nn.Module):
        def forward(self, x):
            return x * mask

    x = stacked(KINDS["nothing, float64"], 4, 1, 1).double()(torch.randn(1, 1, 8, 8, 8, dtype=torch.float64)).detach()
    assert error(Masked(), x, (0.4, 1.1, -2.0)) > 0.3


def test_the_same_seed_gives_the_same_errors(found):
    again = compared(TINY, seed=0)
    assert errors(again, RELU) == pytest.approx(errors(found, RELU), rel=1e-4)
