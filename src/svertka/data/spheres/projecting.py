"""The one list of ways in which an image may come onto the sphere."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from svertka.data.rasters import Pixels
from svertka.data.spheres.fields import from_equirectangular
from svertka.data.spheres.healpix import from_healpix
from svertka.data.spheres.planes import from_plane
from svertka.data.spheres.turning import turned

Array = NDArray[np.float64]
# Those that are turned on the sphere, and not on their way.
BROUGHT: dict[str, Callable[[Pixels, int], Pixels]] = {"equirectangular": from_equirectangular, "healpix": from_healpix}
RANKS = {"sphere": 2, "equirectangular": 2, "healpix": 1}  # the axes that images have before


def projected(pixels: Pixels, name: str, b: int, turns: Array | None = None) -> Pixels:
    """Images `(..., channels, *sizes)` on the sphere, `(..., channels, 2b, 2b)`.

    Args:
        pixels: uint8 stays uint8, all else becomes float32.
        name: a name of `RANKS`.
        b: the bandwidth.
        turns: a rotation for each image, `(..., 3, 3)`; by default none is turned.
    """
    if name == "sphere":
        return from_plane(pixels, b, turns)
    found = BROUGHT[name](pixels, b)
    return found if turns is None else turned(found, turns)
