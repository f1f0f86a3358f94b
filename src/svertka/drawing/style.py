"""How pictures look, and how they are written."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image

from svertka.errors import DataError, SettingError

ENDINGS = (".png", ".svg", ".pdf")
INK, SOFT, LINE = "#1d2733", "#6b7785", "#dde3ea"
FIRST, SECOND = "#0b6e99", "#d9622b"
STYLE: Any = {
    "font.family": "sans-serif", "font.size": 9, "axes.edgecolor": LINE, "axes.labelcolor": SOFT,
    "axes.titlesize": 10, "axes.titlecolor": INK, "axes.titlelocation": "left",
    "axes.grid": True, "axes.axisbelow": True,
    "axes.spines.top": False, "axes.spines.right": False, "grid.color": LINE, "grid.linewidth": 0.6,
    "xtick.color": SOFT, "ytick.color": SOFT, "legend.frameon": False,
    "svg.fonttype": "path", "svg.hashsalt": "svertka",
}  # fmt: skip


def svg(canvas: Figure) -> str:
    """A drawing as an address that holds it."""
    file = BytesIO()
    canvas.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    return uri("image/svg+xml", file.getvalue())


def uri(kind: str, content: bytes) -> str:
    """An address that holds its content itself."""
    return f"data:{kind};base64,{b64encode(content).decode()}"


def png(image: Image.Image) -> str:
    """A picture as an address that holds it."""
    file = BytesIO()
    image.save(file, "PNG")
    return uri("image/png", file.getvalue())


def saved(canvas: Figure, path: Path) -> None:
    """Write a drawing into a file, as its name's ending says.

    Raises:
        SettingError: it says nothing that can be drawn.
        DataError: the file cannot be written.
    """
    if path.suffix.lower() not in ENDINGS:
        raise SettingError(f"a picture's name should end in {', '.join(ENDINGS)}, not as {path.name} does")
    try:
        with mpl.rc_context(STYLE):
            canvas.savefig(path, dpi=160)
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror or error}") from None
