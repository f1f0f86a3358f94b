import numpy as np
import pytest
import torch
from torch import nn

from reference.convolution import correlate
from svertka.nn import (
    LINE,
    PLANE,
    VOLUME,
    PaddedIdentity,
    Residual,
    bilinear,
    conv_norm,
    conv_norm_act,
    cropped,
    padded_to,
)

EACH = pytest.mark.parametrize("space", [LINE, PLANE, VOLUME], ids=str)


def images(space, channels=3, size=6):
    return torch.randn(2, channels, *[size] * space.rank, generator=torch.Generator().manual_seed(0)).double()


@EACH
@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (3, 2), (7, 2)])
def test_a_convolution_is_normed_by_running_statistics(space, kernel, stride):
    block = conv_norm(space, 3, 5, kernel, stride=stride).double().eval()
    mean, variance = torch.randn(5).double(), torch.rand(5).double() + 0.5
    block[1].running_mean.copy_(mean)
    block[1].running_var.copy_(variance)
    plain = correlate(images(space).numpy(), block[0].weight.detach().numpy(), stride=stride, padding=kernel // 2)
    shape = (1, 5, *[1] * space.rank)
    expected = (plain - mean.reshape(shape).numpy()) / np.sqrt(variance.reshape(shape).numpy() + block[1].eps)
    np.testing.assert_allclose(block(images(space)).detach().numpy(), expected, atol=1e-12)
    assert expected.shape[2:] == (-(-6 // stride),) * space.rank


@EACH
def test_a_rectifier_follows(space):
    block = conv_norm_act(space, 3, 4, 3, groups=1).double()
    torch.testing.assert_close(block(images(space)), block[:2](images(space)).clamp(min=0))


def test_groups_share_the_channels_out():
    assert conv_norm(PLANE, 8, 8, 3, groups=4)[0].weight.shape == (8, 2, 3, 3)


@EACH
def test_a_residual_adds_and_rectifies(space):
    branch, shortcut = space.conv(3, 3, 1).double(), space.conv(3, 3, 1).double()
    x = images(space)
    torch.testing.assert_close(Residual(branch, shortcut)(x), (branch(x) + shortcut(x)).clamp(min=0))
    before = x.clone()
    Residual(branch, nn.Identity())(x)
    torch.testing.assert_close(x, before, rtol=0, atol=0)  # the rectifier in place does not touch what came in


@EACH
def test_the_shortcut_without_parameters_takes_every_other_sample_and_adds_zeros(space):
    x = images(space, size=5)
    found = PaddedIdentity(space, 3, 7, 2)(x)
    every_other = x[(..., *[slice(None, None, 2)] * space.rank)]
    torch.testing.assert_close(found[:, :3], every_other, rtol=0, atol=0)
    assert found.shape == (2, 7, *[3] * space.rank)
    assert not found[:, 3:].any()
    assert not list(PaddedIdentity(space, 3, 7, 2).parameters())


@pytest.mark.parametrize("space", [LINE, PLANE, VOLUME], ids=str)
@pytest.mark.parametrize("factor", [1, 2, 4])
def test_upsampling_starts_as_torchs_own_interpolation(space, factor):
    mode = {1: "linear", 2: "bilinear", 3: "trilinear"}[space.rank]
    image = torch.randn(2, 3, *[6] * space.rank)
    found = bilinear(space, 3, factor)(image)
    expected = torch.nn.functional.interpolate(image, scale_factor=factor, mode=mode) if factor > 1 else image
    inside = (..., *[slice(factor, -factor)] * space.rank)  # beyond, torch repeats the border and we have zeros
    torch.testing.assert_close(found[inside], expected[inside])
    assert found.shape == expected.shape


def test_padding_to_a_step_and_cutting_back():
    image = torch.rand(1, 2, 5, 8)
    wide = padded_to(image, 4)
    assert wide.shape == (1, 2, 8, 8)
    assert torch.equal(cropped(wide, (5, 8)), image)
    assert not wide[:, :, 5:].any()
