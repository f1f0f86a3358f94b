from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from svertka import build
from svertka.measure.memory import held, learning, predicting
from svertka.nn import LINE

SIZE = 1000
FLOAT = 4


def chain(*widths):
    layers = [LINE.conv(one, two, 1, bias=False) for one, two in pairwise(widths)]
    return nn.Sequential(*layers)


def test_a_prediction_holds_two_neighbouring_layers_at_once():
    network = chain(1, 4, 16, 2)
    weights = FLOAT * (4 + 64 + 32)
    assert predicting(network, 1, [SIZE]) == weights + FLOAT * SIZE * 1 + FLOAT * SIZE * (4 + 16)


def test_a_rectifier_in_place_holds_nothing_of_its_own():
    plain, inplace = (nn.Sequential(LINE.conv(1, 8, 1), nn.ReLU(inplace=where)) for where in (False, True))
    assert predicting(plain, 1, [SIZE]) - predicting(inplace, 1, [SIZE]) == FLOAT * SIZE * 8


def test_training_keeps_every_input_of_a_convolution():
    """Weights, gradients and momenta; then what was put out, each layer's and the gradient that runs back."""
    network = chain(1, 8, 8, 8, 8)
    weights = FLOAT * (8 + 3 * 64)
    found = learning(network, 1, [SIZE])
    outputs = FLOAT * SIZE * 8 * 4
    assert found >= 3 * weights + FLOAT * SIZE + outputs
    assert found <= 3 * weights + FLOAT * SIZE + outputs + 3 * FLOAT * SIZE * 8


@pytest.mark.parametrize("name", ["resnet20", "squeezenet1_1"])
def test_predictions_take_what_the_profiler_sees(name):
    """The allocator's peak on a real machine, less the scratch memory of the convolutions' own library."""
    torch.manual_seed(0)
    network = build(name).eval()
    channels, size = 3, 64
    image = torch.rand(1, channels, size, size)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen, torch.inference_mode():
        network(image)
    now = peak = 0
    for event in seen.profiler.kineto_results.events():
        if event.name() == "[memory]":
            now += event.nbytes()
            peak = max(peak, now)
    found = predicting(network, channels, (size, size)) - held(network) - image.nbytes
    assert found <= peak * 1.01
    assert found >= peak * 0.5


def test_densenet_that_computes_again_keeps_far_less():
    with torch.device("meta"):
        plain, saving = (build("densenet121", saving=saving) for saving in (False, True))
    without = 3 * held(plain)
    kept, spared = (learning(network, 3, (224, 224)) - without for network in (plain, saving))
    assert spared <= 0.6 * kept
