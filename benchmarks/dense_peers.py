"""Other ways to the answers of a patch classifier at every place, as their papers and users write them.

All of them take a chain of layers without padding, and an image `(1, channels, height, width)`; they give scores `(1,
classes, places down, places across)`. `by_patch` is what they all stand for. Channels lie last in memory, which is
faster for all of them (images of one channel have no layout of their own: the kernels' decides).
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from itertools import product

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Way = Callable[[Tensor], Tensor]


def by_patch(network: nn.Module, patch: int, *, batch: int = 16, rows: slice = slice(None)) -> Way:
    """Patches cut out one by one and classified in batches, the fastest of 16, 64 and 256; only those in `rows`."""
    network = deepcopy(network).to(memory_format=torch.channels_last)

    def way(image: Tensor) -> Tensor:
        patches = image[0].unfold(1, patch, 1)[:, rows].unfold(2, patch, 1)
        down, across = patches.shape[1:3]
        places = list(product(range(down), range(across)))
        found = [network(torch.stack([patches[:, y, x] for y, x in places[start : start + batch]]))
                 for start in range(0, len(places), batch)]  # fmt: skip
        return torch.cat(found).T.reshape(1, -1, down, across)

    return way


def convolutional(network: nn.Sequential, patch: int, channels: int) -> nn.Sequential:
    """Linear layers as convolutions; strides stay (Long et al., arXiv:1411.4038, section 3.1)."""
    made, network = nn.Sequential(), deepcopy(network)
    shape = torch.Size([1, channels, patch, patch])
    with torch.no_grad():
        for layer in network:
            if isinstance(layer, nn.Flatten):
                continue
            if isinstance(layer, nn.Linear):
                layer = _as_convolution(layer, shape)
            shape = layer.eval()(torch.zeros(shape)).shape
            made.append(layer)
    return made.to(memory_format=torch.channels_last)


def shift_and_stitch(network: nn.Sequential, patch: int, channels: int) -> Way:
    """The network once for every shift below its stride, and the maps woven together (section 3.2 there)."""
    made, stride = convolutional(network, patch, channels), _stride(network)

    def way(image: Tensor) -> Tensor:
        places = [size - patch + 1 for size in image.shape[2:]]
        padded = F.pad(image, [0, stride, 0, stride])
        found: Tensor | None = None
        for y, x in product(range(stride), repeat=2):
            down, across = (-(-(size - shift) // stride) for size, shift in zip(places, (y, x), strict=True))
            lengths = [(count - 1) * stride + patch for count in (down, across)]
            scores = made(padded[:, :, y : y + lengths[0], x : x + lengths[1]])
            found = scores.new_empty(1, scores.shape[1], *places) if found is None else found
            found[:, :, y::stride, x::stride] = scores
        assert found is not None
        return found

    return way


def max_fragments(network: nn.Sequential, patch: int, channels: int) -> Way:
    """A list of fragments, which every pooling makes four times as long (Giusti et al., arXiv:1302.1700, section 2)."""
    made = convolutional(network, patch, channels)

    def way(image: Tensor) -> Tensor:
        fragments = [((0, 0), 1, image)]
        for layer in made:
            step = layer.stride if isinstance(layer, nn.MaxPool2d) else 1
            fragments = [((y + scale * dy, x + scale * dx), scale * step, layer(one[:, :, dy:, dx:]))
                         for (y, x), scale, one in fragments for dy, dx in product(range(step), repeat=2)]  # fmt: skip
        places = [size - patch + 1 for size in image.shape[2:]]
        found = image.new_empty(1, fragments[0][2].shape[1], *places)
        for (y, x), scale, one in fragments:
            part = found[:, :, y::scale, x::scale]
            part.copy_(one[:, :, : part.shape[2], : part.shape[3]])
        return found

    return way


def dilated(network: nn.Sequential, patch: int, channels: int) -> nn.Sequential:
    """Strides of 1, and windows that reach as far as the strides before them (Li et al., arXiv:1412.4526)."""
    made, scale = convolutional(network, patch, channels), 1
    for layer in made:
        if isinstance(layer, (nn.Conv2d, nn.MaxPool2d)):
            layer.dilation = (scale, scale)
            scale *= layer.stride if isinstance(layer, nn.MaxPool2d) else 1
            layer.stride = (1, 1)
    return made


def kept(network: nn.Module, patch: int) -> Way:
    """A dilated network that gives as many places as it gets, by mirroring what lies beyond its window."""
    before, after = patch // 2, (patch - 1) // 2

    def way(image: Tensor) -> Tensor:
        padded = F.pad(image, [before, after, before, after], mode="reflect")
        found: Tensor = network(padded)
        return found

    return way


def _as_convolution(layer: nn.Linear, shape: Sequence[int]) -> nn.Conv2d:
    conv = nn.Conv2d(shape[1], layer.out_features, tuple(shape[2:]))
    conv.weight.data = layer.weight.data.reshape(conv.weight.shape)
    conv.bias = layer.bias
    return conv


def _stride(network: nn.Sequential) -> int:
    stride = 1
    for layer in network:
        stride *= layer.stride if isinstance(layer, nn.MaxPool2d) else 1
    return stride
