import pytest
import torch
from torch import nn

from joining import assert_joins, image, joined
from svertka import build
from svertka.inference import dense
from svertka.inference.tiles import recorded
from svertka.inference.tiles.choosing import needed


@pytest.fixture
def classifier():
    """One of patches of 11x14 samples, which steps by 2 along rows and by 3 along columns."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(2, 4, (4, 3)), nn.Tanh(), nn.MaxPool2d((2, 3)), nn.Flatten(), nn.Linear(4 * 4 * 4, 5)
    ).double()  # fmt: skip


@pytest.mark.parametrize("tile", [1, 7, 16, 100])
@pytest.mark.parametrize("border", [False, True])
def test_maps_of_patches_join_at_any_tile(classifier, tile, border):
    made = dense(classifier, (11, 14))
    assert_joins(nn.Sequential(nn.ReflectionPad2d((7, 6, 5, 5)), made) if border else made, image(2, 31, 26), tile)


def test_a_place_of_the_joined_map_is_the_answer_to_its_patch(classifier):
    x = image(2, 31, 26)
    found = joined(dense(classifier, (11, 14)), x, 6)
    assert found.shape == (5, 21, 13)
    for row, column in [(0, 0), (20, 12), (6, 5), (13, 12)]:
        with torch.no_grad():
            one = classifier(x[None, :, row : row + 11, column : column + 14])[0]
        torch.testing.assert_close(found[:, row, column], one, atol=1e-12, rtol=0)


def test_what_comes_before_and_behind_a_map_is_followed_too(classifier):
    around = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1), dense(classifier, (11, 14)), nn.Softmax(1), nn.Conv2d(5, 1, 3, padding=1)
    ).double()  # fmt: skip
    assert_joins(around, image(1, 40, 33), 9)


def test_an_image_of_any_size_is_written_down_and_its_memory_grows_with_the_tile():
    tape = recorded(dense(build("lenet5"), 32), 1, (10**7, 10**7))
    assert tape.out.shape == (1, 10, 10**7 - 31, 10**7 - 31)
    small, large = needed(tape, (200, 200)), needed(tape, (400, 400))
    assert 2 < large / small < 4.5
    assert small > 4 * 10 * 200 * 200
