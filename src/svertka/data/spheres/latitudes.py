"""Grids of latitudes and longitudes: where their samples lie, and what each row counts in a harmonic's share."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.fft import dct, dst

from svertka.data.rasters import Pixels
from svertka.data.spheres.rings import Array, ring_functions
from svertka.errors import DataError, ShapeError
from svertka.geometry import sphere_grid, sphere_weights, times

NEAR = 0.01  # of a step: as far as rounding may move latitudes and longitudes
WIDEST, TO_POLE = 1.6, 1.3  # most between two rows and from the last to the pole, in steps; Gauss has 1.5 and 0.8


def angles(sizes: tuple[int, int], latitudes: ArrayLike | None, longitudes: ArrayLike | None) -> tuple[Array, Array]:
    """Colatitudes `(rows,)` and longitudes `(columns,)` in radians; those given are in degrees.

    Where nothing is given, grids with `columns = 2 (rows - 1)` have rows at both poles and a first column at longitude
    0, as fields of weather. On all others rows and columns lie at the centres of pixels, with the left edge at 0.

    Raises:
        ShapeError: there are no rows or columns, or more or fewer angles.
        DataError: latitudes beyond the poles or out of order, or anything that is no finite number.
    """
    rows, columns = sizes
    if min(sizes) < 1:
        raise ShapeError(f"a field should have rows and columns, not {times(sizes)}")
    poles = columns == 2 * (rows - 1)
    if latitudes is not None:
        beta = np.radians(90 - _line(latitudes, rows, "latitudes"))
        _check_order(beta)
    else:
        beta = np.pi * (np.arange(rows) / (rows - 1) if poles else (np.arange(rows) + 0.5) / rows)
    if longitudes is not None:
        return beta, np.radians(_line(longitudes, columns, "longitudes"))
    first = 0.0 if poles or latitudes is not None else 0.5
    return beta, 2 * np.pi * (np.arange(columns) + first) / columns


def bandwidth_between(beta: Array, alpha: Array) -> int:
    """How many degrees samples at these distances hold, at least one."""
    steps = [float(np.median(np.abs(np.diff(line)))) for line in (beta, np.unwrap(alpha)) if len(line) > 1]
    return max(1, int(np.pi / max(steps) + 0.1)) if steps else 1


def around(pixels: Pixels, beta: Array, alpha: Array) -> tuple[Pixels, Array, float]:
    """The same field with rows from north to south and columns eastwards, once around.

    Returns:
        Pixels `(..., rows, columns)`, their colatitudes, and the longitude of the first column.

    Raises:
        DataError: it does not cover the sphere evenly.
    """
    if len(beta) > 1 and beta[0] > beta[1]:
        pixels, beta = pixels[..., ::-1, :], beta[::-1]
    steps = np.diff(alpha) % (2 * np.pi)
    if len(steps) > 1 and np.median(steps) > np.pi:
        pixels, alpha = pixels[..., ::-1], alpha[::-1]
        steps = np.diff(alpha) % (2 * np.pi)
    if len(steps) > 1 and abs(len(steps) * np.median(steps) - 2 * np.pi) < NEAR * np.median(steps):
        pixels, alpha, steps = pixels[..., :-1], alpha[:-1], steps[:-1]  # the last column is the first again
    step = 2 * np.pi / len(alpha)
    if (np.abs(steps - step) > NEAR * step).any():
        raise DataError(
            f"longitudes go {_ends(np.pi / 2 - alpha)} in {len(alpha)} columns; "
            "wanted are even steps once around the sphere"
        )
    return pixels, _to_poles(beta), float(alpha[0])


@lru_cache(maxsize=4)
def row_functions(beta: tuple[float, ...], degrees: int) -> list[Array]:
    """What each row counts in the integral against each harmonic, for each order: `(degrees - m, rows)`.

    Along a meridian, and on along the other side, waves of even order are sums of `cos kθ` and those of odd order of
    `sin kθ`, with as many terms as rows. These sums are integrated against Legendre's functions without error, on a
    Driscoll-Healy grid that is fine enough for the product. So whatever the rows hold, no degree is mistaken for
    another. At a pole there is one value, and waves are 0.
    """
    theta, rows = np.asarray(beta), len(beta)
    fine = (rows + degrees) // 2 + 1
    weights = 2 * fine * sphere_weights(fine)
    tables = [weights * table for table in ring_functions(degrees, sphere_grid(fine)[0])]
    inner = (theta > 0) & (theta < np.pi)
    cosines = np.cos(theta[:, None] * np.arange(rows))
    sines = np.sin(theta[inner, None] * np.arange(1, np.count_nonzero(inner) + 1))
    even, odd = _counts(tables[::2], cosines, dct), _counts(tables[1::2], sines, dst)
    found = [np.zeros((degrees - m, rows)) for m in range(degrees)]
    for m, table in enumerate(found):
        table[:, inner] = odd[m // 2] if m % 2 else even[m // 2][:, inner]
    found[0] = even[0]
    return found


def _counts(tables: list[Array], basis: Array, transform: Callable[..., Array]) -> list[Array]:
    """What samples of waves `(samples, waves)` count in the integrals of these against functions on a finer grid."""
    if not tables:
        return []
    integrals = transform(np.concatenate(tables), 2)[:, : basis.shape[1]] / 2
    counts = np.linalg.solve(basis.T, integrals.T).T
    return np.split(counts, np.cumsum([len(table) for table in tables])[:-1])


def _line(given: ArrayLike, count: int, name: str) -> Array:
    line = np.asarray(given, dtype=np.float64)
    if line.shape != (count,):
        raise ShapeError(f"a field with {count} of its {name} should be told each of them, not {line.shape}")
    if not np.isfinite(line).all():
        raise DataError(f"{name} should be finite numbers, in degrees")
    return line


def _check_order(beta: Array) -> None:
    steps = np.diff(beta)
    if beta.min() < -1e-4 or beta.max() > np.pi + 1e-4 or not ((steps > 0).all() or (steps < 0).all()):
        raise DataError(f"latitudes should rise or fall from row to row between -90 and 90, not as here {_ends(beta)}")


def _to_poles(beta: Array) -> Array:
    """Colatitudes from north to south, with rows that are almost at a pole put there.

    Raises:
        DataError: rows leave out more than a row of the sphere.
    """
    step = np.pi / max(len(beta), 2)
    ends = np.array([beta[0], np.pi - beta[-1]])
    if (np.diff(beta) > WIDEST * step).any() or (ends > TO_POLE * step).any() or len(beta) < 2:
        raise DataError(
            f"latitudes go {_ends(beta)} in {len(beta)} rows; "
            "wanted are rows over the whole sphere, in about even steps"
        )
    snapped = np.where(beta < NEAR * step, 0, beta)
    return np.where(np.pi - beta < NEAR * step, np.pi, snapped)


def _ends(beta: Array) -> str:
    first, last = 90 - np.degrees(beta[[0, -1]])
    return f"from {first:g} to {last:g}"
