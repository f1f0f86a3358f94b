"""Images of any size, read and written by windows, in memory that does not grow with them."""

from svertka.data.windows.forms import Readable, Sink, Source, Window, Writable, pieces, spelled
from svertka.data.windows.reading import Opened, opened
from svertka.data.windows.writing import Written, created, joined

__all__ = [
    "Opened",
    "Readable",
    "Sink",
    "Source",
    "Window",
    "Writable",
    "Written",
    "created",
    "joined",
    "opened",
    "pieces",
    "spelled",
]
