import pytest
import torch
from torch import nn

from svertka import ShapeError
from svertka.geometry import Window
from svertka.inference.fragments import Pooling, Sliding, Stage, joined


def test_fragments_are_woven_together_place_by_place(rng):
    image = torch.from_numpy(rng.standard_normal((2, 3, 8, 9)))
    parts = torch.cat([image[:, :, y::2, x::3] for y in range(2) for x in range(3)])
    torch.testing.assert_close(joined(parts, (2, 3)), image, rtol=0, atol=0)


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
def test_windows_at_every_offset_are_windows_at_every_place(rng, memory):
    """Two layers of strides 2 and 3, where a patch has 9 and then 4 places, beside dilated windows."""
    image = torch.from_numpy(rng.standard_normal((2, 3, 8 + 12, 8 + 18))).contiguous(memory_format=memory)
    first = Sliding(nn.MaxPool2d(3, stride=2), [Window(3, stride=2)] * 2, Stage((9, 9), (1, 1)))
    second = Sliding(nn.AvgPool2d(2, stride=3), [Window(2, stride=3)] * 2, first.after)
    found = joined(second(first(image)), second.after.steps)
    wanted = nn.functional.max_pool2d(image, 3, stride=1)
    wanted = (wanted + wanted.roll(-2, -1) + wanted.roll(-2, -2) + wanted.roll((-2, -2), (-1, -2))) / 4
    assert second.after == Stage((1, 1), (6, 6))
    torch.testing.assert_close(found, wanted[:, :, :12, :18])


@pytest.mark.parametrize("space", [1, 2, 3])
@pytest.mark.parametrize(("kernel", "stride", "dilation"), [(2, 2, 1), (3, 2, 1), (2, 3, 2), (1, 2, 1), (3, 1, 2)])
def test_pooling_axis_by_axis_is_torchs_own(rng, space, kernel, stride, dilation):
    image = torch.from_numpy(rng.standard_normal((2, 2, *[10 + 5] * space)))
    pool = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)[space - 1](kernel, stride=stride, dilation=dilation)
    axes, before = [Window(kernel, stride=stride, dilation=dilation)] * space, Stage((10,) * space, (1,) * space)
    mine, plain = Pooling(axes, before, torch.maximum), Sliding(pool, axes, before)
    torch.testing.assert_close(mine(image), plain(image), rtol=0, atol=0)


def test_gaps_stay_gaps():
    image = torch.tensor([[[0.0, float("nan"), 1.0, 2.0]]])
    found = Pooling([Window(2, stride=2)], Stage((3,), (1,)), torch.maximum)(image)
    torch.testing.assert_close(found, torch.tensor([[[torch.nan]], [[torch.nan]]]), equal_nan=True)


def test_a_window_larger_than_the_features_of_a_patch_is_refused():
    with pytest.raises(ShapeError, match="a window of 5 does not fit into a size of 4"):
        Stage((4,), (1,)).slid([Window(5)])
