import pytest
import torch
from torch import nn

from joining import assert_joins, image
from svertka import ShapeError
from svertka.inference.tiles import recorded


class Of(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function
        self.place = nn.Parameter(image(1, 12, 9, seed=1))
        self.gain = nn.Parameter(image(4, 1, 1, seed=2))
        self.scale = nn.BatchNorm2d(4).double()
        self.last = nn.LayerNorm(4).double()
        self.mix = nn.Linear(4, 3).double()

    def forward(self, x):
        return self.function(self, x)


@pytest.mark.parametrize(
    "function",
    [
        lambda net, x: 1 - x * net.gain / 2,
        lambda net, x: x * net.place + net.place,
        lambda net, x: torch.where(x > 0, x, net.place),
        lambda net, x: x + x.mean(dim=1, keepdim=True),
        lambda net, x: x.argmax(1).double()[:, None],
        lambda net, x: x.max(1, keepdim=True)[0] - x.amin(dim=1, keepdim=True),
        lambda net, x: torch.cat(x.chunk(2, dim=1)[::-1], dim=1),
        lambda net, x: torch.cat([*torch.split(x, [1, 3], dim=1), x], 1),
        lambda net, x: torch.stack(x.unbind(1)[:2], dim=1),
        lambda net, x: net.scale(x).softmax(1),
        lambda net, x: net.mix(net.last(x.permute(0, 2, 3, 1))).permute(0, 3, 1, 2),
        lambda net, x: x.reshape(1, 2, 2, *x.shape[2:]).transpose(1, 2).reshape(x.shape),
        lambda net, x: x.flatten(0, 1)[None].unsqueeze(1).squeeze(1),
        lambda net, x: nn.functional.local_response_norm(x, 3),
        lambda net, x: torch.zeros_like(x) + torch.ones((), device=x.device, dtype=x.dtype),
        lambda net, x: x * torch.linspace(0, 1, x.shape[-1], device=x.device, dtype=x.dtype),
    ],
)
def test_what_is_done_place_by_place_joins(function):
    assert_joins(Of(function), image(4, 12, 9), 5)


def test_weights_of_channels_are_not_taken_for_places():
    """With as many channels as places, one could be mistaken for the other."""
    layer = nn.BatchNorm2d(8).double()
    nn.init.uniform_(layer.running_mean)
    assert_joins(nn.Sequential(layer, nn.PReLU(8).double()), image(8, 8, 8), 3)


@pytest.mark.parametrize(
    ("function", "fault"),
    [
        (lambda net, x: x @ x.transpose(2, 3), "matmul looks at the whole image"),
        (lambda net, x: x.cumsum(2), "cumsum goes over axes of the image"),
        (lambda net, x: torch.cat([x, x], dim=2), "cat goes over axes of the image"),
        (lambda net, x: nn.functional.dropout(x, training=True), "draws random numbers"),
        (lambda net, x: x + x.transpose(2, 3)[..., :1], "axes are in different places|cannot take an image"),
        (lambda net, x: x.mean(dim=2, keepdim=True) + x, "mean goes over axes of the image"),
    ],
)
def test_what_mixes_places_is_refused(function, fault):
    with pytest.raises(ShapeError, match=fault):
        recorded(Of(function), 4, (12, 9))
