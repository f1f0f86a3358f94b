import numpy as np
import pytest
import torch
from torch import nn

from joining import assert_joins, image, joined, whole_of
from svertka import ShapeError
from svertka.inference.tiles import recorded
from svertka.inference.tiles.sliding import Line


def test_a_line_reaches_what_lies_under_the_kernel():
    """Against a loop over the kernel's samples."""
    line = Line(size=20, kernel=3, stride=2, before=1, dilation=4)
    under = [place * 2 - 1 + 4 * tap for place in range(3, 6) for tap in range(3)]
    assert line.reach((3, 6)) == (min(under), max(under) + 1)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("tile", [1, 2, 5, 100])
@pytest.mark.parametrize("padding", [0, 2, 6, "same", "valid"])
@pytest.mark.parametrize("dilation", [1, 3])
def test_convolutions_join_at_any_tile(tile, padding, dilation):
    assert_joins(nn.Conv1d(2, 3, 4, padding=padding, dilation=dilation).double(), image(2, 17), tile)


def test_a_tiled_convolution_is_the_sum_over_its_window():
    layer = nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 2)).double()
    x = image(2, 11, 9)
    weight, bias = (value.detach().numpy() for value in layer.parameters())
    padded = np.pad(x.numpy(), ((0, 0), (1, 1), (2, 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 2), axis=(1, 2))[:, ::2]
    expected = np.einsum("chwij,ocij->ohw", windows, weight) + bias[:, None, None]
    np.testing.assert_allclose(joined(layer, x, 3).numpy(), expected, atol=1e-13)


@pytest.mark.parametrize("ceil", [False, True])
@pytest.mark.parametrize("size", [7, 8, 9, 10])
@pytest.mark.parametrize("kind", ["max", "mean", "mean without padding", "sum"])
def test_poolings_join_in_ceil_mode_too(kind, size, ceil):
    pools = {
        "max": nn.MaxPool2d(3, 2, 1, ceil_mode=ceil),
        "mean": nn.AvgPool2d(3, 2, 1, ceil_mode=ceil),
        "mean without padding": nn.AvgPool2d(3, 2, 1, ceil_mode=ceil, count_include_pad=False),
        "sum": nn.AvgPool2d(3, 2, 1, ceil_mode=ceil, divisor_override=1),
    }
    x = image(2, size, size + 1)
    for tile in (1, 2, 3):
        torch.testing.assert_close(joined(pools[kind], x, tile), whole_of(pools[kind], x), rtol=0, atol=0)


def test_poolings_of_lines_and_volumes_have_the_same_bits():
    for layer, x in (
        (nn.AvgPool1d(3, 2, 1, ceil_mode=True, count_include_pad=False), image(2, 20)),
        (nn.AvgPool3d(3, 2, 1, ceil_mode=True), image(2, 8, 7, 6)),
        (nn.MaxPool3d(2, 2, 1, ceil_mode=True), image(2, 8, 7, 6)),
    ):
        assert torch.equal(joined(layer, x, 2), whole_of(layer, x))


def test_pooling_that_counts_places_is_refused():
    class Where(nn.Module):
        def forward(self, x):
            return nn.functional.max_pool2d(x, 2, return_indices=True)[1]

    with pytest.raises(ShapeError, match="max_pool2d_with_indices looks at the whole"):
        recorded(Where(), 1, (8, 8))
