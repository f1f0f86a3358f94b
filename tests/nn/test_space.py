import copy
import pickle

import numpy as np
import pytest
import torch

from reference.convolution import correlate
from svertka import ShapeError
from svertka.nn import LINE, PLANE, SPACES, VOLUME, space_of

EACH = pytest.mark.parametrize("space", [LINE, PLANE, VOLUME], ids=str)
SETTINGS = [
    {}, {"stride": 2}, {"padding": 2}, {"dilation": 2}, {"groups": 2}, {"stride": 2, "padding": 1, "dilation": 2},
]  # fmt: skip


@EACH
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_convolutions_are_sums_of_products(space, settings, rng):
    images = rng.normal(size=(2, 4, *[7, 6, 8][: space.rank]))
    conv = space.conv(4, 6, 3, **settings).double()
    expected = correlate(images, *(value.detach().numpy() for value in (conv.weight, conv.bias)), **settings)
    np.testing.assert_allclose(conv(torch.from_numpy(images)).detach().numpy(), expected, atol=1e-12)


@EACH
def test_poolings_are_means_and_maxima_of_boxes(space, rng):
    images = torch.from_numpy(rng.normal(size=(2, 3, *[6] * space.rank)))
    boxes = images.reshape(2, 3, *[3, 2] * space.rank).movedim(
        list(range(3, 2 + 2 * space.rank, 2)), [*range(-space.rank, 0)]
    )
    boxes = boxes.flatten(-space.rank)
    torch.testing.assert_close(space.mean_pool(2)(images), boxes.mean(-1))
    torch.testing.assert_close(space.max_pool(2)(images), boxes.amax(-1))
    torch.testing.assert_close(space.global_mean(1)(images).flatten(1), images.flatten(2).mean(-1))


@EACH
def test_norms_give_each_channel_mean_0_and_deviation_1(space, rng):
    images = torch.from_numpy(rng.normal(5, 3, size=(8, 3, *[4] * space.rank)))
    normed = space.norm(3, eps=1e-12).double()(images).transpose(0, 1).flatten(1)
    torch.testing.assert_close(normed.mean(1), torch.zeros(3).double())
    torch.testing.assert_close(normed.std(1, correction=0), torch.ones(3).double())


@EACH
def test_a_space_is_found_by_its_rank_and_by_its_name(space):
    assert space_of(space.rank) is SPACES[space.name] is space


@EACH
def test_a_copied_space_is_the_same_space(space):
    assert pickle.loads(pickle.dumps(space)) is space
    assert copy.deepcopy(space) is space


def test_axes_are_named_as_tensors_have_them():
    assert [space.axes for space in SPACES.values()] == ["T", "HW", "DHW"]


@pytest.mark.parametrize("rank", [0, 4])
def test_other_ranks_are_refused(rank):
    with pytest.raises(ShapeError, match=f"images have 1, 2 or 3 axes .*, not {rank}"):
        space_of(rank)
