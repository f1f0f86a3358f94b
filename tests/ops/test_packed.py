from functools import partial

import pytest
import torch
from torch.nn import functional

pytest.importorskip("llvmlite")

from svertka.ops.packed import Ending, lanes, strips, together, vectors
from svertka.ops.packed_direct import Direct
from svertka.ops.packed_winograd import Winograd
from svertka.ops.threads import crew_of
from svertka.ops.winograd import TWO

ENDINGS = [Ending(second, rectified) for second in (False, True) for rectified in (False, True)]
CASES = [
    (Winograd, 16, 16, (5, 7), (3, 3), {"padding": (1, 1)}),
    (Winograd, 37, 50, (9, 4), (3, 3), {"padding": (0, 0)}),
    (Winograd, 64, 48, (29, 30), (3, 3), {"padding": (1, 2)}),
    (Winograd, 256, 96, (56, 56), (3, 3), {"padding": (1, 1)}),
    (Winograd, 40, 33, (7, 9), (3, 3), {"padding": (1, 1), "form": TWO}),
    (Winograd, 128, 64, (30, 29), (3, 3), {"padding": (2, 0), "form": TWO}),
    (Direct, 3, 32, (30, 31), (7, 7), {"padding": (3, 3), "stride": (2, 2)}),
    (Direct, 1, 33, (30, 31), (16, 17), {"padding": (3, 2), "stride": (2, 3), "dilation": (1, 1)}),
    (Direct, 33, 47, (13, 14), (1, 1), {}),
    (Direct, 40, 70, (30, 31), (5, 3), {"padding": (2, 1), "stride": (2, 1), "dilation": (1, 2)}),
    (Direct, 128, 512, (4, 4), (1, 1), {}),
]


@pytest.fixture(params=[1, 2])
def crew(request):
    with crew_of(request.param):
        yield


@pytest.mark.parametrize("ending", ENDINGS, ids=str)
@pytest.mark.parametrize(("kind", "cin", "cout", "sizes", "kernel", "settings"), CASES)
def test_packed_layers_are_torchs_in_double_precision(kind, cin, cout, sizes, kernel, settings, ending, crew):
    x, weight, bias = torch.randn(2, cin, *sizes), torch.randn(cout, cin, *kernel), torch.randn(cout)
    plain = {name: value for name, value in settings.items() if name != "form"}
    wanted = functional.conv2d(x.double(), weight.double(), bias.double(), **plain)
    second = torch.randn(wanted.shape) if ending.second else None
    wanted = wanted if second is None else wanted + second
    wanted = wanted.relu() if ending.rectified else wanted
    found = kind(weight, bias, ending=ending, **settings)(x, second)
    assert found.shape == wanted.shape
    assert found.is_contiguous(memory_format=torch.channels_last)
    assert (found - wanted).norm() < 5e-6 * wanted.norm()


@pytest.mark.parametrize("kind", [Winograd, partial(Winograd, form=TWO), Direct])
def test_layers_take_any_layout_any_batch_and_other_sizes(kind):
    x, weight = torch.randn(2, 32, 12, 12), torch.randn(32, 32, 3, 3)
    layer = kind(weight, None, padding=(1, 1))
    for images in (x, x[:1], x.transpose(2, 3), x[:, :, 3:, 1:9], x.contiguous(memory_format=torch.channels_last)):
        wanted = functional.conv2d(images.double(), weight.double(), padding=1)
        assert (layer(images) - wanted).norm() < 5e-6 * wanted.norm()


@pytest.mark.parametrize("kind", [Winograd, partial(Winograd, form=TWO), Direct])
def test_what_is_no_number_stays_so_and_spreads_no_further_than_a_tile(kind):
    weight = torch.randn(32, 32, 3, 3)
    x = torch.randn(1, 32, 24, 24)
    x[0, 0, 13, 13] = float("nan")
    found = kind(weight, None, padding=(1, 1), ending=Ending(rectified=True))(x).isnan()
    assert found[:, :, 12:15, 12:15].all()
    assert not found[:, :, :8].any()
    assert not found[:, :, :, 20:].any()


def test_sums_and_weights_fit_the_registers():
    registers = 32 if lanes() == 16 else 16
    assert all(together(count) * count + count <= registers for count in (1, 2, 3, 4))


@pytest.mark.parametrize("cout", [16, 17, 48, 64, 100, 1000])
def test_strips_hold_every_output_and_end_with_the_last(cout):
    found = strips(cout, vectors(cout))
    assert {channel for strip in found for channel in range(strip.start, strip.stop)} == set(range(cout))
    assert found[-1].stop == cout
