"""Arithmetic of sizes and windows: plain integers, no tensors."""

from svertka.geometry.sizes import sides, times
from svertka.geometry.windows import Window

__all__ = ["Window", "sides", "times"]
