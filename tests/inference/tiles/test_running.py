import numpy as np
import pytest
import torch
from torch import nn

from joining import assert_joins, image
from svertka import build, measure
from svertka.inference.tiles import recorded
from svertka.inference.tiles.boxes import lengths
from svertka.inference.tiles.choosing import needed
from svertka.inference.tiles.running import Machine, planned


def seen(network, channels, sizes, box):
    tape = recorded(network, channels, sizes)
    return planned(tape, tape.result, box)[0]


@pytest.mark.parametrize(("name", "step"), [("fcn1s_resnet20", 4), ("fcn8s_resnet18", 32), ("fcn32s", 32)])
def test_a_tile_reads_no_more_than_its_receptive_field(name, step):
    """Counted independently, by `measure.fields`: the field of a place, one sample more for each further place, and
    what lacks to a whole step of the network.
    """
    with torch.device("meta"):
        network = build(name)
    (field,) = {tuple(measure.fields(network, 3, (2048, 2048))[""].size)}
    for low, side in ((1024, 64), (999, 129)):
        (window,) = seen(network, 3, (2048, 2048), ((low, low + side),) * 2)
        assert all(length < size + side - 1 + step for length, size in zip(lengths(window), field, strict=True))


@pytest.mark.parametrize("box", [((60, 76), (64, 65)), ((0, 9), (30, 59))])
def test_a_tile_reads_what_moves_it_and_nothing_else(box):
    """Counted independently, by the gradient of the tile's sum, where no weight is negative."""
    network = build("fcn1s_resnet20", channels=1, classes=2).double().eval()
    for weight in network.parameters():
        nn.init.constant_(weight, 0.5)
    x = torch.ones(1, 1, 150, 131, dtype=torch.float64, requires_grad=True)
    network(x)[(..., *[slice(*span) for span in box])].sum().backward()
    moved = x.grad[0, 0] != 0
    expected = tuple(
        (int(line.nonzero()[0]), int(line.nonzero()[-1]) + 1) for line in (moved.any(dim=1), moved.any(dim=0))
    )
    assert seen(network, 1, (150, 131), box) == [expected]


def test_a_single_place_reads_its_receptive_field_exactly():
    network = nn.Sequential(nn.Conv2d(1, 1, 5, stride=2), nn.Conv2d(1, 1, 3, dilation=4), nn.MaxPool2d(3, 1))
    field = measure.fields(network, 1, (100, 100))[""]
    (box,) = seen(network, 1, (100, 100), ((7, 8), (7, 8)))
    assert lengths(box) == field.size
    assert [low for low, _ in box] == [start + 7 * jump for start, jump in zip(field.start, field.jump, strict=True)]


def test_what_lies_outside_of_the_window_does_not_matter():
    """Not even NaN."""
    network = build("fcn1s_resnet20").double().eval()
    tape = recorded(network, 3, (120, 120))
    machine = Machine.of(tape, network, torch.device("cpu"))
    machine.settle(lambda step: torch.zeros(()))
    box = ((40, 60), (44, 64))
    (window,) = planned(tape, tape.result, box)[0]
    spoilt = torch.full((1, 3, 120, 120), np.nan, dtype=torch.float64)
    where = (..., *[slice(*span) for span in window])
    spoilt[where] = image(3, 120, 120)[None][where]
    out = machine.run(tape.result, box, lambda need: spoilt[(..., *[slice(*span) for span in need])])
    assert out.isfinite().all()


def test_a_window_that_is_wanted_twice_is_worked_out_once():
    """The ways of a residual network want windows of different sizes; the largest is made, and only that."""
    tape = recorded(build("resnet20").stem.append(build("resnet20").body), 3, (200, 200))
    plan = planned(tape, tape.result, ((20, 30), (20, 30)))
    assert all(len(boxes) == 1 for number, boxes in plan.items() if tape.values[number].axes)


class Twice(nn.Module):
    """Its rectifier must not write into what is added again afterwards."""

    def forward(self, x):
        y = 2 * x
        part = y[:, :1]
        return torch.relu(part) + torch.relu(y) + torch.sigmoid(y.chunk(2, 1)[0]) + y


@pytest.mark.parametrize("tile", [3, 20])
def test_nothing_is_overwritten_that_is_looked_at_again(tile):
    network = nn.Sequential(nn.Conv2d(2, 2, 3), Twice(), nn.ReLU(), nn.Dropout(), nn.Tanh(), nn.ReLU(inplace=True))
    x = image(2, 16, 16)
    before = x.clone()
    assert_joins(network.double(), x, tile)
    assert torch.equal(x, before)


def test_a_rectifier_takes_no_memory_of_its_own():
    network = nn.Sequential(nn.Conv2d(1, 64, 1), nn.ReLU())
    with_it, without = (needed(recorded(net, 1, (256, 256)), (256, 256)) for net in (network, network[:1]))
    assert with_it == without


def test_the_memory_of_the_source_is_left_alone():
    """Even where a source gives its own memory away, and the network begins with a view of it."""
    network = nn.Sequential(nn.Dropout(), nn.ReLU(inplace=True)).eval()
    tape, x = recorded(network, 1, (6, 6)), image(1, 1, 6, 6)
    before = x.clone()
    found = Machine.of(tape, network, x.device).run(tape.result, ((0, 6), (0, 6)), lambda box: x)
    assert torch.equal(x, before)
    assert torch.equal(found, before.relu())
