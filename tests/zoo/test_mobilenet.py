import pytest
from torch import nn

from reference.networks import layers
from svertka import cost


@pytest.mark.parametrize(
    ("name", "macs", "parameters"),
    [("mobilenet_100", 569, 4.2), ("mobilenet_075", 325, 2.6), ("mobilenet_050", 149, 1.3), ("mobilenet_025", 41, 0.5)],
)
def test_thinner_ones_are_those_of_table_6(name, macs, parameters):
    price = cost(name)
    assert price.macs / 1e6 == pytest.approx(macs, rel=0.01)
    assert round(price.parameters / 1e6, 1) == parameters


@pytest.mark.parametrize(("size", "macs"), [(224, 569), (192, 418), (160, 290), (128, 186)])
def test_smaller_images_cost_what_table_7_says(size, macs):
    assert cost("mobilenet_100", size=size).macs / 1e6 == pytest.approx(macs, rel=0.01)


def test_pointwise_convolutions_do_nearly_all_the_work():
    """Table 2: 94.86% of the multiply-adds and 74.59% of the weights of products are in 1x1 convolutions."""
    price = cost("mobilenet_100")
    names = [name for name, layer in layers("mobilenet_100", nn.Conv2d).items() if layer.kernel_size == (1, 1)]
    pointwise = [each for each in price.layers if each.name in names]
    assert sum(each.macs for each in pointwise) / price.macs == pytest.approx(0.9486, abs=1e-3)
    products = sum(each.parameters for each in price.layers if each.macs) - 1000  # without the biases of the classes
    assert sum(each.parameters for each in pointwise) / products == pytest.approx(0.7459, abs=5e-5)


def test_a_separable_block_costs_what_the_formula_says():
    """Section 3.1: against a full 3x3 convolution, 1 / N + 1 / 9 of the multiply-adds."""
    priced = cost("mobilenet_100").layers
    depthwise, pointwise = [each for each in priced if each.name.startswith("body.2.") and each.macs]
    size, n = 56, 128
    full = 9 * n * n * size * size
    assert (depthwise.macs + pointwise.macs) / full == pytest.approx(1 / n + 1 / 9)
