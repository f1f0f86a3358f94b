import numpy as np
import pytest
import torch
from torch import nn

import svertka
from svertka.inference.thinning import check_drops, droppers, thinned

LAYERS = [nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout]
SHAPES = {nn.Dropout1d: (8, 9), nn.Dropout2d: (8, 3, 3), nn.Dropout3d: (8, 2, 2, 2), nn.FeatureAlphaDropout: (8, 3, 3)}


def asked(network, x, seed=0, sample=0):
    with thinned(network, seed, sample), torch.inference_mode():
        return network(x)


@pytest.mark.parametrize("kind", LAYERS)
def test_the_same_is_dropped_of_every_image_however_they_are_batched(kind):
    layer, x = kind(0.5).eval(), torch.ones(5, *SHAPES.get(kind, (20,)))
    whole = asked(layer, x)
    assert len(whole.unique()) == 2
    assert torch.equal(whole, whole[:1].expand_as(whole))
    assert torch.equal(asked(layer, x[:1]), whole[:1])


def test_seeds_samples_and_layers_drop_different_places():
    network, x = nn.Sequential(nn.Dropout(0.5)).eval(), torch.ones(1, 1000)
    once = asked(network, x)
    assert torch.equal(once, asked(network, x))
    assert not torch.equal(once, asked(network, x, seed=1))
    assert not torch.equal(once, asked(network, x, sample=1))
    both = asked(nn.Sequential(nn.Dropout(0.5), nn.Dropout(0.5)).eval(), x)
    assert (both > 0).float().mean() == pytest.approx(0.25, abs=0.05)


def test_the_mean_over_many_samples_is_that_of_the_whole_network():
    """A linear layer behind dropout: E[W (b x / (1 - p))] = W x, and the variance is p / (1 - p) sum (w x)^2."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Dropout(0.3), nn.Linear(12, 4)).double().eval()
    x = torch.randn(3, 12, dtype=torch.float64)
    samples, count = torch.stack([asked(network, x, sample=sample) for sample in range(1500)]), 1500
    weight = network[1].weight.detach()
    variance = 0.3 / 0.7 * torch.einsum("oi,ni->no", weight**2, x**2)
    error = (variance / count).sqrt()
    assert ((samples.mean(0) - network(x)).abs() < 4.5 * error).all()
    torch.testing.assert_close(samples.var(0), variance, rtol=0.2, atol=0)


def test_only_dropout_is_on():
    """Normalisation goes on as in use, and keeps what it has learned."""
    network = nn.Sequential(nn.BatchNorm1d(6), nn.Dropout(0.5)).eval()
    network[0].running_mean += 3
    before = {name: value.clone() for name, value in network.state_dict().items()}
    x = torch.randn(7, 6)
    found = asked(network, x)
    there = found != 0
    torch.testing.assert_close(found[there], 2 * network(x)[there])
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert not any(layer.training for layer in network.modules())


def test_afterwards_the_network_is_whole_again_and_random_numbers_are_where_they_were():
    network, x = svertka.build("squeezenet1_1", classes=3).eval(), torch.randn(2, 3, 64, 64)
    whole = network(x)
    state = torch.get_rng_state()
    assert not torch.equal(asked(network, x), whole)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(network(x), whole)


def test_dropout_that_drops_nothing_does_not_count():
    assert droppers(nn.Sequential(nn.Dropout(0), nn.Linear(2, 2))) == []
    with pytest.raises(
        svertka.SettingError, match="--dropout-samples is for networks with dropout, and resnet20 has none"
    ):
        check_drops(svertka.build("resnet20"), "resnet20")
    assert np.all([layer.p > 0 for layer in droppers(svertka.build("alexnet"))])
