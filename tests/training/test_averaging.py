import copy

import numpy as np
import pytest
import torch
from torch import nn

from svertka.training.averaging import averaged


def walk(network, steps):
    """The network's weights after each of some random steps."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(steps):
        with torch.no_grad():
            for value in network.parameters():
                value += torch.randn(value.shape, generator=generator)
        yield torch.cat([value.detach().flatten() for value in network.parameters()]).double().numpy()


@pytest.mark.parametrize("decay", [0.3, 0.9, 0.999])
def test_it_is_the_formula(decay):
    network = nn.Linear(3, 2)
    average, expected = averaged(network, decay), None
    for number, weights in enumerate(walk(network, 30)):
        average.update_parameters(network)
        share = min(decay, (1 + number) / (10 + number))
        expected = weights if expected is None else share * expected + (1 - share) * weights
    found = torch.cat([value.detach().flatten() for value in average.module.parameters()])
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5, atol=1e-5)


def test_running_statistics_are_averaged_and_counts_are_taken_over():
    network = nn.Sequential(nn.BatchNorm1d(2))
    average = averaged(network, 0.5)
    for value in (10.0, 20.0, 30.0):
        network[0].running_mean.fill_(value)
        network[0].num_batches_tracked.fill_(int(value))
        average.update_parameters(network)
    first, second, third = 10.0, 20.0, 30.0
    after_two = 2 / 11 * first + 9 / 11 * second
    assert average.module[0].running_mean[0].item() == pytest.approx(3 / 12 * after_two + 9 / 12 * third)
    assert average.module[0].num_batches_tracked.item() == 30


def test_the_network_itself_is_not_touched():
    network = nn.Linear(3, 2)
    average = averaged(network, 0.9)
    for _ in walk(network, 3):
        before = copy.deepcopy(network.state_dict())
        average.update_parameters(network)
        for name, value in network.state_dict().items():
            torch.testing.assert_close(value, before[name], rtol=0, atol=0)
