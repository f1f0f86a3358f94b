"""A classifier of patches as a network that is run in tiles over an image that is larger than memory."""

from collections.abc import Callable, Sequence
from typing import Any

from torch import nn

from svertka.data.windows import Opened
from svertka.errors import DataError
from svertka.geometry import times
from svertka.inference.mapping import check_patch, turned
from svertka.inference.predictor import Predictor

MIRRORS: dict[int, Callable[[Any], nn.Module]] = {
    1: nn.ReflectionPad1d, 2: nn.ReflectionPad2d, 3: nn.ReflectionPad3d,
}  # fmt: skip


def patchwise(predictor: Predictor, source: Opened, border: str) -> nn.Module:
    """The classifier of patches at every place of an image, which is mirrored at its border or has fewer answers.

    Raises:
        SettingError, ShapeError: it cannot be asked at every place.
        DataError: the image is too small.
    """
    made = turned(predictor)
    if border == "cut":
        check_patch(made, str(source.path), source.sizes)
        return made
    if any(size <= margin for size, margin in zip(source.sizes, made.before, strict=True)):
        raise DataError(
            f"{source.path}: an image of {times(source.sizes)} is too small to be mirrored around patches of "
            f"{times(made.patch)}; leave out --tile"
        )
    margins = [margin for pair in zip(made.before[::-1], made.after[::-1], strict=True) for margin in pair]
    return nn.Sequential(MIRRORS[len(made.patch)](tuple(margins)), made)


def begins(sizes: Sequence[int], answers: Sequence[int]) -> tuple[int, ...]:
    """How far from the image's first sample the middle of its first patch lies, where only whole patches have answers.

    >>> begins((100, 90), (69, 59)), begins((100, 90), (100, 90))
    ((16, 16), (0, 0))
    """
    return tuple((size - count + 1) // 2 for size, count in zip(sizes, answers, strict=True))
