"""What a file holds at every place of an image: the likeliest class, the probability of every class, or numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from svertka.data.rasters import Pixels
from svertka.errors import SettingError
from svertka.inference.ensembles import check_alone
from svertka.inference.outlining import values_of
from svertka.inference.predictor import Predictor
from svertka.settings import PredictSettings


@dataclass(frozen=True)
class Content:
    """Numbers `(channels, *window)` from scores `(1, outputs, *window)`; `gap` stands where there is no answer."""

    channels: int
    dtype: np.dtype[Any]
    gap: float
    of: Callable[[Tensor], Pixels]


def content(predictor: Predictor, settings: PredictSettings) -> Content:
    """The likeliest class; with `scores` the probability of every class; or the numbers that a map of patches has.

    Raises:
        SettingError: the network says nothing of places, several answers are to be combined, or unreadable places are
            to be skipped and no number says so.
    """
    task = predictor.facts.task
    if task != "segment" and not settings.dense:
        more = "; with --dense it makes a map of patches" if task in ("classify", "regress") else ""
        raise SettingError(f"--tile is for networks that outline (segment); this one was trained to {task}{more}")
    if settings.several:
        raise SettingError("--tile makes the mask or map of one run, and of one view; leave out --views and --with")
    check_alone(settings)
    likeliest = task != "regress" and not settings.scores
    return mask(predictor, skip_bad=settings.skip_bad) if likeliest else numbers(predictor)


def numbers(predictor: Predictor) -> Content:
    """The probability of every class, or every number in its own units, in 32 bits; NaN where there is no answer."""
    return Content(
        len(predictor.names), np.dtype(np.float32), np.nan,
        lambda scores: predictor.meant(scores.float())[0].cpu().numpy(),
    )  # fmt: skip


def mask(predictor: Predictor, *, skip_bad: bool) -> Content:
    """The value of the likeliest class; where there is no answer, the highest that no class has."""
    levels = values_of(predictor.names)
    gap = unused(levels)
    if skip_bad and gap is None:
        raise SettingError("--skip-bad needs a number for places without an answer, and all are classes; add --scores")
    return Content(1, levels.dtype, gap or 0, lambda scores: levels[scores.float().argmax(1).cpu().numpy()])


def unused(levels: Pixels) -> int | None:
    """The highest number of a mask's type that is no class: 255 in 8 bits, or 254 where that is one.

    >>> unused(np.array([0, 1, 2], np.uint8)), unused(np.array([0, 255], np.uint8))
    (255, 254)
    """
    taken, bounds = set(levels.tolist()), np.iinfo(levels.dtype)
    return next((value for value in range(int(bounds.max), int(bounds.min) - 1, -1) if value not in taken), None)
