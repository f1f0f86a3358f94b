"""What a batch is to teach: targets for the whole image, for its places, or the image itself."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels
from svertka.data.samples import Indices
from svertka.data.truths import NOWHERE, Truth
from svertka.nn import compressed

IGNORED = -100  # the class that torch's cross-entropy leaves out


class Lessons(Protocol):
    """The targets of all samples. Those that are `moving` have places, and move as their images do."""

    moving: bool

    def take(self, indices: Indices) -> Tensor:
        """The targets of some samples."""

    def shares(self, targets: Tensor) -> Tensor:
        """The same as numbers that can be mixed."""

    def finish(self, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """What the network is given, and what its scores are held against."""


@dataclass(frozen=True)
class Answers:
    """A class `(samples,)` or numbers `(samples, columns)` for each image; `classes` is 0 for numbers."""

    targets: Tensor
    classes: int
    moving = False

    def take(self, indices: Indices) -> Tensor:
        return self.targets[torch.from_numpy(indices)]

    def shares(self, targets: Tensor) -> Tensor:
        return F.one_hot(targets, self.classes).float() if self.classes else targets

    def finish(self, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        return images, targets


@dataclass(frozen=True)
class Places:
    """Something at every place: classes as bytes, or frames in deviations from their mean."""

    truth: Truth
    preprocess: Preprocess
    mean: NDArray[np.float64] | None = None
    deviation: NDArray[np.float64] | None = None
    kept: Pixels | None = field(default=None, repr=False)
    moving = True

    def take(self, indices: Indices) -> Tensor:
        found = self.truth.take(indices, self.preprocess) if self.kept is None else self.kept[indices]
        if self.mean is None or self.deviation is None:
            return torch.from_numpy(found[:, None])
        shape = (-1, *[1] * self.preprocess.rank)
        return torch.from_numpy((found - self.mean.reshape(shape)) / self.deviation.reshape(shape)).float()

    def shares(self, targets: Tensor) -> Tensor:
        return targets

    def finish(self, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        if self.mean is not None:
            return images, targets
        classes = targets[:, 0].long()
        return images, classes.masked_fill(classes == NOWHERE, IGNORED)


@dataclass(frozen=True)
class Continuation:
    """The level of every next sample of a signal; the class of the whole is a condition, told in more channels."""

    targets: Tensor
    classes: int
    levels: int
    moving = False

    def take(self, indices: Indices) -> Tensor:
        return self.targets[torch.from_numpy(indices)]

    def shares(self, targets: Tensor) -> Tensor:
        return targets

    def finish(self, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        told = F.one_hot(targets, self.classes).to(images) if self.classes else images.new_zeros(len(images), 0)
        wide = told[..., None].expand(*told.shape, images.shape[-1])
        return torch.cat([images, wide], dim=1), compressed(images[:, 0], self.levels)
