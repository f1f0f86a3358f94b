import pytest
import torch
from torch import nn

from svertka import ShapeError, build, measure
from svertka.inference.tiles import recorded
from svertka.inference.tiles.boxes import tiles
from svertka.inference.tiles.choosing import middle, needed, sides

MIB = 2**20


@pytest.fixture(scope="module")
def tape():
    with torch.device("meta"):
        return recorded(build("fcn8s_resnet18"), 3, (3000, 5000))


def test_tiles_are_as_large_as_the_memory_allows_and_aligned(tape):
    cut = sides(tape, "auto", 300 * MIB)
    assert all(side % 32 == 0 for side in cut)
    assert needed(tape, cut) <= 300 * MIB < needed(tape, [side + 96 for side in cut])


def test_more_memory_makes_fewer_tiles(tape):
    counts = [len(tiles((3000, 5000), sides(tape, "auto", memory * MIB))) for memory in (150, 400, 1500)]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == 3


def test_an_image_that_fits_is_one_tile():
    assert sides(recorded(build("fcn1s_resnet20"), 3, (50, 70)), "auto", 400 * MIB) == (50, 70)


def test_asked_for_tiles_are_as_asked_for(tape):
    assert sides(tape, 100, 1) == (100, 100)
    assert sides(tape, (10**6, 7), 1) == (3000, 7)


def test_too_little_memory_says_how_much_is_wanted(tape):
    with pytest.raises(ShapeError, match=r"the smallest tile, 32x32, needs \d+ MiB, but only 1 are allowed"):
        sides(tape, "auto", MIB)


def test_the_memory_of_a_tile_is_about_that_of_an_image_of_its_size():
    """Counted independently for the whole image: activations, without the copies and the queues of a tile."""
    network = nn.Sequential(nn.Conv2d(1, 16, 1), nn.Conv2d(16, 16, 1), nn.Conv2d(16, 1, 1))
    counted = needed(recorded(network, 1, (512, 512)), (512, 512))
    activations = measure.memory.predicting(network, 1, (512, 512))
    assert 1.2 * activations < counted < 3 * activations


def test_the_middle_is_far_from_all_borders():
    assert middle((10, 7), (4, 9)) == ((3, 7), (0, 7))


def test_steps_of_odd_factors_do_not_make_giants():
    network = nn.Sequential(nn.Upsample(scale_factor=1.37, mode="bilinear"), nn.Conv2d(1, 1, 3))
    assert max(sides(recorded(network, 1, (4001, 4001)), "auto", 20 * MIB)) < 2000
