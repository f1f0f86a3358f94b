"""Pictures that need no data set, and the style of all."""

from svertka.drawing.balls import balls
from svertka.drawing.sight import sight
from svertka.drawing.style import FIRST, INK, LINE, SECOND, SOFT, STYLE, png, saved, svg, uri

__all__ = ["FIRST", "INK", "LINE", "SECOND", "SOFT", "STYLE", "balls", "png", "saved", "sight", "svg", "uri"]
