"""How the sphere is laid flat. No way of doing it keeps areas, angles and lengths; each keeps something.

A projection takes colatitude `β` and longitude `λ`, from -π to π with 0 in the middle of the map, to a place `(x, y)`,
and back. North is up and east is on the right, as the sphere is seen from outside.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[Array, Array]
PARAMETRIC = np.linspace(-np.pi / 2, np.pi / 2, 4001)
MOLLWEIDE_LATITUDE = np.arcsin(((2 * PARAMETRIC + np.sin(2 * PARAMETRIC)) / np.pi).clip(-1, 1))
APART = 1.04  # where the middles of the two discs stand


class Outline(NamedTuple):
    """Where a part of a map ends: an ellipse, or a rectangle, about `(x, 0)`, by half its width and half its height."""

    x: float
    width: float
    height: float
    round: bool = True


@dataclass(frozen=True)
class Projection:
    """A way to lay the sphere flat: there, back, and where the map ends."""

    places: Callable[[Array, Array], Pair]
    directions: Callable[[Array, Array], Pair]
    outlines: tuple[Outline, ...]

    @property
    def extent(self) -> tuple[float, float]:
        """Half the width and half the height of the whole map."""
        return max(one.x + one.width for one in self.outlines), max(one.height for one in self.outlines)


def _plain(beta: Array, longitude: Array) -> Pair:
    return longitude, np.pi / 2 - beta


def _plain_back(x: Array, y: Array) -> Pair:
    return (np.pi / 2 - y).clip(0, np.pi), x


def _mollweide(beta: Array, longitude: Array) -> Pair:
    """`x = 2√2/π λ cos θ` and `y = √2 sin θ`, where `2θ + sin 2θ = π sin(latitude)`: areas are kept."""
    theta = np.interp(np.pi / 2 - beta, MOLLWEIDE_LATITUDE, PARAMETRIC)
    return 2 * np.sqrt(2) / np.pi * longitude * np.cos(theta), np.sqrt(2) * np.sin(theta)


def _mollweide_back(x: Array, y: Array) -> Pair:
    theta = np.arcsin((y / np.sqrt(2)).clip(-1, 1))
    latitude = np.arcsin(((2 * theta + np.sin(2 * theta)) / np.pi).clip(-1, 1))
    wide = np.maximum(np.cos(theta), 1e-9)
    return np.pi / 2 - latitude, (np.pi * x / (2 * np.sqrt(2) * wide)).clip(-np.pi, np.pi)


def _discs(beta: Array, longitude: Array) -> Pair:
    """The near half of the sphere as seen from far away, and to its right the far half as seen from behind."""
    near = np.abs(longitude) <= np.pi / 2
    across = np.sin(beta) * np.sin(longitude)
    return np.where(near, across - APART, APART - across), np.cos(beta) + 0 * longitude


def _discs_back(x: Array, y: Array) -> Pair:
    near = x < 0
    across = x + np.where(near, APART, -APART)
    length = np.maximum(np.hypot(across, y), 1)  # what lies outside is drawn to the rim
    across, y = across / length, y / length
    towards = np.sqrt((1 - across**2 - y**2).clip(0))
    longitude = np.arctan2(across, towards)
    return np.arccos(y.clip(-1, 1)), np.where(near, longitude, np.mod(longitude + 2 * np.pi, 2 * np.pi) - np.pi)


PROJECTIONS = {
    "equirectangular": Projection(_plain, _plain_back, (Outline(0, np.pi, np.pi / 2, round=False),)),
    "mollweide": Projection(_mollweide, _mollweide_back, (Outline(0, 2 * np.sqrt(2), np.sqrt(2)),)),
    "orthographic": Projection(_discs, _discs_back, (Outline(-APART, 1, 1), Outline(APART, 1, 1))),
}
