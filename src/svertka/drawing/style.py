"""How pictures look, and how they are written."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image

from svertka.drawing.films import Film
from svertka.errors import DataError, SettingError

ENDINGS = (".png", ".svg", ".pdf")
INK, SOFT, LINE = "#1d2733", "#6b7785", "#dde3ea"
FIRST, SECOND = "#0b6e99", "#d9622b"
SERIES = (FIRST, SECOND, "#4f8f3a", "#8250a8", "#b0893b", "#5b6b7c", "#c0395e")
STYLE: Any = {
    "font.family": "sans-serif", "font.size": 9, "axes.edgecolor": LINE, "axes.labelcolor": SOFT,
    "axes.titlesize": 10, "axes.titlecolor": INK, "axes.titlelocation": "left",
    "axes.grid": True, "axes.axisbelow": True,
    "axes.spines.top": False, "axes.spines.right": False, "grid.color": LINE, "grid.linewidth": 0.6,
    "xtick.color": SOFT, "ytick.color": SOFT, "legend.frameon": False,
    "svg.fonttype": "path", "svg.hashsalt": "svertka",
}  # fmt: skip


class Picture(Figure):
    """A drawing that notebooks show by itself, as sharp as the screen is."""

    def _repr_svg_(self) -> str:
        return written(self).decode()


def written(canvas: Figure, *, transparent: bool = False) -> bytes:
    """A drawing as SVG; equal drawings are equal bytes."""
    file = BytesIO()
    with mpl.rc_context(STYLE):
        canvas.savefig(file, format="svg", transparent=transparent, metadata={"Date": None})
    return file.getvalue()


def svg(canvas: Figure) -> str:
    """A drawing as an address that holds it."""
    return uri("image/svg+xml", written(canvas, transparent=True))


def uri(kind: str, content: bytes) -> str:
    """An address that holds its content itself."""
    return f"data:{kind};base64,{b64encode(content).decode()}"


def png(image: Image.Image) -> str:
    """A picture as an address that holds it."""
    file = BytesIO()
    image.save(file, "PNG")
    return uri("image/png", file.getvalue())


def saved(canvas: Figure | Film, path: Path) -> None:
    """Write a drawing into a file, as its name's ending says; a film into a GIF.

    Raises:
        SettingError: it says nothing that can be drawn.
        DataError: the file cannot be written.
    """
    kind, endings = ("film", (".gif",)) if isinstance(canvas, Film) else ("picture", ENDINGS)
    if path.suffix.lower() not in endings:
        raise SettingError(f"a {kind}'s name should end in {', '.join(endings)}, not as {path.name} does")
    try:
        if isinstance(canvas, Film):
            path.write_bytes(canvas.gif())
            return
        with mpl.rc_context(STYLE):
            canvas.savefig(path, dpi=160)
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror or error}") from None
