import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from joining import assert_joins, image, joined
from svertka import ShapeError
from svertka.inference.tiles import recorded
from svertka.inference.tiles.bordering import FOLDS
from svertka.inference.tiles.running import planned

NUMPY = {"reflect": "reflect", "circular": "wrap", "replicate": "edge"}


class Padded(nn.Module):
    def __init__(self, pads, mode="constant", value=0.0):
        super().__init__()
        self.pads, self.mode, self.value = pads, mode, value

    def forward(self, x):
        return F.pad(x, self.pads, self.mode, self.value)


@pytest.mark.parametrize("mode", FOLDS)
@pytest.mark.parametrize("tile", [1, 2, 3, 50])
def test_samples_beyond_the_border_are_those_of_numpy(mode, tile):
    x = image(2, 7, 6)
    expected = np.pad(x.numpy(), ((0, 0), (2, 4), (5, 1)), mode=NUMPY[mode])
    assert np.array_equal(joined(Padded((5, 1, 2, 4), mode), x, tile), expected)


@pytest.mark.parametrize("mode", FOLDS)
def test_all_stretches_make_the_padded_line(mode):
    line = np.arange(5)
    expected = np.pad(line, 4, mode=NUMPY[mode])
    for low in range(-4, 9):
        for high in range(low + 1, 10):
            pieces = FOLDS[mode]((low, high), 5)
            found = np.concatenate([line[a:b][::-1] if back else line[a:b] for (a, b), back in pieces])
            assert found.tolist() == expected[low + 4 : high + 4].tolist()


def test_constants_and_cuts_join():
    x = image(2, 9, 8)
    for pads in ((1, 2, 3, 0), (-2, -1, 4, -3), (0, 0, 0, 0, 1, 2), (3, 0)):
        assert_joins(Padded(pads, value=0.5), x, 3)


def test_a_tile_at_a_circular_border_reads_the_other_end_and_nothing_between():
    network = nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular")
    tape = recorded(network, 1, (1000, 1000))
    boxes = planned(tape, tape.result, ((0, 10), (0, 10)))[0]
    assert boxes == [((0, 11), (0, 11)), ((0, 11), (999, 1000)), ((999, 1000), (0, 11)), ((999, 1000), (999, 1000))]


def test_several_circular_layers_join():
    layers = [nn.Conv2d(1, 2, 5, padding=2, padding_mode="circular"), nn.ReLU(), nn.MaxPool2d(2)]
    network = nn.Sequential(*layers, nn.Conv2d(2, 1, 3, padding=1, padding_mode="circular")).double()
    assert_joins(network, image(1, 32, 30), 5)


def test_padding_the_batch_is_refused():
    with pytest.raises(ShapeError, match="pads images or channels"):
        recorded(Padded((0, 0, 0, 0, 0, 0, 1, 0)), 1, (4, 4))


def test_padded_channels_are_constant():
    found = joined(Padded((0, 0, 0, 0, 1, 1), value=2.0), image(1, 4, 4), 3)
    assert torch.equal(found[[0, 2]], torch.full((2, 4, 4), 2.0, dtype=torch.float64))
