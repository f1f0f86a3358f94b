import pytest
import torch
from torch import nn

from svertka import ShapeError
from svertka.inference.fragments import Pooling, Sliding, Stage
from svertka.inference.turned import turned

WHOLE = Stage((8, 8), (1, 1))


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        (nn.Conv2d(1, 1, 3, padding=1), "pads what it is given by 1, so its answer depends on where the patch ends"),
        (nn.Conv2d(1, 1, (3, 1), padding=(1, 0)), r"pads what it is given by \(1, 0\)"),
        (nn.Conv2d(1, 1, 3, padding="same"), "pads what it is given by 1"),
        (nn.MaxPool2d(2, padding=1), "pads what it is given by 1"),
        (nn.ReflectionPad2d(1), "pads what it is given"),
        (nn.MaxPool2d(3, stride=2, ceil_mode=True), "last window that is cut off where the patch ends"),
        (nn.MaxPool2d(2, return_indices=True), "gives places beside values"),
        (nn.AdaptiveAvgPool2d(3), "divides 8x8 places into 3x3 windows, which are not all of one size"),
        (nn.BatchNorm2d(1, track_running_stats=False), "kept no mean and variance"),
        (nn.GroupNorm(1, 1), "takes its mean and variance over the whole patch"),
        (nn.InstanceNorm2d(1), "takes its mean and variance over the whole patch"),
        (nn.ConvTranspose2d(1, 1, 2), "makes maps larger"),
        (nn.Upsample(scale_factor=2), "makes maps larger"),
        (nn.Softmax(-1), r"compares places of the patch with each other \(dim=-1\)"),
        (nn.Flatten(2), "flattens axes 2 to -1; wanted are all but the first"),
        (nn.Linear(8, 1), "mixes places along one axis only"),
        (nn.LSTM(1, 1), "is of no kind that is known"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_what_depends_on_the_border_of_a_patch_is_refused_with_its_reason(layer, why):
    with pytest.raises(ShapeError, match=why):
        turned(layer, WHOLE)


@pytest.mark.parametrize("layer", [nn.Softmax(1), nn.BatchNorm1d(64), nn.PReLU(64), nn.Conv2d(1, 1, 1)])
def test_a_vector_of_many_places_is_for_linear_layers_alone(layer):
    with pytest.raises(ShapeError, match="vector"):
        turned(layer, Stage((8, 8), (1, 1), flat=True))


def test_padding_that_adds_nothing_is_none():
    assert turned(nn.Conv2d(1, 1, 1, padding="same"), WHOLE)[1] == WHOLE
    assert turned(nn.Conv2d(1, 1, 3, padding="valid"), WHOLE)[1] == Stage((6, 6), (1, 1))


def test_a_stride_of_which_nothing_comes_makes_no_fragments():
    """One window has no next one."""
    layer, after = turned(nn.MaxPool2d(8), WHOLE)
    assert (isinstance(layer, Pooling), after) == (True, Stage((1, 1), (1, 1)))
    assert turned(nn.MaxPool2d((8, 2)), WHOLE)[1] == Stage((1, 4), (1, 2))


def test_ceil_mode_counts_for_nothing_where_windows_come_out_even():
    assert turned(nn.MaxPool2d(2, ceil_mode=True), WHOLE)[1] == Stage((4, 4), (2, 2))


def test_strided_convolutions_stay_what_they_are():
    conv = nn.Conv2d(1, 2, 2, stride=2, bias=False)
    layer, after = turned(conv, WHOLE)
    assert isinstance(layer, Sliding)
    assert layer.layer.weight is conv.weight
    assert after == Stage((4, 4), (2, 2))


def test_a_linear_layer_is_a_convolution_as_large_as_the_features(rng):
    linear = nn.Linear(3 * 8 * 8, 5).double()
    layer, after = turned(linear, Stage((8, 8), (4, 4), flat=True))
    x = torch.from_numpy(rng.standard_normal((2, 3, 8, 8)))
    assert after == Stage((1, 1), (4, 4), flat=True)
    torch.testing.assert_close(layer(x)[:, :, 0, 0], linear(x.flatten(1)))
