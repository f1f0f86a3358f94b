"""Views of one image: mirrored, turned, cut and scaled, each with the way by which it is made ready."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels
from svertka.errors import SettingError, UnknownName
from svertka.inference.turns import Turn, dihedral, flips, mirror, still

SCALES = (0.75, 1.0, 1.25)
LARGER = 8 / 7  # how much larger an image is than its crops: 256 over 224, Krizhevsky et al. (2012), section 4.1
MIDDLE = 0.5
ENDS = ((0.0, "left"), (1.0, "right")), ((0.0, "top"), (1.0, "bottom")), ((0.0, "front"), (1.0, "back"))

Place = tuple[float, ...]  # of a crop, axis by axis: 0 at the beginning, 1 at the end


@dataclass(frozen=True)
class View:
    """How an image is looked at: made ready in a way of its own, then turned, then cut.

    `crop` says where the piece lies, or is nothing where the whole is seen; `sizes` are those of what is seen.
    """

    name: str
    preprocess: Preprocess
    turn: Turn
    sizes: tuple[int, ...]
    crop: Place | None = None

    def of(self, images: Pixels) -> Pixels:
        """What is seen of ready images `(batch, channels, *sizes)`."""
        turned = self.turn.of(images)
        return turned if self.crop is None else cropped(turned, self.sizes, self.crop)


def views_of(text: str, preprocess: Preprocess) -> tuple[View, ...]:
    """The views that a setting asks for, each of them once; of an empty one the plain view.

    Raises:
        UnknownName: no views are called so.
        SettingError: they do not go together, or not with this preprocessing.
    """
    words = dict(_word(word.strip()) for word in text.split(",")) if text else {}
    if words and preprocess.project != "none":
        raise SettingError(
            "--views are of lines, planes and volumes, and this run's images are projected onto a sphere"
        )
    scales = _scales(words.pop("multi-scale", None))
    crops, mirrored = _crops(words, preprocess.rank)
    turns = _turns(words, preprocess.rank, mirrored=mirrored)
    made = [_view(preprocess, scale, turn, crop) for scale, turn, crop in product(scales, turns, crops)]
    return tuple(dict.fromkeys(made))


def cropped(images: NDArray[Any], sizes: Sequence[int], place: Place) -> NDArray[Any]:
    """A piece of images `(batch, channels, *sizes)`; the middle is rounded to even, as torchvision does."""
    for axis, (size, share) in enumerate(zip(sizes, place, strict=True), start=2):
        start = round((images.shape[axis] - size) * share)
        images = images.take(range(start, start + size), axis)
    return np.ascontiguousarray(images)


def _word(word: str) -> tuple[str, str]:
    name, colon, numbers = word.partition(":")
    if name not in (*TURNS, *CROPS, "multi-scale"):
        raise UnknownName("view", name, [*TURNS, *CROPS, "multi-scale"])
    if colon and name != "multi-scale":
        raise SettingError(f"only multi-scale takes numbers, as multi-scale:0.8/1/1.25, and not {word!r}")
    return name, numbers


def _scales(numbers: str | None) -> list[float]:
    if numbers is None:
        return [1.0]
    try:
        found = [float(number) for number in numbers.split("/")] if numbers else list(SCALES)
    except ValueError:
        found = []
    if not found or not all(0.1 <= scale <= 10 for scale in found):
        raise SettingError(f"multi-scale wants factors from 0.1 to 10, as multi-scale:0.8/1/1.25, not {numbers!r}")
    return found


def _turns(words: dict[str, str], rank: int, *, mirrored: bool) -> list[Turn]:
    named = [name for name in words if name in TURNS]
    if len(named) > 1:
        raise SettingError(f"of views, {' and '.join(named)} cannot both be asked for: the larger contains the smaller")
    if named:
        return TURNS[named[0]](rank)
    return mirror(rank) if mirrored else [still(rank)]


def _crops(words: dict[str, str], rank: int) -> tuple[list[Place | None], bool]:
    """Where crops lie, and whether they are to be mirrored too."""
    named = [name for name in words if name in CROPS]
    if len(named) > 1:
        raise SettingError(f"of views, {' and '.join(named)} cannot both be asked for: the larger contains the smaller")
    if not named:
        return [None], False
    return [*product((0.0, 1.0), repeat=rank), (MIDDLE,) * rank], CROPS[named[0]]


def _view(preprocess: Preprocess, scale: float, turn: Turn, crop: Place | None) -> View:
    sizes = tuple(max(1, round(size * scale)) for size in preprocess.sizes)
    around = sizes
    if crop is not None:
        larger = preprocess.margin if preprocess.margin > 1 else LARGER
        around = tuple(round(size * larger) for size in sizes)
    margin = scale if preprocess.resize == "pad" else 1.0 if crop is not None else preprocess.margin
    made = preprocess.model_copy(update={"sizes": around, "margin": margin})
    parts = [
        f"{scale:g} of the size" if scale != 1 else "", turn.name if turn != still(preprocess.rank) else "",
        "" if crop is None else _where(crop),
    ]  # fmt: skip
    return View(", ".join(filter(None, parts)) or "as it is", made, turn, turn.sizes(sizes), crop)


def _where(crop: Place) -> str:
    """Which corner, in words, along x last."""
    if MIDDLE in crop:
        return "middle"
    ends = [dict(ends)[share] for share, ends in zip(reversed(crop), ENDS, strict=False)]
    return " ".join(reversed(ends))


TURNS: dict[str, Callable[[int], list[Turn]]] = {"mirror": mirror, "flips": flips, "dihedral": dihedral}
CROPS = {"five-crop": False, "ten-crop": True}
