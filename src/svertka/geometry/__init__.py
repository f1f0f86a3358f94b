"""Arithmetic of sizes and windows: plain integers, no tensors."""

from svertka.geometry.sizes import sides, times
from svertka.geometry.windows import Axes, Margin, Padding, Window, each, output_size, receptive_field, windows

__all__ = [
    "Axes",
    "Margin",
    "Padding",
    "Window",
    "each",
    "output_size",
    "receptive_field",
    "sides",
    "times",
    "windows",
]
