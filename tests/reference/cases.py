"""Random operators: shapes and settings that fit together, small enough for hundreds of them."""

from dataclasses import dataclass

import numpy as np
import torch
from hypothesis import strategies as st

BORDERS = {"zeros": "constant", "reflect": "reflect", "symmetric": "symmetric", "replicate": "edge", "circular": "wrap"}


def per_axis(rank, low, high):
    return st.tuples(*[st.integers(low, high)] * rank)


@st.composite
def generators(draw):
    """Sources of random numbers."""
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1)))


@dataclass(frozen=True)
class Case:
    """An image, a kernel, a bias, and the settings of a convolution that they fit."""

    image: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray
    settings: dict
    rng: np.random.Generator

    @property
    def rank(self):
        return self.image.ndim - 2

    @property
    def plain(self):
        """Settings as torch knows them, for an image that is padded already."""
        return {key: self.settings[key] for key in ("stride", "dilation", "groups")}


@st.composite
def convolutions(draw, borders=tuple(BORDERS)):
    """A convolution of rank one to three with everything it can have."""
    rank, rng = draw(st.integers(1, 3)), draw(generators())
    kernel, dilation = draw(per_axis(rank, 1, 3)), draw(per_axis(rank, 1, 2))
    padding = tuple(draw(per_axis(2, 0, 2)) for _ in range(rank))
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    sizes = [
        max(span - sum(pair), 1) + extra
        for span, pair, extra in zip(spans, padding, draw(per_axis(rank, 0, 3)), strict=True)
    ]
    groups, cin, cout = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    settings = {"stride": draw(per_axis(rank, 1, 3)), "padding": padding, "border": draw(st.sampled_from(borders))}
    return Case(
        image=rng.standard_normal((draw(st.integers(1, 2)), groups * cin, *sizes)),
        kernel=rng.standard_normal((groups * cout, cin, *kernel)),
        bias=rng.standard_normal(groups * cout),
        settings=settings | {"dilation": dilation, "groups": groups},
        rng=rng,
    )


def padded(tensor, padding, border):
    """A tensor `(batch, channels, *sizes)` continued as NumPy continues the numbers of its samples."""
    for axis, pair in enumerate(padding, start=2):
        if border == "zeros":
            around = [0, 0] * (tensor.dim() - 1 - axis) + list(pair)
            tensor = torch.nn.functional.pad(tensor, around)
        else:
            places = np.pad(np.arange(tensor.shape[axis]), pair, mode=BORDERS[border])
            tensor = tensor.index_select(axis, torch.as_tensor(places))
    return tensor
