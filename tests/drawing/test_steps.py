import numpy as np
import pytest
import torch
from torch.nn import functional as F

from svertka import SettingError
from svertka.drawing import pooling, sliding, spreading

IMAGE = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
KERNEL = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]])


def tensor(values):
    return torch.tensor(np.asarray(values, dtype=np.float64))[None, None]


@pytest.mark.parametrize(
    "settings",
    [{}, {"stride": 2}, {"padding": 1}, {"stride": (2, 1), "padding": (1, 2)}, {"dilation": 2}],
    ids=str,
)
def test_the_last_step_of_sliding_is_the_convolution_of_torch(settings):
    steps = sliding(IMAGE, KERNEL, **settings)
    wanted = F.conv2d(tensor(IMAGE), tensor(KERNEL), **settings)[0, 0].numpy()
    np.testing.assert_allclose(steps[-1].after, wanted, rtol=1e-12)
    assert len(steps) == wanted.size


@pytest.mark.parametrize("settings", [{"stride": 2, "padding": 1}, {"dilation": 2}], ids=str)
def test_what_is_made_in_a_step_is_the_sum_over_what_is_seen_in_it(settings):
    for step in sliding(IMAGE, KERNEL, **settings):
        assert (step.before[step.seen] * KERNEL.ravel()).sum() == pytest.approx(step.after[step.made].item())


def test_a_step_fills_one_more_place():
    filled = [int(np.isfinite(step.after).sum()) for step in sliding(IMAGE, KERNEL)]
    assert filled == list(range(1, 10))


def test_padding_is_known_from_the_image():
    step = sliding(IMAGE, KERNEL, padding=1, border="reflect")[0]
    assert step.padded.sum() == 7 * 7 - 5 * 5
    np.testing.assert_array_equal(step.before, np.pad(IMAGE, 1, mode="reflect"))


def test_signals_are_planes_of_one_row():
    steps = sliding([1, 2, 3, 4], [1, -1], padding=1)
    assert steps[0].before.shape == (1, 6)
    assert steps[-1].after.tolist() == [[-1, -1, -1, -1, 4]]


@pytest.mark.parametrize(("size", "stride"), [(2, None), (3, 1), (3, 2), ((2, 3), 1)])
def test_the_last_step_of_pooling_is_that_of_torch(size, stride):
    greatest, mean = (pooling(IMAGE, size, stride=stride, how=how)[-1].after for how in ("max", "mean"))
    np.testing.assert_allclose(greatest, F.max_pool2d(tensor(IMAGE), size, stride)[0, 0].numpy())
    np.testing.assert_allclose(mean, F.avg_pool2d(tensor(IMAGE), size, stride)[0, 0].numpy())


def test_another_pooling_is_refused():
    with pytest.raises(SettingError, match="max or mean, not with 'median'"):
        pooling(IMAGE, 2, how="median")


@pytest.mark.parametrize("settings", [{}, {"stride": 2}, {"stride": 2, "padding": 1}], ids=str)
def test_the_last_step_of_spreading_is_the_transposed_convolution_of_torch(settings):
    steps = spreading(IMAGE[:3, :4], KERNEL, **settings)
    wanted = F.conv_transpose2d(tensor(IMAGE[:3, :4]), tensor(KERNEL), **settings)[0, 0].numpy()
    np.testing.assert_allclose(steps[-1].after, wanted, rtol=1e-12)
    assert len(steps) == 12


def test_a_step_of_spreading_adds_a_multiple_of_the_kernel():
    first, second = spreading(IMAGE[:2, :2], KERNEL)[:2]
    added = np.nan_to_num(second.after) - np.nan_to_num(first.after)
    np.testing.assert_allclose(added[second.made], 3 * KERNEL.ravel())
    assert not added[~second.made].any()
