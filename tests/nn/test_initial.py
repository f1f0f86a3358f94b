import pytest
import torch
from torch import nn

from svertka.nn import LINE, PLANE, VOLUME
from svertka.nn.initial import glorot, he, tent, unfilled

EACH = pytest.mark.parametrize("space", [LINE, PLANE, VOLUME], ids=str)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@EACH
def test_hes_weights_have_the_variance_of_equation_14(space):
    conv = space.conv(16, 64, 3)
    he(conv)
    fan_out = 64 * 3**space.rank
    assert conv.weight.mean().item() == pytest.approx(0, abs=0.1 * fan_out**-0.5)
    assert conv.weight.var().item() == pytest.approx(2 / fan_out, rel=0.1)
    assert not conv.bias.any()


def surviving(network):
    """The norm of the gradient at the bottom for one of norm 1 at the top."""
    images = torch.randn(4, 32, 8, 8, requires_grad=True)
    down = torch.randn(4, 32, 8, 8)
    network(images).backward(down / down.norm())
    return images.grad.norm().item()


def test_hes_weights_keep_gradients_alive_through_forty_rectified_layers():
    layers = [layer for _ in range(40) for layer in (nn.Conv2d(32, 32, 3, padding=1, bias=False), nn.ReLU())]
    network = nn.Sequential(*layers)
    own = surviving(network)
    he(network)
    assert surviving(network) > 1e-3  # not 1, for borders leak
    assert own < 1e-12


@EACH
def test_glorots_weights_are_uniform_within_the_bound_of_equation_16(space):
    conv = space.conv(8, 24, 3)
    glorot(conv)
    bound = (6 / ((8 + 24) * 3**space.rank)) ** 0.5
    assert conv.weight.abs().max().item() == pytest.approx(bound, rel=0.05)
    assert conv.weight.abs().max().item() <= bound
    assert conv.weight.var().item() == pytest.approx(bound**2 / 3, rel=0.15)
    assert not conv.bias.any()


def test_linear_layers_are_glorots_but_not_hes():
    linear = nn.Linear(30, 20)
    before = linear.weight.detach().clone()
    he(linear)
    torch.testing.assert_close(linear.weight.detach(), before, rtol=0, atol=0)
    glorot(linear)
    assert linear.weight.abs().max().item() <= (6 / 50) ** 0.5
    assert not linear.bias.any()


def test_layers_that_are_drawn_afterwards_are_not_drawn_twice(monkeypatch):
    """What is skipped while they are made is exactly torch's own start; afterwards it is back."""
    drawn = []
    monkeypatch.setattr(torch.Tensor, "uniform_", lambda self, *args, **kwargs: drawn.append(self) or self)
    with unfilled():
        nn.Conv2d(2, 3, 3)
        nn.Linear(4, 5)
    assert drawn == []
    nn.Linear(4, 5)
    assert len(drawn) == 2


@pytest.mark.parametrize(("factor", "weights"), [(1, [1]), (2, [0.25, 0.75, 0.75, 0.25]), (4, None)])
def test_a_tent_interpolates(factor, weights):
    found = tent(factor)
    assert found.sum().item() == pytest.approx(factor)
    assert torch.equal(found, found.flip(0))
    assert weights is None or found.tolist() == weights
