"""Arithmetic of sizes and windows, grids of spheres and rotations: no tensors."""

from svertka.geometry.grids import rotation_grid, rotation_weights, sphere_directions, sphere_grid, sphere_weights
from svertka.geometry.rotations import (
    Angles,
    about_y,
    about_z,
    angle_between,
    compose,
    euler_angles,
    inverse,
    random_rotations,
    rotation_matrix,
)
from svertka.geometry.sizes import sides, times
from svertka.geometry.wigner import wigner_d
from svertka.geometry.windows import Axes, Margin, Padding, Window, each, output_size, receptive_field, windows

__all__ = [
    "Angles",
    "Axes",
    "Margin",
    "Padding",
    "Window",
    "about_y",
    "about_z",
    "angle_between",
    "compose",
    "each",
    "euler_angles",
    "inverse",
    "output_size",
    "random_rotations",
    "receptive_field",
    "rotation_grid",
    "rotation_matrix",
    "rotation_weights",
    "sides",
    "sphere_directions",
    "sphere_grid",
    "sphere_weights",
    "times",
    "wigner_d",
    "windows",
]
