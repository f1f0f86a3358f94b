"""Pictures of images with the borders of what was found and of what is true."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels
from svertka.drawing import FIRST, SECOND, png
from svertka.evaluation.pictures import flat, seen, sparkline

SIDE = 288  # about the length of a picture's longer side


def overlay(pixels: Pixels, truth: NDArray[np.uint8], answer: NDArray[np.uint8], preprocess: Preprocess) -> str:
    """A ready image with the borders of the true classes in blue and of the answers in orange; a volume's middle."""
    if preprocess.rank == 1:
        return sparkline(np.stack([truth, answer]))
    if preprocess.rank == 3:
        truth, answer = truth[len(truth) // 2], answer[len(answer) // 2]
    grey = seen(flat(pixels, preprocess), preprocess)
    colours = np.repeat(grey, 3, axis=-1) if grey.shape[-1] == 1 else grey
    scale = max(1, round(SIDE / max(colours.shape[:2])))
    large = colours.repeat(scale, axis=0).repeat(scale, axis=1)
    for classes, colour in ((truth, FIRST), (answer, SECOND)):
        large[borders(classes.repeat(scale, axis=0).repeat(scale, axis=1))] = _rgb(colour)
    return png(Image.fromarray(large))


def borders(classes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Places whose neighbour to the right or below is of another class."""
    found = np.zeros(classes.shape, bool)
    found[:-1] |= classes[:-1] != classes[1:]
    found[:, :-1] |= classes[:, :-1] != classes[:, 1:]
    return found


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
