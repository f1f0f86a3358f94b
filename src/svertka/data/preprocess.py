"""What is done to every image before a network sees it: one value, kept with the weights, applied alike everywhere."""

from math import floor
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from svertka.data.colour import MODELS, without_loss
from svertka.data.rasters import Colour, Pixels, Raster, kind
from svertka.data.resample import cover, cut, picked, resampled
from svertka.data.spheres.projecting import RANKS, projected
from svertka.data.spheres.turning import turned
from svertka.errors import DataError
from svertka.geometry import times

Turns = NDArray[np.float64]
RANGES = {"uint8": 255.0, "uint16": 65535.0, "float": 1.0}


class Preprocess(BaseModel):
    """From an image as its file holds it to the numbers a network takes.

    First the image is made ready, once: colours, gaps, size or sphere. Ready pixels keep 8 bits where the file has 8,
    and are float32 elsewhere. Then, batch by batch, they become `(pixel / scale - mean) / deviation`, channel by
    channel.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    colour: Colour
    """What the channels mean to the network."""
    channels: int
    model: Literal["grey", "rgb", "keep"]
    """Whether images are turned to grey or to red-green-blue first."""
    dtype: str
    """The type of pixels: `uint8`, `uint16`, `float` and so on."""
    fill: float | None
    """What stands in for NaN and infinity; `None` refuses them."""
    pages: str
    """What the pages of a file are."""
    sizes: tuple[int, ...]
    """The image's sizes, without channels."""
    resize: Literal["cover", "stretch", "pad"]
    """How it is brought to them."""
    scale: float
    """What is counted as 1."""
    mean: tuple[float, ...]
    """Channel by channel, of the training part, after scaling."""
    deviation: tuple[float, ...]
    """Likewise."""
    margin: float = 1.0
    """How much larger an image is scaled before its middle is cut out, where it is scaled to cover; where it is padded,
    how much larger than it is."""

    project: str = "none"
    """How it comes onto the sphere, where its sizes are `2b x 2b`; none: it stays where it is."""

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return len(self.sizes)

    @property
    def rank_before(self) -> int:
        """The number of axes that images have in their files."""
        return RANKS.get(self.project, self.rank)

    def ready(self, raster: Raster, *, colour: str = "auto", turn: Turns | None = None) -> Pixels:
        """Pixels `(channels, *sizes)`, uint8 or float32; `colour` grey or rgb turns the image even where that loses.

        With `turn`, a rotation `(3, 3)`, the image is turned on its sphere.

        Raises:
            DataError: the image is not of the kind the network was trained on.
        """
        return self.sized(self.checked(raster, colour=colour), turn)

    def checked(self, raster: Raster, *, colour: str = "auto") -> Pixels:
        """The same at the image's own size and in its own type.

        Raises:
            DataError: the image is not of the kind the network was trained on.
        """
        pixels = self.coloured(raster, colour)
        self._check(pixels)
        return self._filled(pixels)

    def takes(self, block: Pixels) -> bool:
        """Whether images `(samples, channels, *sizes)` only need their size changed."""
        alike = (
            block.shape[1] == self.channels and block.ndim == self.rank_before + 2 and kind(block.dtype) == self.dtype
        )
        return self.model == "keep" and alike and (block.dtype.kind != "f" or bool(np.isfinite(block).all()))

    def sized(self, pixels: Pixels, turns: Turns | None = None) -> Pixels:
        """Images, or one, brought to size or onto the sphere: uint8 or float32 `(…, channels, *sizes)`.

        With `turns`, rotations `(…, 3, 3)`, they are turned there.
        """
        if self.project != "none":
            single = pixels if pixels.dtype == np.uint8 else _single(pixels)
            return projected(single, self.project, self.sizes[0] // 2, turns)
        pixels = np.ascontiguousarray(cut(self.scaled(pixels), self.sizes))
        pixels = pixels if pixels.dtype == np.uint8 else _single(pixels)
        return pixels if turns is None else turned(pixels, turns)

    def scaled(self, pixels: Pixels) -> Pixels:
        """Images, or one, scaled as the network's are, but not cut."""
        sizes = pixels.shape[-self.rank :]
        scaled = self.scaling(sizes)
        return pixels if scaled == sizes else resampled(pixels, scaled)

    def scaling(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """The sizes that an image of these has before it is cut or padded."""
        if self.margin == 1 and (sizes == self.sizes or self.resize == "pad"):
            return sizes
        if self.resize == "pad":
            return tuple(max(1, round(size * self.margin)) for size in sizes)
        if self.resize == "stretch":
            return self.sizes
        if self.margin == 1:
            return cover(sizes, self.sizes)
        return cover(sizes, [round(size * self.margin) for size in self.sizes], floor)  # as torchvision does

    def placed(self, classes: Pixels, outside: int) -> Pixels:
        """Classes of places `(…, *sizes)` brought to size as images are; what an image lacks becomes `outside`."""
        scaled = picked(classes, self.scaling(classes.shape[-self.rank :]))
        return np.asarray(cut(scaled - classes.dtype.type(outside), self.sizes) + classes.dtype.type(outside))

    def blank(self) -> Pixels:
        """A ready image of zeros."""
        return np.zeros((self.channels, *self.sizes), np.uint8 if self.dtype == "uint8" else np.float32)

    def coloured(self, raster: Raster, colour: str = "auto") -> Pixels:
        """The image in the network's colours."""
        if self.model != "keep":
            return MODELS[self.model](raster)
        if colour != "auto":
            turned = MODELS[colour](raster)
            raster = Raster(turned, "grey" if colour == "grey" else "rgb")
        return without_loss(raster, self.colour, self.channels)

    def normal(self, pixels: Tensor) -> Tensor:
        """Numbers around 0 from ready pixels, `(batch, channels, *sizes)`."""
        shape = (1, -1, *[1] * self.rank)
        gain = torch.tensor([1 / (self.scale * deviation) for deviation in self.deviation]).reshape(shape)
        offset = torch.tensor([-m / d for m, d in zip(self.mean, self.deviation, strict=True)]).reshape(shape)
        return torch.addcmul(offset.to(pixels.device), pixels.float(), gain.to(pixels.device))

    def _check(self, pixels: Pixels) -> None:
        rank = pixels.ndim - 1
        if rank != self.rank_before:
            raise DataError(f"it has {rank} axes ({times(pixels.shape[1:])}), but wanted are {self.rank_before}")
        if kind(pixels.dtype) != self.dtype:
            raise DataError(
                f"its pixels are {kind(pixels.dtype)}, but this network was trained on {self.dtype}; "
                f"convert it, or train on such images"
            )

    def _filled(self, pixels: Pixels) -> Pixels:
        if pixels.dtype.kind != "f":
            return pixels
        gaps = ~np.isfinite(pixels)
        if not gaps.any():
            return pixels
        if self.fill is None:
            raise DataError(f"{gaps.sum():,} of its pixels are NaN or infinite; put a value there with --fill 0")
        return np.where(gaps, pixels.dtype.type(self.fill), pixels)


def _single(pixels: Pixels) -> Pixels:
    with np.errstate(over="ignore"):
        single = pixels.astype(np.float32, copy=False)
    if pixels.dtype.itemsize > 4 and not np.isfinite(single).all():
        raise DataError("it holds values beyond the range of float32 (3.4e38)")
    return single


def scale_of(dtype: str) -> float:
    """What counts as 1: the largest value of an unsigned type, 1 for fractions, and for other whole numbers."""
    return RANGES.get(dtype, 1.0)
