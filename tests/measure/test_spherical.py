import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from svertka.measure import count
from svertka.measure.spherical import powers, products, rotation_sums, sphere_sums
from svertka.nn import RotationConv, SphereConv, ZonalConv

LAYERS = [
    (SphereConv(3, 4, 8, 5), (16, 16)),
    (RotationConv(3, 4, 8, 5), (16, 16, 16)),
    (ZonalConv(3, 4, 8, 5), (16, 16)),
]


@pytest.mark.parametrize("degrees", [1, 2, 7, 30])
def test_sums_of_odd_numbers_and_their_squares_and_cubes(degrees):
    """b², b (4b² - 1) / 3 and b² (2b² - 1)."""
    assert powers(degrees, 1) == degrees**2
    assert powers(degrees, 2) == degrees * (4 * degrees**2 - 1) // 3
    assert powers(degrees, 3) == degrees**2 * (2 * degrees**2 - 1)


def test_sums_over_a_constant_are_counted_sample_by_sample():
    """Of degree 0 alone: a sum over each axis, one after another."""
    assert sphere_sums(3, 1) == 36 + 6
    assert rotation_sums(3, 1) == 216 + 36 + 6


@pytest.mark.parametrize(("layer", "sizes"), LAYERS, ids=lambda value: type(value).__name__)
def test_programs_need_what_the_formula_says_and_some_padding(layer, sizes):
    signal = torch.randn(1, 3, *sizes)
    with torch.inference_mode():
        layer.eval()(signal)  # the spectra of the filters are kept from now on
        with FlopCounterMode(display=False) as counter:
            layer(signal)
    assert products(layer) / 2 < counter.get_total_flops() / 2 < 4 * products(layer)


def test_a_layer_in_a_network_is_counted_so():
    layer = SphereConv(3, 4, 8, 5)
    found = count(layer, 3, (16, 16))
    assert found.macs == found.layers[0].macs == products(layer)
    assert found.activations == 4 * 10**3
