import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from joining import assert_joins, image, joined
from svertka.inference.tiles.spreading import Spread


@given(
    st.integers(1, 9), st.integers(1, 5), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3), st.integers(0, 20)
)
def test_all_samples_are_read_that_reach_a_place(size, kernel, stride, padding, dilation, low):
    line = Spread(size, kernel, stride, padding, dilation)
    first, stop = line.sources((low, low + 3))
    reached = {
        source
        for source in range(size)
        for tap in range(kernel)
        if low <= source * stride - padding + tap * dilation < low + 3
    }
    assert reached <= set(range(first, stop))
    assert 0 <= first < stop <= size


@pytest.mark.parametrize("tile", [1, 3, 8, 100])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "more", "dilation"),
    [(4, 2, 1, 0, 1), (3, 2, 1, 1, 1), (2, 4, 0, 3, 1), (5, 3, 2, 2, 2), (1, 3, 0, 2, 1), (4, 1, 3, 0, 1)],
)
def test_transposed_convolutions_join(tile, kernel, stride, padding, more, dilation):
    layer = nn.ConvTranspose1d(2, 3, kernel, stride, padding, more, dilation=dilation)
    assert_joins(layer.double(), image(2, 9), tile)


def test_every_sample_spreads_the_kernel():
    layer = nn.ConvTranspose1d(1, 1, 3, 2).double()
    x = image(1, 6)
    weight, bias = layer.weight.detach().numpy()[0, 0], layer.bias.item()
    expected = np.full(13, bias)
    for place, value in enumerate(x[0].tolist()):
        expected[2 * place : 2 * place + 3] += value * weight
    np.testing.assert_allclose(joined(layer, x, 4)[0].numpy(), expected, atol=1e-14)
