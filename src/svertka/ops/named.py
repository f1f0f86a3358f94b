"""The one list of filters that have names: command line, documentation and tests read it."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any

from svertka.errors import SettingError, UnknownName
from svertka.ops.filters import Filter, along_axes, single
from svertka.ops.gabor import gabor_kernel
from svertka.ops.gaussians import BINOMIAL, gaussian_line
from svertka.ops.kernels import PLANES, Kernel, box, derivative, identity, laplacian, plane
from svertka.ops.kinds import Found, Image


@dataclass(frozen=True)
class Named:
    """A row of the list: what a filter does to an image, and how it is made for a number of axes."""

    summary: str
    make: Callable[..., Filter]
    planar: bool = False
    """Whether it is for planes only."""

    @property
    def parameters(self) -> dict[str, Any]:
        """What may be chosen about it, with the defaults."""
        return {name: each.default for name, each in signature(self.make).parameters.items() if name != "rank"}


def named_filter(name: str, *, rank: int = 2, **parameters: Any) -> Filter:
    """A filter of the list.

    Raises:
        UnknownName: no filter is called so; the message offers the nearest.
        SettingError: it has no such parameter, a value is out of range, or it is for planes only.
    """
    if name not in FILTERS:
        raise UnknownName("filter", name, FILTERS)
    row = FILTERS[name]
    strange = [parameter for parameter in parameters if parameter not in row.parameters]
    if strange:
        known = f"takes {', '.join(row.parameters)}" if row.parameters else "takes no parameters"
        raise SettingError(f"the filter {name} has no {strange[0]}; it {known}")
    if row.planar and rank != 2:
        raise SettingError(f"the filter {name} is for planes, not for {rank} axes")
    return row.make(rank, **parameters)


def kernel(name: str, *, rank: int = 2, **parameters: Any) -> Kernel:
    """The numbers of a filter of the list.

    >>> kernel("sobel-left").tolist()
    [[1, 0, -1], [2, 0, -2], [1, 0, -1]]

    Raises:
        UnknownName, SettingError: as `named_filter`; or the filter is a magnitude of several kernels.
    """
    return named_filter(name, rank=rank, **parameters).kernel()


def filtered(image: Image, name: str, *, border: str = "reflect", rank: int = 2, **parameters: Any) -> Found:
    """An image after a filter of the list.

    >>> filtered([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]], "sobel-right").tolist()
    [[0, 4, 4, 0], [0, 4, 4, 0], [0, 4, 4, 0]]

    Args:
        image: `(…, *sizes)`; every axis before the last `rank` is left alone.
        name: one of `FILTERS`.
        border: what is taken to lie outside; see `pad`.
        rank: how many axes the filter goes over.
        **parameters: those of the filter, as `deviation=3`.

    Raises:
        UnknownName, SettingError, ShapeError: as `named_filter` and `Filter`.
    """
    found: Found = named_filter(name, rank=rank, **parameters)(image, border=border)
    return found


def _box(rank: int, size: int = 3) -> Filter:
    if size < 1:
        raise SettingError(f"the size of a box should be 1 or more, not {size}")
    return along_axes([box(size)] * rank)


def _gaussian(rank: int, deviation: float = 1.0) -> Filter:
    return along_axes([gaussian_line(deviation)] * rank)


def _gabor(
    rank: int,
    wavelength: float = 8.0,
    orientation: float = 0.0,
    deviation: float | None = None,
    aspect: float = 0.5,
    phase: float = 0.0,
    size: int | None = None,
) -> Filter:
    return single(gabor_kernel(wavelength, orientation, deviation=deviation, aspect=aspect, phase=phase, size=size))


def _gabor_energy(
    rank: int,
    wavelength: float = 8.0,
    orientation: float = 0.0,
    deviation: float | None = None,
    aspect: float = 0.5,
    size: int | None = None,
) -> Filter:
    pair = [_gabor(rank, wavelength, orientation, deviation, aspect, phase, size) for phase in (0.0, 90.0)]
    return Filter(tuple(each.branches[0] for each in pair))


def _gradient(smoothing: str) -> Callable[..., Filter]:
    """The length of the gradient, the derivative along each axis smoothed along the others."""

    def make(rank: int) -> Filter:
        return Filter(tuple((derivative(smoothing, axis, rank),) for axis in range(rank)))

    return make


def _planar(name: str) -> Named:
    return Named(PLANES[name][0], lambda rank: single(plane(name)), planar=True)


FILTERS: dict[str, Named] = {
    "identity": Named("nothing: the image as it is", lambda rank: single(identity(rank))),
    "box": Named("the mean of a box of size samples a side: blurs", _box),
    "gaussian-3x3": Named("a small blur: 1/16·[1,2,1; 2,4,2; 1,2,1]", lambda rank: single(BINOMIAL), planar=True),
    "gaussian": Named("a blur of any width: a bell curve of so many samples deviation", _gaussian),
    **{name: _planar(name) for name in ("sharpen", "sobel-left", "sobel-right", "sobel-top", "sobel-bottom")},
    "sobel": Named("the length of the gradient: edges of every direction", _gradient("sobel")),
    "scharr": Named("likewise, smoothed by [3, 10, 3]: alike in every direction", _gradient("scharr")),
    "prewitt": Named("likewise, smoothed by [1, 1, 1]", _gradient("prewitt")),
    **{name: _planar(name) for name in ("outline", "emboss")},
    "laplacian": Named("second derivatives, summed: spots and lines", lambda rank: single(laplacian(rank))),
    "gabor": Named("stripes of one wavelength and orientation: texture", _gabor, planar=True),
    "gabor-energy": Named("how much of such stripes there is, wherever they lie", _gabor_energy, planar=True),
}  # fmt: skip
"""Every filter that has a name, with a line on what it is good for."""
