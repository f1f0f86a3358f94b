"""Random changes to a batch that leave its meaning: moves, colours, blanks and blends.

Every function draws from the generator it is given and from nothing else, so a batch is a function of the seed, the
epoch and its place in it. Images are `(batch, channels, *sizes)`, of any rank and with any number of channels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from svertka.data.spheres.turning import random_turns, spun
from svertka.errors import SettingError
from svertka.settings import TrainSettings

Rng = np.random.Generator

AXES = {"none": (), "horizontal": (-1,), "vertical": (-2,), "both": (-1, -2)}
ERASED = (0.02, 0.33)  # least and greatest share of the image that is blanked; Zhong et al., section 4.2


@dataclass(frozen=True)
class Augment:
    """How much of each change; 0 is none. On a sphere, `rotation` turns about any axis."""

    flip: tuple[int, ...] = ()
    crop: float = 0
    rotation: float = 0
    zoom: float = 0
    jitter: float = 0
    erasing: float = 0
    mixup: float = 0
    cutmix: float = 0
    spherical: bool = False

    @classmethod
    def of(cls, settings: TrainSettings, rank: int, *, spherical: bool = False) -> "Augment":
        """The changes that the settings ask for.

        Raises:
            SettingError: a change that makes no sense at this rank, or on the sphere.
        """
        flip = AXES[settings.flip or "none"]
        if rank == 1 and (settings.rotation or -2 in flip):
            raise SettingError("signals have no plane to turn or to mirror vertically in; leave out rotation and flip")
        if spherical and (settings.crop or settings.zoom):
            raise SettingError("a sphere can be turned and mirrored, not shifted or scaled; leave out crop and zoom")
        return cls(
            flip, settings.crop or 0, settings.rotation or 0, settings.zoom or 0,
            settings.jitter, settings.erasing, settings.mixup, settings.cutmix, spherical,
        )  # fmt: skip

    def move(self, pixels: Tensor, rng: Rng) -> Tensor:
        """Mirror and shift ready pixels by whole places, where nothing else moves them."""
        if self._warps or not (self.flip or self.crop):
            return pixels
        return moved(pixels, rng, flip=self.flip, crop=self.crop)

    def follow(self, places: Tensor, rng: Rng) -> Tensor:
        """Values of places `(batch, any, *sizes)`, moved as `move` and `change` move images by an equal `rng`.

        Nothing is interpolated: what lands between two places takes the nearer.
        """
        if not self._warps:
            return self.move(places, rng)
        moved = warped(
            places.float(), rng, flip=self.flip, crop=self.crop, rotation=self.rotation, zoom=self.zoom, mode="nearest"
        )
        return moved.to(places.dtype)

    def change(self, images: Tensor, rng: Rng) -> Tensor:
        """Turn, scale, recolour and blank normalised images, sample by sample."""
        if self.spherical and self.rotation:
            images = spun(images, random_turns(len(images), self.rotation, rng))
        elif self._warps:
            images = warped(images, rng, flip=self.flip, crop=self.crop, rotation=self.rotation, zoom=self.zoom)
        if self.jitter:
            images = jittered(images, rng, self.jitter)
        if self.erasing:
            images = erased(images, rng, self.erasing)
        return images

    @property
    def _warps(self) -> bool:
        """Whether pixels land between pixels, so that all moves are best made at once."""
        return not self.spherical and (self.rotation > 0 or self.zoom > 0)

    def blend(self, images: Tensor, targets: Tensor, rng: Rng) -> tuple[Tensor, Tensor]:
        """Mix each image and its target with another of the batch; `targets` are shares or numbers, `(batch, any)`."""
        mixing = rng.random() < 0.5 if self.mixup and self.cutmix else self.mixup > 0
        if mixing:
            return mixed(images, targets, rng, self.mixup)
        return pasted(images, targets, rng, self.cutmix) if self.cutmix else (images, targets)

    @property
    def blends(self) -> bool:
        """Whether targets are mixed too."""
        return self.mixup > 0 or self.cutmix > 0


def moved(pixels: Tensor, rng: Rng, *, flip: Sequence[int], crop: float) -> Tensor:
    """Mirror along each axis of `flip` with probability 1/2, and shift every axis by up to a share `crop` of it."""
    count = len(pixels)
    for axis in range(2 - pixels.dim(), 0):
        size = pixels.shape[axis]
        reach = int(crop * size)
        places = np.arange(size)[None] + rng.integers(-reach, reach + 1, (count, 1))
        places = places.clip(0, size - 1)
        if axis in flip:
            places = np.where(rng.random((count, 1)) < 0.5, size - 1 - places, places)
        pixels = torch.take_along_dim(pixels, _along(places, pixels, axis), axis)
    return pixels


def warped(
    images: Tensor,
    rng: Rng,
    *,
    flip: Sequence[int],
    crop: float,
    rotation: float,
    zoom: float,
    mode: str = "bilinear",
) -> Tensor:
    """Mirror, shift, turn and scale in one go: about the centre, in a volume about any axis through it.

    As `moved`, and by up to `rotation` degrees and a share `zoom`. Values between pixels are interpolated linearly, and
    the border is repeated; with `mode` nearest, values are taken as they are.
    """
    count, rank = len(images), images.dim() - 2
    sizes = np.array(images.shape[:1:-1], dtype=float)  # width first, as torch's grids count
    matrices = _rotations(rng.uniform(-rotation, rotation, count) * pi / 180, rng, rank)
    matrices = matrices / rng.uniform(1 - zoom, 1 + zoom, (count, 1, 1))
    matrices = matrices * sizes[None, None, :] / sizes[None, :, None]
    for axis in flip:
        matrices[:, :, -axis - 1] *= np.where(rng.random((count, 1)) < 0.5, -1, 1)
    shifts = 2 * rng.uniform(-crop, crop, (count, rank, 1))  # a grid is 2 wide
    return _sampled(images, np.concatenate([matrices, shifts], axis=2), mode)


def _sampled(images: Tensor, theta: NDArray[np.float64], mode: str) -> Tensor:
    """Images read at the places where affine maps `(batch, rank, rank + 1)` send a regular grid."""
    if images.dim() == 3:  # torch samples planes and volumes: a signal is a plane of height 1
        plane = np.zeros((len(images), 2, 3))
        plane[:, 0, 0], plane[:, 0, 2], plane[:, 1, 1] = theta[:, 0, 0], theta[:, 0, 1], 1
        return _sampled(images[:, :, None], plane, mode)[:, :, 0]
    grid = F.affine_grid(_tensor(theta, images), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode, padding_mode="border", align_corners=False)


def jittered(images: Tensor, rng: Rng, amount: float) -> Tensor:
    """Change contrast and, channel by channel, gain by up to a share, and brightness by that share of a deviation."""
    shape = (len(images), 1, *[1] * (images.dim() - 2))
    contrast = _tensor(rng.uniform(1 - amount, 1 + amount, shape), images)
    gains = _tensor(rng.uniform(1 - amount, 1 + amount, (shape[0], images.shape[1], *shape[2:])), images)
    brightness = _tensor(rng.uniform(-amount, amount, shape), images)
    mean = images.mean(dim=list(range(1, images.dim())), keepdim=True)
    changed = (images - mean) * contrast + mean
    return (changed * gains if images.shape[1] > 1 else changed) + brightness


def erased(images: Tensor, rng: Rng, probability: float) -> Tensor:
    """Blank a box in some of the images; zero is the mean of all images."""
    boxes = _boxes(rng.uniform(*ERASED, len(images)), images, rng)
    chosen = _tensor(rng.random(len(images)) < probability, images).bool()
    return images.masked_fill(boxes & chosen.reshape(-1, *[1] * (images.dim() - 1)), 0)


def mixed(images: Tensor, targets: Tensor, rng: Rng, alpha: float) -> tuple[Tensor, Tensor]:
    """`λ x + (1 − λ) x'` with λ from Beta(α, α), one for the batch; Zhang et al., arXiv:1710.09412."""
    share = float(rng.beta(alpha, alpha))
    other = torch.from_numpy(rng.permutation(len(images))).to(images.device)
    return torch.lerp(images[other], images, share), torch.lerp(targets[other], targets, share)


def pasted(images: Tensor, targets: Tensor, rng: Rng, alpha: float) -> tuple[Tensor, Tensor]:
    """A box of another image, of share `1 − λ` before it is cut at the border; Yun et al., arXiv:1905.04899."""
    share = np.full(1, 1 - rng.beta(alpha, alpha))
    other = torch.from_numpy(rng.permutation(len(images))).to(images.device)
    box = _boxes(share, images[:1], rng)
    pasted_share = float(box.float().mean())
    return torch.where(box, images[other], images), torch.lerp(targets, targets[other], pasted_share)


def _boxes(shares: NDArray[np.float64], images: Tensor, rng: Rng) -> Tensor:
    """Masks `(batch, 1, *sizes)` of boxes that cover these shares of the image, except where its border cuts them."""
    rank = images.dim() - 2
    masks = torch.ones(len(images), *[1] * (images.dim() - 1), dtype=torch.bool, device=images.device)
    for axis in range(-rank, 0):
        size = images.shape[axis]
        half = shares[:, None] ** (1 / rank) * size / 2
        inside = np.abs(np.arange(size)[None] + 0.5 - rng.uniform(0, size, (len(images), 1))) <= half
        shape = [len(images), *[1] * (images.dim() - 1)]
        shape[axis] = size
        masks = masks & torch.from_numpy(inside).to(images.device).reshape(shape)
    return masks


def _rotations(angles: NDArray[np.float64], rng: Rng, rank: int) -> NDArray[np.float64]:
    """Matrices `(count, rank, rank)`, in a volume about random axes (Rodrigues' formula)."""
    if rank == 1:
        return np.ones((len(angles), 1, 1))
    sine, cosine = np.sin(angles)[:, None, None], np.cos(angles)[:, None, None]
    if rank == 2:
        return np.asarray(cosine * np.eye(2) + sine * np.array([[0.0, -1.0], [1.0, 0.0]]))
    axes = rng.normal(size=(len(angles), 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    cross = np.cross(np.eye(3)[None], axes[:, None])
    return np.asarray(np.eye(3) + sine * cross + (1 - cosine) * cross @ cross)


def _along(places: NDArray[np.int64], pixels: Tensor, axis: int) -> Tensor:
    shape = [len(pixels), *[1] * (pixels.dim() - 1)]
    shape[axis] = pixels.shape[axis]
    return torch.from_numpy(places).to(pixels.device).reshape(shape)


def _tensor(values: NDArray[np.generic], like: Tensor) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values)).to(like)
