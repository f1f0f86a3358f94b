"""The one list of networks that the command line, the docs, the cost table and the tests all read."""

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from torch import nn

from svertka.errors import SettingError, UnknownName
from svertka.nn import Space, space_of
from svertka.plugins import offered
from svertka.zoo.published import checkpoint, located, take_over

Published = tuple[int, int | None, dict[str, Any]]
_VARIANTS: dict[str, "Variant"] = {}
Family = TypeVar("Family", bound=type[nn.Module])


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A network of a known shape: its family, what makes it itself, and its published facts.

    `macs` are multiply-adds for one image of the published size; nothing where nobody has said.
    """

    name: str
    family: type[nn.Module]
    settings: Mapping[str, Any]
    parameters: int
    macs: int | None
    sample: tuple[int, ...]
    classes: int
    paper: str
    year: int
    task: str

    @property
    def summary(self) -> str:
        """The first line of the family's description."""
        return (inspect.getdoc(self.family) or "").partition("\n")[0]

    @property
    def space(self) -> Space:
        """Where its images live as published."""
        return space_of(len(self.sample) - 1)

    @property
    def size(self) -> int:
        """The length of an image's side as published."""
        return self.sample[-1]

    @property
    def spherical(self) -> bool:
        """Whether its images lie on the sphere: they may be turned, but neither cut, shifted nor stretched."""
        return bool(getattr(self.family, "spherical", False))

    def on_sphere(self, project: str) -> bool:
        """Whether images that are brought to it in this way lie on a sphere; `project` is the setting."""
        return self.spherical or project != "none"

    def bound_to(self, sizes: Sequence[int]) -> dict[str, Any]:
        """The setting that fits the network to images of these sizes, where it is made for one size only."""
        return {"size": tuple(sizes)} if self.knows("size") else {}

    def knows(self, setting: str) -> bool:
        """Whether the family has this setting."""
        return setting in inspect.signature(self.family).parameters

    def build(
        self, *, classes: int | None = None, channels: int | None = None, space: Space | None = None, **changes: Any
    ) -> nn.Module:
        """A fresh network; `changes` override what makes this variant itself, as in `depths=(1, 1, 1, 1)`.

        Raises:
            SettingError: a count below one.
            UnknownName: a change the family does not know.
        """
        classes = self.classes if classes is None else classes
        channels = self.sample[0] if channels is None else channels
        for what, count in (("classes", classes), ("channels", channels)):
            if count < 1:
                raise SettingError(f"{what} must be at least 1, not {count}")
        known = inspect.signature(self.family).parameters
        for change in changes:
            if change not in known:
                raise UnknownName(f"setting of {self.name}", change, known)
        return self.family(
            **{**self.settings, **changes}, classes=classes, channels=channels, space=space or self.space
        )


def variant(parameters: int, macs: int | None = None, **settings: Any) -> Published:
    """The published parameter count, the multiply-adds for one image, and what makes this variant itself."""
    return parameters, macs, settings


def architecture(
    *,
    paper: str,
    year: int,
    sample: tuple[int, ...],
    variants: Mapping[str, Published],
    classes: int = 1000,
    task: str = "classify",
) -> Callable[[Family], Family]:
    """Put a family of networks on the list.

    `sample` is the `(channels, height, width)` and `classes` the number of scores as published.
    """

    def register(family: Family) -> Family:
        for name, (parameters, macs, settings) in variants.items():
            if name in _VARIANTS:
                raise ValueError(f"two networks are called {name!r}")
            _VARIANTS[name] = Variant(
                name=name,
                family=family,
                settings=settings,
                parameters=parameters,
                macs=macs,
                sample=sample,
                classes=classes,
                paper=paper,
                year=year,
                task=task,
            )
        return family

    return register


def load_plugins() -> None:
    """Import what other packages offer under the entry point group `svertka.zoo`; each registers its own."""
    for _ in offered("zoo"):
        pass


def variants() -> list[Variant]:
    """Every variant, oldest first."""
    return sorted(_VARIANTS.values(), key=lambda variant: (variant.year, variant.parameters))


def find(name: str) -> Variant:
    """The variant of this name.

    Raises:
        UnknownName: there is none; the message offers the nearest.
    """
    try:
        return _VARIANTS[name]
    except KeyError:
        raise UnknownName("network", name, _VARIANTS) from None


def build(
    name: str,
    *,
    classes: int | None = None,
    channels: int | None = None,
    space: Space | None = None,
    weights: str | Path | None = None,
    adapt: Collection[str] = (),
    **changes: Any,
) -> nn.Module:
    """A network by name, fresh or with published weights: `build("resnet20", classes=7, channels=1)`.

    Args:
        name: one of `variants()`.
        classes: how many scores it gives for each image; as published by default.
        channels: how many channels its images have; as published by default.
        space: `LINE` for signals, `PLANE` for images, `VOLUME` for volumes; as published by default.
        weights: a checkpoint of ours or of torchvision: its path, a web address, or a name, as
            `torchvision:IMAGENET1K_V1` or `hf:OWNER/REPOSITORY/FILE`. What is fetched is checked and kept; see
            `svertka.zoo.fetching`.
        adapt: what may differ from the checkpoint: `stem`, the channels, and `head`, the classes.
        **changes: settings of the family, as in `depths=(1, 1, 1, 1)` for a residual network.

    Returns:
        A network in training mode, from images `(batch, channels, *sizes)` to scores `(batch, classes)`.

    Raises:
        UnknownName: no network, no setting, or no published weights are called so.
        SettingError: a count below one, or an unknown part to adapt.
        DataError: the checkpoint cannot be fetched or read.
        ShapeError: the checkpoint is that of another network.
    """
    network = find(name).build(classes=classes, channels=channels, space=space, **changes)
    if weights is not None:
        path = located(name, weights)
        take_over(network, checkpoint(path), str(weights), adapt=adapt)
    return network
