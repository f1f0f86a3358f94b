import pytest
import torch
from torch import fx, nn

import svertka
from svertka.inference.known import LAYERS, POINTWISE


@pytest.mark.parametrize("function", LAYERS, ids=lambda function: function.__name__)
def test_a_layer_does_what_its_function_does(function, rng):
    names, layer = LAYERS[function]
    rank = int(function.__name__[-2]) if function.__name__.endswith("d") else 1
    given = {"dim": 1} if "dim" in names else {"output_size": 2} if "output_size" in names else {"kernel_size": 2}
    x = torch.from_numpy(rng.standard_normal((2, 3, *[8] * rank)))
    torch.testing.assert_close(layer(**given)(x), function(x, *given.values()))


@pytest.mark.parametrize("function", sorted(POINTWISE, key=str), ids=lambda each: getattr(each, "__name__", each))
def test_what_is_done_place_by_place_may_be_done_to_any_part(function, rng):
    """And is followed in a network as that."""

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(1, 2, 3)

        def forward(self, x):
            more = {"max": 1.0} if "clamp" in str(function) else {}
            x = self.conv(x)
            x = getattr(x, function)(**more) if isinstance(function, str) else function(x, **more)
            return x.clone()

    network = Network().double().eval()
    assert any(node.target == function for node in fx.symbolic_trace(network).graph.nodes)
    x = torch.from_numpy(rng.random((1, 1, 7)))
    found = svertka.inference.dense(network, 3)(x)
    torch.testing.assert_close(found, network(x), equal_nan=True)
