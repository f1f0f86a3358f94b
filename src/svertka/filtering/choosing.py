"""The filter that a name or numbers stand for, and how many axes of an image it goes over."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from svertka.data.strips import Form
from svertka.errors import SettingError, ShapeError
from svertka.ops import Filter, custom_filter, named_filter
from svertka.ops.named import FILTERS
from svertka.settings import FilterSettings

RANKS = {"line": 1, "plane": 2, "volume": 3}
PARAMETERS = ("deviation", "size", "wavelength", "orientation", "aspect", "phase")


def chosen(what: str | ArrayLike, settings: FilterSettings, form: Form) -> Filter:
    """The filter for an image.

    Raises:
        UnknownName: no filter is called so.
        SettingError: a parameter it does not have, or out of range.
        ShapeError: the image has fewer axes than the filter.
    """
    rank = rank_of(settings, form)
    if isinstance(what, str):
        return named_filter(what, rank=rank, **parameters(settings))
    given = parameters(settings)
    if given:
        raise SettingError(f"a kernel of numbers has no {next(iter(given))}")
    kernel = np.asarray(custom_filter(what).kernel())
    if rank == 1 and kernel.ndim == 2 and len(kernel) == 1:
        kernel = kernel[0]  # a text is always rows
    if kernel.ndim != rank and not (settings.space == "auto" and kernel.ndim <= len(form.sizes)):
        raise ShapeError(f"a kernel of {kernel.ndim} axes does not go over {rank} of an image of {len(form.sizes)}")
    return custom_filter(kernel)


def check(what: str | ArrayLike, settings: FilterSettings) -> None:
    """See that there is such a filter, before any file is opened.

    Raises:
        UnknownName, SettingError, ShapeError: as `chosen`.
    """
    rank = RANKS.get(settings.space, 2)
    if isinstance(what, str):
        named_filter(what, rank=rank if what in FILTERS else 2, **parameters(settings))
    else:
        custom_filter(what)


def parameters(settings: FilterSettings) -> dict[str, Any]:
    """Those that were said."""
    return {name: value for name in PARAMETERS if (value := getattr(settings, name)) is not None}


def rank_of(settings: FilterSettings, form: Form) -> int:
    """How many axes are filtered: those of a plane, page by page, unless it is said otherwise.

    Raises:
        ShapeError: the image has fewer.
    """
    rank = RANKS.get(settings.space, min(len(form.sizes), 2))
    if rank > len(form.sizes):
        raise ShapeError(f"it has {len(form.sizes)} axes, and a {settings.space} has {rank}")
    return rank
