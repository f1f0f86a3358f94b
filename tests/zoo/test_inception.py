import pytest

from reference.networks import bare, layers, maps, weights
from svertka import LINE, VOLUME, cost
from svertka.nn import Parallel


def blocks(name):
    """The maps behind each block of the body."""
    return [shape for key, shape in maps(name, Parallel).items() if key.startswith("body") and key.count(".") == 1]


def test_v3_has_the_maps_of_table_1():
    """35x35x288, 17x17x768, 8x8x1280 and 8x8x2048."""
    found = blocks("inception_v3")
    assert found[2:4] == [(288, 35, 35), (768, 17, 17)]
    assert found[-3:] == [(1280, 8, 8), (2048, 8, 8), (2048, 8, 8)]


def test_v4_has_the_maps_of_figure_9():
    found = blocks("inception_v4")
    assert [found.count(shape) for shape in ((384, 35, 35), (1024, 17, 17), (1536, 8, 8))] == [4, 8, 4]


def test_v2_has_the_maps_of_figure_5_and_the_published_parameters():
    """11,295,240 with biases on all convolutions, which normalisation makes idle: 10,016 of them."""
    assert [shape[0] for shape in blocks("inception_v2")] == [256, 320, 576, 576, 576, 608, 608, 1056, 1024, 1024]
    assert cost("inception_v2").parameters + 10_016 == 11_295_240


@pytest.mark.parametrize(("name", "giga"), [("inception_v3", 5.71), ("inception_v4", 12.27)])
def test_multiply_adds_are_as_published(name, giga):
    """torchvision's table for v3; for v4 timm's."""
    assert cost(name).macs / 1e9 == pytest.approx(giga, rel=0.005)


def test_v3_without_its_second_classifier_has_23_834_568():
    assert weights(bare("inception_v3"), but="sides") == 23_834_568


@pytest.mark.parametrize(
    ("space", "kernels"), [(LINE, {(7,)}), (VOLUME, {(1, 1, 7), (1, 7, 1)})], ids=str
)  # the paper's order turns between the last two axes
def test_large_kernels_are_taken_apart_along_axes(space, kernels):
    found = {layer.kernel_size for layer in layers("inception_v4", space.conv, space=space).values()}
    assert {kernel for kernel in found if 7 in kernel} == kernels
