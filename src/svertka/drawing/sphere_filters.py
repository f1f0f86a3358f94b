"""Filters of spherical layers: how they look on the ball, and of which degrees they are made."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from svertka.drawing.directions import Array, colouring, spherical
from svertka.drawing.globes import DOTS, WIDE, Place, directions, eye, lit
from svertka.drawing.style import FIRST, INK, STYLE, Picture
from svertka.nn import SphereConv
from svertka.ops import power_spectrum, sphere_ifft
from svertka.ops.sphere_spectra import degree_factors

ABOVE = (np.pi / 5, 0.0)  # an eye nearly above the pole, where the filters of most layers are


def sphere_filters(
    filters: Mapping[str, ArrayLike] | SphereConv,
    *,
    points: tuple[ArrayLike, ArrayLike] | None = None,
    seen_from: Place = ABOVE,
) -> Picture:
    """Filters by their titles: above, each on a ball; below, the share of its power in each degree.

    Args:
        filters: each `(2b, 2b)`, samples of its band-limited function; or a layer, whose first four are drawn.
        points: Colatitudes and longitudes, in radians, where the weights of the filters stand; drawn as dots. A layer
            knows its own.
        seen_from: Colatitude and longitude above which the eye is, in radians.

    Raises:
        ShapeError: a filter has another shape.
    """
    if isinstance(filters, SphereConv):
        known = np.transpose(filters.points) if filters.points else None
        own = None if known is None else (known[0], known[1])
        return sphere_filters(filters_of(filters), points=points or own, seen_from=seen_from)
    wide = WIDE / max(len(filters), 3)
    with mpl.rc_context({**STYLE, "axes.titlesize": 8.5, "axes.titlelocation": "center"}):
        canvas = Picture(figsize=(wide * len(filters), wide + 1.35), layout="constrained")
        every = canvas.subplots(2, len(filters), squeeze=False, height_ratios=(wide, 1.05))
        for above, below, (title, values) in zip(*every, filters.items(), strict=True):
            found = np.asarray(spherical(values), dtype=np.float64)
            above.set_axis_off()
            lit(above, found, eye(seen_from), colouring(found, None, None), dots=int(DOTS * wide))
            if points is not None:
                _dotted(above, directions(*points) @ eye(seen_from).T)
            above.set_title(title)
            _bars(below, power_by_degree(found))
        every[1, 0].set_ylabel("share of power")
        return canvas


def filters_of(layer: SphereConv, count: int = 4) -> dict[str, Array]:
    """The first filters of a layer by their channels, in and out, on a grid twice as fine as they need."""
    spectrum = layer.filter_spectrum().detach().double()
    spectrum = spectrum / degree_factors(layer.b_out, "sphere", spectrum)[:, None, None]
    signals = sphere_ifft(spectrum.permute(2, 1, 0), 2 * layer.b_out).numpy()
    names = [(one, other) for one in range(signals.shape[0]) for other in range(signals.shape[1])]
    return {f"channel {i} to {o}": signals[o, i] for o, i in names[:count]}


def power_by_degree(x: ArrayLike) -> Array:
    """The share of each degree in the mean square of a signal, `(b,)`: `(2l + 1) Σ_m |x̂^l_m|²` over their sum."""
    power = np.asarray(power_spectrum(np.asarray(x, dtype=np.float64)))
    return np.asarray(power / (power.sum() or 1.0))


def _dotted(axes: Axes, points: Array) -> None:
    x, y, towards = points.reshape(-1, 3).T
    near = towards > 0
    axes.plot(x[near], y[near], "o", ms=2.4, mfc="white", mec=INK, mew=0.6, zorder=5)


def _bars(axes: Axes, power: Array) -> None:
    """As far as there is power: filters may be drawn on finer grids than they need."""
    last = int(np.flatnonzero(power > 1e-9).max(initial=0))
    axes.bar(np.arange(last + 1), power[: last + 1], color=FIRST, width=0.8)
    axes.set(xlabel="degree", ylim=(0, None), xlim=(-0.6, last + 0.6))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.tick_params(labelsize=7)
