"""Factored networks: equal at full rank, near otherwise, cheaper as said."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

import svertka
from svertka.factoring import factored
from svertka.factoring.networks import paired
from svertka.nn import LINE, PLANE, SPACES, VOLUME, Factor, refactored
from svertka.nn.factored import why_not
from svertka.ops.pairs import highest

SIZES = {"line": (9,), "plane": (9, 8), "volume": (6, 7, 5)}
CASES = [
    (kind, space)
    for kind in ("spatial", "depthwise", "bottleneck")
    for space in (LINE, PLANE, VOLUME)
    if (kind, space) != ("spatial", LINE)
]


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize(("kind", "space"), CASES)
def test_at_the_highest_rank_the_answers_are_the_same(kind, space, dtype, tolerance):
    torch.manual_seed(0)
    layer = space.conv(4, 6, 3, stride=2, padding=1, padding_mode="reflect", groups=2, dtype=dtype)
    two, error = paired(layer, Factor(kind, highest(layer.weight, kind, 2)))
    x = torch.randn(2, 4, *SIZES[space.name], dtype=dtype)
    assert error == 0
    torch.testing.assert_close(two(x), layer(x), rtol=0, atol=tolerance)


@pytest.mark.parametrize("kind", ["depthwise", "bottleneck"])
@pytest.mark.parametrize("space", SPACES.values(), ids=repr)
def test_a_network_whose_every_layer_has_its_highest_rank_answers_the_same(kind, space):
    torch.manual_seed(0)
    network = svertka.build("resnet20", channels=1, space=space).eval().double()
    x = torch.randn(2, 1, *SIZES[space.name], dtype=torch.float64)
    before = network(x)
    for name, layer in list(network.named_modules()):
        if isinstance(layer, (space.conv, nn.Linear)) and not why_not(layer, kind):
            two, _ = paired(layer, Factor(kind, highest(layer.weight, kind)))
            network.set_submodule(name, two)
    torch.testing.assert_close(network(x), before, rtol=0, atol=1e-12)


def test_mobilenets_form_costs_what_the_formula_says():
    # Rank 1 of a K×K layer to C channels: 1/C + 1/K² of its multiply-adds (Howard et al., arXiv:1704.04861).
    network = svertka.build("resnet20", channels=3).eval()
    made = factored(network, 3, (16, 16), kind="depthwise", rank=1)
    assert len(made.layers) == 18
    for each in made.layers:
        channels = network.get_submodule(each.name).out_channels
        assert each.macs_after / each.macs_before == pytest.approx(1 / channels + 1 / 9, rel=1e-12)
    saved = sum(each.macs_before - each.macs_after for each in made.layers)
    assert made.after.macs == made.before.macs - saved


def test_the_error_said_is_that_of_the_layer_as_a_linear_map():
    torch.manual_seed(0)
    layer = nn.Conv2d(3, 5, 3, bias=False, dtype=torch.float64)
    two, error = paired(layer, Factor("spatial", 4))
    # A single pixel in the middle is turned into all weights of its channel.
    dots = torch.zeros(3, 3, 5, 5, dtype=torch.float64)
    dots[range(3), range(3), 2, 2] = 1
    lost = (two(dots) - layer(dots)).norm() / layer(dots).norm()
    assert error == pytest.approx(float(lost.detach()), rel=1e-12)


def test_the_given_network_is_left_alone_and_the_rest_of_it_is_kept():
    network = svertka.build("resnet20", channels=1).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    made = factored(network, 1, (16, 16), share=0.3)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    kept = made.network.state_dict()
    assert all(torch.equal(value, kept[name]) for name, value in before.items() if name in kept)
    norms = [name for name, layer in network.named_modules() if isinstance(layer, nn.BatchNorm2d)]
    assert norms == [name for name, layer in made.network.named_modules() if isinstance(layer, nn.BatchNorm2d)]


def test_the_structure_can_be_built_again_from_the_factors():
    network = svertka.build("resnet20", channels=1).eval()
    made = factored(network, 1, (16, 16), kind="auto")
    again = refactored(svertka.build("resnet20", channels=1), made.factors).eval()
    again.load_state_dict(made.network.state_dict())
    x = torch.randn(2, 1, 16, 16)
    assert torch.equal(again(x), made.network(x))


def test_a_factored_network_exports(tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    network = factored(svertka.build("lenet5").eval(), 1, (32, 32), rank=3).network
    x = torch.randn(1, 1, 32, 32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own, about its own future
        torch.onnx.export(network, (x,), tmp_path / "net.onnx", dynamo=True, verbose=False)
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
    (scores,) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    np.testing.assert_allclose(scores, network(x).detach().numpy(), atol=1e-5)


def test_auxiliary_heads_stay():
    network = svertka.build("googlenet", classes=4).train()
    made = factored(network, 3, (64, 64), rank=4)
    assert not any(each.name.startswith("sides") for each in made.layers)
    assert made.network.training
