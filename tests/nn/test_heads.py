import pytest
import torch
from torch import nn

from svertka.nn import LINE, PLANE, VOLUME, Sided, classifier


@pytest.mark.parametrize("space", [LINE, PLANE, VOLUME], ids=str)
@pytest.mark.parametrize("size", [1, 2, 5])
def test_scores_are_linear_in_the_mean_over_all_places(space, size):
    features = torch.randn(3, 4, *[size] * space.rank).double()
    head = classifier(space, 4, 7).double()
    weight, bias = head.state_dict().values()
    torch.testing.assert_close(head(features), features.flatten(2).mean(-1) @ weight.T + bias)


def test_classifiers_on_the_way_see_what_their_block_puts_out():
    network = Sided()
    network.stem, network.head = nn.Linear(2, 3), nn.Linear(5, 6)
    network.body = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 5))
    network.sides = nn.ModuleDict({"0": nn.Linear(4, 6)})
    x = torch.randn(7, 2)
    first = network.body[0](network.stem(x))
    main, side = network.heads(x)
    torch.testing.assert_close(side, network.sides["0"](first))
    torch.testing.assert_close(main, network.head(network.body[1](first)))
    torch.testing.assert_close(main, network(x))
