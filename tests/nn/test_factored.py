"""The structure of factored networks."""

import pytest
import torch
from torch import nn

from svertka.errors import ShapeError
from svertka.measure import count
from svertka.nn.factored import Factor, found, pair_for, refactored, why_not


def shown(layer):
    return [(part.kernel_size, part.stride, part.padding, part.dilation, part.groups) for part in layer]


def test_a_spatial_pair_shares_the_window_out():
    layer = nn.Conv2d(8, 16, (3, 5), stride=(2, 3), padding=(1, 2), dilation=(1, 2), padding_mode="reflect")
    two = pair_for(layer, Factor("spatial", 4))
    assert shown(two) == [((3, 1), (2, 1), (1, 0), (1, 1), 1), ((1, 5), (1, 3), (0, 2), (1, 2), 1)]
    assert [part.bias is not None for part in two] == [False, True]
    assert {part.padding_mode for part in two} == {"reflect"}


def test_a_depthwise_pair_costs_what_the_formula_says():
    # 1 / C_out + 1 / K² of the multiply-adds; Howard et al., arXiv:1704.04861, section 3.1.
    layer = nn.Conv2d(32, 64, 3, padding=1, bias=False)
    two = pair_for(layer, Factor("depthwise", 1))
    before, after = (count(network.eval(), 32, (14, 14)).macs for network in (layer, two))
    assert after / before == pytest.approx(1 / 64 + 1 / 9, rel=1e-15)


def test_padding_in_words_stays():
    two = pair_for(nn.Conv3d(2, 3, (1, 3, 5), padding="same"), Factor("spatial", 2))
    assert two(torch.zeros(1, 2, 4, 6, 7)).shape == (1, 3, 4, 6, 7)
    assert [part.kernel_size for part in two] == [(1, 3, 1), (1, 1, 5)]


def test_layers_are_put_in_place_by_their_names_one_after_another():
    network = nn.Sequential(nn.Conv3d(2, 4, 3, padding=1), nn.Flatten(), nn.Linear(4 * 64, 5))
    factors = {"0": Factor("spatial", 3), "0.1": Factor("spatial", 2), "2": Factor("bottleneck", 2)}
    refactored(network, factors)
    assert [found(network, name).kernel_size for name in ("0.0", "0.1.0", "0.1.1")] == [(3, 1, 1), (1, 3, 1), (1, 1, 3)]
    assert network(torch.zeros(1, 2, 4, 4, 4)).shape == (1, 5)


@pytest.mark.parametrize(
    ("layer", "kind", "words"),
    [
        (nn.ConvTranspose2d(3, 3, 3), "spatial", "a transposed convolution is left as it is"),
        (nn.Conv1d(3, 3, 3), "spatial", "a kernel of 3 has no two axes to be split"),
        (nn.Conv2d(4, 4, 3, groups=4), "depthwise", "each kernel has one channel: it is depthwise already"),
        (nn.Linear(3, 3), "spatial", "a linear layer has no kernel"),
        (nn.BatchNorm2d(3), "bottleneck", "BatchNorm2d is neither a convolution nor a linear layer"),
        (nn.Conv2d(3, 3, 1), "bottleneck", ""),
    ],
)
def test_why_a_layer_has_no_pair(layer, kind, words):
    assert why_not(layer, kind) == words


def test_a_layer_that_is_not_there_is_named():
    with pytest.raises(ShapeError, match=r"the network has no layer stem\.7"):
        refactored(nn.Sequential(nn.Linear(2, 2)), {"stem.7": Factor("bottleneck", 1)})
    with pytest.raises(ShapeError, match="no spatial pair: a linear layer has no kernel"):
        pair_for(nn.Linear(2, 2), Factor("spatial", 1))
