"""A filter: kernels that go over an image one after another, each value by itself.

Kernels slide without being turned round (cross-correlation).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import prod

import numpy as np
import torch
from torch import Tensor

from svertka.errors import SettingError
from svertka.geometry import Margin
from svertka.ops.choosing import TAPS
from svertka.ops.convolution import convolve_each
from svertka.ops.gaussians import TRUNCATE, deviations, gaussian_line
from svertka.ops.kernels import Kernel, along, checked
from svertka.ops.kinds import NARROW, Found, Image, like, tensor_of

Branch = tuple[Kernel, ...]


@dataclass(frozen=True)
class Filter:
    """What goes over an image: kernels one after another, in one branch or in several.

    All kernels have as many axes as the image has sizes; no two of a branch reach along the same axis. Several branches
    reach equally far, and what counts is the root of the sum of their squares, which is no longer linear.
    """

    branches: tuple[Branch, ...]

    @property
    def rank(self) -> int:
        """How many axes it goes over."""
        return self.branches[0][0].ndim

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many samples it sees along each axis."""
        return tuple(max(kernel.shape[axis] for kernel in self.branches[0]) for axis in range(self.rank))

    @property
    def reach(self) -> tuple[Margin, ...]:
        """How far it sees before and after each sample, axis by axis; an even kernel sees one more after it."""
        return tuple(margin(size) for size in self.sizes)

    def kernel(self) -> Kernel:
        """The one kernel it amounts to.

        Raises:
            SettingError: it is no linear filter.
        """
        if len(self.branches) > 1:
            raise SettingError(f"a magnitude of {len(self.branches)} kernels is no kernel itself")
        return _product(self.branches[0])

    def __call__(self, image: Image, *, border: str = "reflect", ready: int = 0, method: str = "auto") -> Found:
        """The filtered image, of the same kind.

        Args:
            image: `(…, *sizes)`; every axis before the sizes is left alone.
            border: what is taken to lie outside; see `pad`.
            ready: so many of the sizes, the first ones, have their border already, and lose it.
            method: as in `convolve_each`.

        Returns:
            An image of the same sizes, but those that were ready. Types are those of `convolve_each`; a magnitude of
            integers is float32 for up to 16 bits, else float64.

        Raises:
            ShapeError: the image has fewer axes than the filter.
            SettingError: integers could overflow 64 bits.
            UnknownName: no border is called so.
        """
        x = tensor_of(image)
        if len(self.branches) == 1:
            return like(self._passed(x, self.branches[0], border, ready, method), image)
        if not x.is_floating_point():
            x = x.to(torch.float32 if x.dtype in NARROW else torch.float64)
        return like(_magnitude([self._passed(x, branch, border, ready, method) for branch in self.branches]), image)

    def _passed(self, x: Tensor, branch: Branch, border: str, ready: int, method: str) -> Tensor:
        for kernel in _steps(branch):
            padding = [(0, 0) if axis < ready else margin(size) for axis, size in enumerate(kernel.shape)]
            x = convolve_each(x, _typed(kernel, x), padding=padding, border=border, method=method)
        return x


def margin(size: int) -> Margin:
    """How many samples a kernel of this size sees before and after its own."""
    return (size - 1) // 2, size // 2


def along_axes(lines: Sequence[Kernel]) -> Filter:
    """The filter of vectors, one along each axis."""
    return Filter((tuple(along(line, axis, len(lines)) for axis, line in enumerate(lines)),))


def single(kernel: Kernel) -> Filter:
    """The filter of one kernel."""
    return Filter(((kernel,),))


def custom_filter(kernel: Image) -> Filter:
    """The filter of one kernel `(*sizes)`."""
    return single(checked(kernel.detach().cpu().numpy() if isinstance(kernel, Tensor) else kernel))


def gaussian(
    image: Image,
    deviation: float | Sequence[float],
    *,
    border: str = "reflect",
    truncate: float = TRUNCATE,
    rank: int | None = None,
) -> Found:
    """An image blurred by a Gaussian, one axis after another, as `scipy.ndimage.gaussian_filter`.

    Args:
        image: `(…, *sizes)`; every axis before the last `rank` is left alone.
        deviation: σ in samples, one for all axes or one for each.
        border: what is taken to lie outside; see `pad`.
        truncate: deviations after which the kernel ends.
        rank: how many axes are blurred: by default as many as there are deviations, and two for one alone.

    Raises:
        SettingError: a deviation is no positive number, or there are too few.
        ShapeError: the image has fewer axes.
    """
    if rank is None:
        rank = 2 if isinstance(deviation, (int, float)) else len(deviation)
    lines = [gaussian_line(each, truncate=truncate) for each in deviations(deviation, rank)]
    found: Found = along_axes(lines)(image, border=border)
    return found


def _steps(branch: Branch) -> Branch:
    """The kernels to apply: for planes their product, whose lines `convolve_each` finds and takes in one go.

    It asks small kernels only, and kernels of more axes would grow too fast.
    """
    if branch[0].ndim == 2 and prod(max(each) for each in zip(*map(np.shape, branch), strict=True)) <= TAPS:
        return (_product(branch),)
    return branch


def _product(branch: Branch) -> Kernel:
    """One kernel for several that lie along different axes."""
    return reduce(lambda one, other: one * other, branch)


def _typed(kernel: Kernel, x: Tensor) -> Tensor:
    """Fractions in the type of an image of floats, so that both agree."""
    weight = torch.from_numpy(kernel).to(x.device)
    return weight.to(x.dtype) if x.is_floating_point() else weight


def _magnitude(answers: Sequence[Tensor]) -> Tensor:
    total = answers[0].square()
    for answer in answers[1:]:
        total = torch.addcmul(total, answer, answer)
    return total.sqrt()
