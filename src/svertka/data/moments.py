"""Mean and deviation of more pixels than fit into memory."""

import numpy as np
from numpy.typing import NDArray

from svertka.data.rasters import Pixels


class Moments:
    """Mean and variance of each channel, gathered block by block.

    Blocks are joined by the pairwise update of Chan, Golub and LeVeque (1983), which stays exact to rounding where
    the mean is large against the deviation. Channels that mean the same, as those of one atom and of the next, have
    their moments in common: there are `repeats` such groups behind one another.
    """

    def __init__(self, channels: int, repeats: int = 1) -> None:
        self.repeats = repeats
        self.count = 0
        self.means: NDArray[np.float64] = np.zeros(channels // repeats)
        self.squares: NDArray[np.float64] = np.zeros(channels // repeats)

    def add(self, pixels: Pixels) -> None:
        """Take in a block `(samples, channels, *sizes)`."""
        each = pixels.shape[1] // self.repeats
        groups = pixels.reshape(len(pixels) * self.repeats, each, *pixels.shape[2:])
        lines = np.moveaxis(groups, 1, 0).reshape(each, -1).astype(np.float64)
        count = lines.shape[1]
        if count == 0:
            return
        mean = lines.mean(axis=1)
        squares = np.square(lines - mean[:, None]).sum(axis=1)
        step = mean - self.means
        total = self.count + count
        self.squares += squares + step**2 * self.count * count / total
        self.means += step * count / total
        self.count = total

    @property
    def mean(self) -> NDArray[np.float64]:
        """The mean of each channel."""
        return np.tile(self.means, self.repeats)

    @property
    def deviation(self) -> NDArray[np.float64]:
        """The standard deviation of each channel; 1 where all pixels are equal, so that one may divide by it."""
        deviation = np.sqrt(self.squares / max(self.count, 1))
        return np.tile(np.where(deviation > 0, deviation, 1.0), self.repeats)
