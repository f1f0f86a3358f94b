"""Pictures that need no data set, and the style of all."""

from svertka.drawing.balls import balls
from svertka.drawing.bars import bars
from svertka.drawing.cells import Cells, grid, window
from svertka.drawing.curves import curves
from svertka.drawing.films import Film
from svertka.drawing.globes import globes
from svertka.drawing.maps import maps
from svertka.drawing.matrices import matrix
from svertka.drawing.photographs import photographs
from svertka.drawing.rotations import rotations
from svertka.drawing.sight import sight
from svertka.drawing.solids import solid
from svertka.drawing.sphere_filters import sphere_filters
from svertka.drawing.steps import Step, pooling, sliding, spreading
from svertka.drawing.strips import film, strip
from svertka.drawing.style import FIRST, INK, LINE, SECOND, SERIES, SOFT, STYLE, Picture, png, saved, svg, uri
from svertka.drawing.trends import trends
from svertka.drawing.wiring import Layer, wiring

__all__ = [
    "FIRST",
    "INK",
    "LINE",
    "SECOND",
    "SERIES",
    "SOFT",
    "STYLE",
    "Cells",
    "Film",
    "Layer",
    "Picture",
    "Step",
    "balls",
    "bars",
    "curves",
    "film",
    "globes",
    "grid",
    "maps",
    "matrix",
    "photographs",
    "png",
    "pooling",
    "rotations",
    "saved",
    "sight",
    "sliding",
    "solid",
    "sphere_filters",
    "spreading",
    "strip",
    "svg",
    "trends",
    "uri",
    "window",
    "wiring",
]
