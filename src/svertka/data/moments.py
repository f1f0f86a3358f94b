"""Mean and deviation of more pixels than fit into memory."""

import numpy as np
from numpy.typing import NDArray

from svertka.data.rasters import Pixels


class Moments:
    """Mean and variance of each channel, gathered block by block.

    Blocks are joined by the pairwise update of Chan, Golub and LeVeque (1983), which stays exact to rounding where
    the mean is large against the deviation.
    """

    def __init__(self, channels: int) -> None:
        self.count = 0
        self.mean: NDArray[np.float64] = np.zeros(channels)
        self.squares: NDArray[np.float64] = np.zeros(channels)

    def add(self, pixels: Pixels) -> None:
        """Take in a block `(samples, channels, *sizes)`."""
        lines = np.moveaxis(pixels, 1, 0).reshape(pixels.shape[1], -1).astype(np.float64)
        count = lines.shape[1]
        if count == 0:
            return
        mean = lines.mean(axis=1)
        squares = np.square(lines - mean[:, None]).sum(axis=1)
        step = mean - self.mean
        total = self.count + count
        self.squares += squares + step**2 * self.count * count / total
        self.mean += step * count / total
        self.count = total

    @property
    def deviation(self) -> NDArray[np.float64]:
        """The standard deviation of each channel; 1 where all pixels are equal, so that one may divide by it."""
        deviation = np.sqrt(self.squares / max(self.count, 1))
        return np.where(deviation > 0, deviation, 1.0)
