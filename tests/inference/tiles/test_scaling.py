import pytest
import torch
from torch import nn
from torch.nn import functional as F

from joining import assert_joins, image, joined, whole_of
from svertka import ShapeError
from svertka.inference.tiles import recorded


class Scaled(nn.Module):
    def __init__(self, **how):
        super().__init__()
        self.how = how

    def forward(self, x):
        return F.interpolate(x, **self.how)


@pytest.mark.parametrize("tile", [1, 4, 7])
@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "bilinear", "bicubic"])
@pytest.mark.parametrize("factor", [2, 3, (1, 4)])
def test_whole_factors_join(tile, mode, factor):
    assert_joins(Scaled(scale_factor=factor, mode=mode), image(2, 6, 5), tile)


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
@pytest.mark.parametrize("how", [{"scale_factor": 1.37}, {"scale_factor": 0.6}, {"size": (11, 3)}])
def test_the_nearest_sample_is_the_very_same(mode, how):
    layer, x = Scaled(**how, mode=mode), image(2, 9, 8)
    assert torch.equal(joined(layer, x, 2), whole_of(layer, x))


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize(
    "how", [{"scale_factor": 1.37}, {"scale_factor": 2.5, "recompute_scale_factor": True}, {"size": (21, 3)}]
)
def test_any_size_joins(how, corners):
    assert_joins(Scaled(**how, mode="bilinear", align_corners=corners), image(2, 9, 8), 4)


def test_as_many_places_as_samples_are_those_samples():
    """A factor of 1.3 makes three of three."""
    for plane, line in (("bilinear", "linear"), ("nearest", "nearest"), ("nearest-exact", "nearest-exact")):
        assert_joins(Scaled(scale_factor=1.3, mode=plane), image(1, 3, 4), 2)
        assert_joins(Scaled(scale_factor=1.3, mode=line), image(1, 3), 2)


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ({"size": (5, 5), "mode": "area"}, "in mode area depends on the size"),
        ({"scale_factor": 0.5, "mode": "bilinear", "antialias": True}, "in mode antialias"),
        ({"size": (9, 9), "mode": "bicubic"}, "cubic upsampling by no whole factor"),
    ],
)
def test_what_depends_on_the_size_is_refused(how, fault):
    with pytest.raises(ShapeError, match=fault):
        recorded(Scaled(**how), 1, (8, 8))
