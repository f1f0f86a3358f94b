"""Batch normalisation on SO(3): torch's own, in another order of memory."""

import pytest
import torch
from torch import nn

from svertka.nn import RotationConv, RotationNorm


@pytest.fixture
def signals():
    """As a layer gives them, with channels innermost."""
    torch.manual_seed(0)
    return RotationConv(2, 5, 4, 3)(torch.randn(6, 2, 8, 8, 8)).detach()


@pytest.mark.parametrize("contiguous", [False, True])
def test_outputs_statistics_and_gradients_are_those_of_torch(signals, contiguous):
    x = signals.contiguous() if contiguous else signals
    ours, theirs = RotationNorm(5), nn.BatchNorm3d(5)
    theirs.weight.data = ours.weight.data = torch.rand(5)
    mine, their = x.clone().requires_grad_(), x.detach().clone(memory_format=torch.contiguous_format).requires_grad_()
    found, wanted = ours(mine), theirs(their)
    torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(dict(ours.named_buffers()), dict(theirs.named_buffers()))
    weights = torch.randn_like(found)
    torch.testing.assert_close(
        torch.autograd.grad((found * weights).sum(), [mine, ours.weight, ours.bias]),
        torch.autograd.grad((wanted * weights).sum(), [their, theirs.weight, theirs.bias]),
        rtol=1e-4, atol=1e-5,
    )  # fmt: skip
    torch.testing.assert_close(ours.eval()(mine), theirs.eval()(their))


def test_channels_stay_innermost(signals):
    assert RotationNorm(5)(signals).stride() == signals.stride()
    assert signals.stride(1) == 1


def test_a_checkpoint_of_torch_fits():
    assert RotationNorm(3).state_dict().keys() == nn.BatchNorm3d(3).state_dict().keys()
