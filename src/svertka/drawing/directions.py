"""The value of a signal on the sphere in any direction, and its colour there: what maps and globes are painted with."""

from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import map_coordinates

from svertka.drawing.cells import HEAT
from svertka.errors import ShapeError

Array = NDArray[np.float64]
MARGIN = 8  # samples beyond the border that the splines know of
DEPTH = LinearSegmentedColormap.from_list("depth", ["#f2f5f8", "#b9d6e4", "#5ea3c2", "#0b6e99", "#0a4a72", "#16233b"])


def values_at(x: ArrayLike, beta: ArrayLike, alpha: ArrayLike, *, across: ArrayLike | None = None) -> Array:
    """A signal between its samples, by cubic splines that go on beyond the poles; never above or below the samples.

    It is for pictures: fast, and fair to signals with edges too. Signals of a bandwidth are known exactly between their
    samples by their spectrum.

    Args:
        x: `(2b, 2b)`.
        beta: colatitude, in radians.
        alpha: longitude, in radians; the two are broadcast against one another.
        across: What is met beyond the poles, `(2b, 2b)`; the signal itself, by default.
    """
    samples = np.asarray(x, dtype=np.float64)
    b, other = len(samples) // 2, samples if across is None else np.asarray(across, dtype=np.float64)
    margin = min(MARGIN, 2 * b)
    beyond = np.roll(other, b, axis=1)[::-1]  # over a pole, on the other side of the earth
    known = np.concatenate([beyond[-margin:], samples, beyond[:margin]])
    known = np.pad(known, ((0, 0), (margin, margin)), mode="wrap")
    rows = np.asarray(beta) * (2 * b / np.pi) - 0.5
    columns = np.mod(np.asarray(alpha) * (b / np.pi), 2 * b)
    places = np.stack(np.broadcast_arrays(rows, columns)) + margin
    found = map_coordinates(known, places, order=3, mode="nearest")
    return np.asarray(found).clip(known.min(), known.max())


@dataclass(frozen=True)
class Colouring:
    """Which numbers have which colours: from `low` to `high` along `colours`."""

    low: float
    high: float
    colours: Colormap

    def painted(self, values: Array) -> Array:
        """Colours `(..., 3)`, from 0 to 1."""
        return np.asarray(self.colours(Normalize(self.low, self.high)(values)))[..., :3]


def colouring(x: ArrayLike, bounds: tuple[float, float] | None, colours: str | Colormap | None) -> Colouring:
    """The colours of a signal; where it has negative numbers, white is nought and both signs reach equally far."""
    samples = np.asarray(x, dtype=np.float64)
    low, high = (float(samples.min()), float(samples.max())) if bounds is None else bounds
    if bounds is None and low < 0:
        low, high = -max(-low, high), max(-low, high)
    chosen = (HEAT if low < 0 else DEPTH) if colours is None else colours
    return Colouring(low, high if high > low else low + 1.0, colormaps.get_cmap(chosen))


def painted_at(x: ArrayLike, beta: Array, alpha: Array, colours: Colouring, across: ArrayLike | None = None) -> Array:
    """The colours `(..., 3)` of a signal in directions; one of three channels of 8 bits has its own."""
    signal = np.asarray(x)
    if signal.ndim == 3:
        channels = [values_at(channel, beta, alpha) for channel in signal]
        return np.stack(channels, axis=-1) / 255
    return colours.painted(values_at(signal, beta, alpha, across=across))


def spherical(x: ArrayLike) -> NDArray[np.generic]:
    """A signal `(2b, 2b)`, or in colours `(3, 2b, 2b)` of 8 bits.

    Raises:
        ShapeError: another shape.
    """
    signal = np.asarray(x)
    if signal.ndim == 3 and len(signal) == 1:
        signal = signal[0]
    grid = signal.shape[-2:]
    coloured = signal.ndim == 3 and len(signal) == 3 and signal.dtype == np.uint8
    if not (signal.ndim == 2 or coloured) or grid[0] != grid[1] or grid[0] % 2 or not grid[0]:
        raise ShapeError(
            f"a signal to draw is (2b, 2b), or (3, 2b, 2b) in colours of 8 bits, not of shape {signal.shape} and type "
            f"{signal.dtype}; take one channel of it"
        )
    return signal
