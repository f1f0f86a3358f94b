"""The grids of signals on the sphere and on SO(3), and what a sample counts in an integral.

Both are those of Driscoll and Healy as Cohen et al. 2018 use them (arXiv:1801.10130), for a bandwidth `b`: colatitudes
`β_j = π(2j + 1)/4b`, longitudes `α_k = πk/b`, and for rotations `γ_i = πi/b` beside them.
"""

import numpy as np
from numpy.typing import NDArray

from svertka.errors import SettingError

Array = NDArray[np.float64]


def sphere_grid(b: int) -> tuple[Array, Array]:
    """Colatitudes `β_j = π(2j + 1)/4b` and longitudes `α_k = πk/b`, each `(2b,)`.

    Raises:
        SettingError: a bandwidth that is no positive integer.
    """
    places = np.arange(2 * _checked(b))
    return np.pi * (2 * places + 1) / (4 * b), np.pi * places / b


def sphere_weights(b: int) -> Array:
    """What a sample on each ring of the grid counts in an integral over the sphere, `(2b,)`.

    The measure is `sin β dβ dα / 4π`, so the weights of all `(2b)²` samples add up to 1: an integral is a mean. A ring
    has `2b` samples, each of which counts

        w_j = 1/4b · 2/b sin β_j Σ_{k<b} sin((2k + 1) β_j) / (2k + 1).

    All harmonics of degree below `2b` are integrated exactly, so products of two signals of bandwidth `b` are too
    (Kostelec and Rockmore 2008, section 2; Driscoll and Healy 1994).

    Raises:
        SettingError: a bandwidth that is no positive integer.
    """
    beta, _ = sphere_grid(b)
    odd = 2 * np.arange(b) + 1
    return np.asarray(np.sin(beta) * (np.sin(np.outer(beta, odd)) / odd).sum(axis=1) / (2 * b**2))


def rotation_grid(b: int) -> tuple[Array, Array, Array]:
    """`β_j = π(2j + 1)/4b`, `α_k = πk/b` and `γ_i = πi/b`, each `(2b,)`.

    Raises:
        SettingError: a bandwidth that is no positive integer.
    """
    beta, alpha = sphere_grid(b)
    return beta, alpha, alpha.copy()


def rotation_weights(b: int) -> Array:
    """What a sample at each `β` of the grid counts in an integral over all rotations, `(2b,)`.

    The measure is `sin β dβ dα dγ / 8π²`, so the weights of all `(2b)³` samples add up to 1. They are those of
    `sphere_weights`, shared out among the `2b` samples of `γ`. All `D^l_mn` of degree below `2b` are integrated
    exactly.

    Raises:
        SettingError: a bandwidth that is no positive integer.
    """
    return np.asarray(sphere_weights(b) / (2 * b))


def sphere_directions(b: int) -> Array:
    """The unit vectors of the grid, `(2b, 2b, 3)`: `(cos α sin β, sin α sin β, cos β)`.

    Raises:
        SettingError: a bandwidth that is no positive integer.
    """
    beta, alpha = sphere_grid(b)
    beta, alpha = np.broadcast_arrays(beta[:, None], alpha)
    return np.stack([np.cos(alpha) * np.sin(beta), np.sin(alpha) * np.sin(beta), np.cos(beta)], axis=-1)


def _checked(b: int) -> int:
    if isinstance(b, bool) or not isinstance(b, int | np.integer) or b < 1:
        raise SettingError(f"a bandwidth should be a positive integer, not {b!r}")
    return int(b)
