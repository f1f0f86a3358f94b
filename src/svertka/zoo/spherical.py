"""Spherical CNNs: answers that stay what they are when what is seen on a sphere is turned."""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from svertka.errors import SettingError, ShapeError
from svertka.geometry import sides, times
from svertka.nn import PLANE, RotationConv, RotationNorm, Space, SphereConv, integrate
from svertka.nn.sphere_filters import equator_points, equator_rotations, identity_points, pole_points
from svertka.zoo.registry import architecture, variant

PAPER = "arXiv:1801.10130"
Size = int | tuple[int, ...]
FLAT = 1e-4  # of numbers about 1: the potentials around an atom of QM7 vary by 0.07 deviations at least


class OnSphere(nn.Module):
    """A network whose images lie on the sphere."""

    spherical = True


class Integrate(nn.Module):
    """The mean over all rotations, `(batch, channels, 2b, 2b, 2b)` to `(batch, channels)`."""

    def forward(self, x: Tensor) -> Tensor:
        return integrate(x)


def bandwidth(size: Size, space: Space) -> int:
    """The `b` of images `2b x 2b`.

    Raises:
        SettingError: the space has another number of axes than a sphere.
        ShapeError: the sides are odd, or differ.
    """
    if space is not PLANE:
        raise SettingError(f"a spherical network takes images on the sphere, of two axes, not of {space.rank}")
    sizes = sides(size, space.rank)
    if len(set(sizes)) != 1 or sizes[0] % 2:
        even = max(2, min(sizes) // 2 * 2)
        raise ShapeError(
            f"images on the sphere are 2b x 2b for a bandwidth b, not {times(sizes)}; bring them to such a size, "
            f"as with --size {even}"
        )
    return sizes[0] // 2


def bounded(bandwidths: Sequence[int], size: Size, space: Space) -> list[int]:
    """Bandwidths for images of this size: the first is theirs, the others as asked for, but not above it."""
    b_in = bandwidth(size, space)
    return [b_in, *(min(b, b_in) for b in bandwidths[1:])]


def activated(layer: nn.Module, cout: int, *, norm: bool) -> nn.Sequential:
    """A correlation, normalised where that is asked for, and rectified."""
    return nn.Sequential(layer, *([RotationNorm(cout)] if norm else []), nn.ReLU())


@architecture(
    paper=f"{PAPER}, section 5.2",
    year=2018,
    sample=(1, 60, 60),
    classes=10,
    variants={"spherical_mnist": variant(58_550, 13_043_160)},
)
class Spherical(OnSphere, nn.Sequential):
    """One correlation on the sphere, one over its rotations, the mean over all of them, and a linear layer.

    Means over all rotations differ little from image to image, so they are standardised before the linear layer, by a
    normalisation without parameters that the authors' network has not; without it, learning takes far longer.
    `size` is the side `2b` of the images; `bandwidths` and `widths` are those after each correlation, and no bandwidth
    exceeds that of the images. Filters have their values near the pole and near the identity.
    """

    def __init__(
        self, *, bandwidths: Sequence[int] = (30, 10, 6), widths: Sequence[int] = (20, 40), size: Size = (60, 60),
        channels: int = 1, classes: int = 10, space: Space = PLANE,
    ) -> None:  # fmt: skip
        b, w = bounded(bandwidths, size, space), tuple(widths)
        stem = activated(SphereConv(channels, w[0], b[0], b[1]), w[0], norm=False)
        layers = [
            activated(RotationConv(w[i], w[i + 1], b[i + 1], b[i + 2]), w[i + 1], norm=False) for i in range(len(w) - 1)
        ]
        head = nn.Sequential(Integrate(), nn.BatchNorm1d(w[-1], affine=False), nn.Linear(w[-1], classes))
        super().__init__(OrderedDict(stem=stem, body=nn.Sequential(*layers), head=head))


@architecture(
    paper=f"{PAPER}, the authors' code",
    year=2018,
    sample=(1, 60, 60),
    classes=10,
    variants={"spherical_mnist_deep": variant(131_922, 435_125_424)},
)
class SphericalDeep(OnSphere, nn.Sequential):
    """Seven correlations with filters that reach further the coarser their signals are, and three linear layers.

    Filters have one ring of six points, each with five turns: the authors' six name one of them twice.
    """

    bandwidths = (30, 30, 15, 15, 7, 7, 3, 3)
    widths = (8, 16, 16, 24, 24, 32, 64)
    reaches = (np.pi / 160, np.pi / 16, np.pi / 8, np.pi / 8, np.pi / 4, np.pi / 4, np.pi / 2)

    def __init__(self, *, size: Size = (60, 60), channels: int = 1, classes: int = 10, space: Space = PLANE) -> None:
        b, w = bounded(self.bandwidths, size, space), self.widths
        near = pole_points(reach=self.reaches[0], rings=1, around=6)
        stem = activated(SphereConv(channels, w[0], b[0], b[1], points=near.tolist()), w[0], norm=False)
        layers = [
            activated(RotationConv(w[i - 1], w[i], b[i], b[i + 1], points=self._points(i)), w[i], norm=False)
            for i in range(1, len(w))
        ]
        head = nn.Sequential(
            Integrate(),
            nn.BatchNorm1d(64), nn.Linear(64, 64), nn.ReLU(),
            nn.BatchNorm1d(64), nn.Linear(64, 32), nn.ReLU(),
            nn.BatchNorm1d(32), nn.Linear(32, classes),
        )  # fmt: skip
        super().__init__(OrderedDict(stem=stem, body=nn.Sequential(*layers), head=head))

    def _points(self, place: int) -> list[list[float]]:
        points: list[list[float]] = identity_points(reach=self.reaches[place], rings=1, around=6, turns=5).tolist()
        return points


@architecture(
    paper=f"{PAPER}, section 5.3",
    year=2018,
    sample=(6, 128, 128),
    classes=55,
    variants={"spherical_shrec17": variant(402_955, 558_751_132, bandwidths=(64, 16, 10), widths=(100, 100))},
)
@architecture(
    paper=f"{PAPER}, section 5.3",
    year=2018,
    sample=(6, 256, 256),
    classes=55,
    variants={
        "spherical_shrec17_large": variant(
            1_399_515, 5_238_904_162, bandwidths=(128, 32, 22, 7), widths=(50, 70, 350), size=(256, 256)
        )
    },
)
class SphericalShapes(OnSphere, nn.Sequential):
    """Correlations with filters on the equator, normalised and rectified; the mean over all rotations; a linear layer.

    A filter has as many values around as its input has samples. The six channels are distances and normals of a shape
    and of its convex hull, as rays from a sphere around it find them.
    """

    def __init__(
        self, *, bandwidths: Sequence[int], widths: Sequence[int], size: Size = (128, 128), channels: int = 6,
        classes: int = 55, space: Space = PLANE,
    ) -> None:  # fmt: skip
        b, w = bounded(bandwidths, size, space), tuple(widths)
        around = equator_points(around=2 * b[0]).tolist()
        stem = activated(SphereConv(channels, w[0], b[0], b[1], points=around), w[0], norm=True)
        layers = [
            activated(RotationConv(w[i - 1], w[i], b[i], b[i + 1], points=turns(b[i])), w[i], norm=True)
            for i in range(1, len(w))
        ]
        head = nn.Sequential(Integrate(), nn.Linear(w[-1], classes))
        super().__init__(OrderedDict(stem=stem, body=nn.Sequential(*layers), head=head))


def turns(b: int) -> list[list[float]]:
    """The `2b` rotations that take the pole to the equator, without a turn before."""
    points: list[list[float]] = equator_rotations(around=2 * b, spread=0.0, turns=1).tolist()
    return points


@architecture(
    paper=f"{PAPER}, section 5.4, the authors' code",
    year=2018,
    sample=(115, 20, 20),
    classes=1,
    task="regress",
    variants={"spherical_qm7": variant(263_401, 85_367_696)},
)
class SphericalMolecule(OnSphere):
    """One sphere around each atom, seen by the same four correlations, and a DeepSet over the atoms.

    Channels are those of the first atom, then of the second, and so on: in QM7 the potentials of five elements for each
    of 23 atoms. An atom whose potentials are the same everywhere is none, and costs nothing. The order of atoms does
    not matter. This is the network of the authors' code, with 24 and 72 points in a filter, and with means over all
    rotations standardised as in `Spherical`; table 3 of the paper has residual blocks with 1.4 million parameters.
    """

    bandwidths = (10, 8, 6, 4, 2)
    widths = (8, 16, 32, 64)

    def __init__(
        self, *, atoms: int = 23, size: Size = (20, 20), channels: int = 115, classes: int = 1, space: Space = PLANE
    ) -> None:
        super().__init__()
        if channels % atoms:
            raise SettingError(f"{atoms} atoms have {atoms} times as many channels as each of them, not {channels}")
        self.atoms = atoms
        b, w = bounded(self.bandwidths, size, space), self.widths
        self.stem = activated(SphereConv(channels // atoms, w[0], b[0], b[1]), w[0], norm=True)
        layers = [activated(RotationConv(w[i - 1], w[i], b[i], b[i + 1]), w[i], norm=True) for i in range(1, len(w))]
        self.body = nn.Sequential(*layers, Integrate())
        standardised = nn.BatchNorm1d(w[-1], affine=False)
        self.each = nn.Sequential(standardised, *connected(w[-1], 256), *connected(256, 64))
        self.head = nn.Sequential(*connected(64, 512), nn.Linear(512, classes))

    def forward(self, x: Tensor) -> Tensor:
        """Numbers `(batch, classes)` from potentials `(batch, atoms · channels of an atom, 2b, 2b)`."""
        potentials = x.reshape(len(x), self.atoms, -1, *x.shape[2:])
        there = varied(potentials)
        # A graph is not to depend on how many atoms there are.
        if x.is_meta or torch.compiler.is_compiling() or not there.any():
            found = self.each(self.body(self.stem(potentials.flatten(0, 1)))).unflatten(0, there.shape)
            features = found * there[..., None]
        else:
            found = self.each(self.body(self.stem(potentials[there])))
            features = found.new_zeros(*there.shape, found.shape[-1]).index_put((there,), found)
        y: Tensor = self.head(features.sum(dim=1))
        return y


def connected(cin: int, cout: int) -> nn.Sequential:
    """A linear layer, normalised and rectified."""
    return nn.Sequential(nn.Linear(cin, cout), nn.BatchNorm1d(cout), nn.ReLU())


def varied(potentials: Tensor) -> Tensor:
    """Which atoms are there, `(batch, atoms)`: those around which a potential varies by more than rounding does."""
    values = potentials.flatten(3)
    return ((values.amax(dim=-1) - values.amin(dim=-1)) > FLAT).any(dim=-1)
