"""Images of any size, read and written by windows, in memory that does not grow with them."""

from svertka.data.windows.forms import Sink, Source, Window, pieces
from svertka.data.windows.reading import Opened, opened
from svertka.data.windows.writing import Written, created, joined

__all__ = ["Opened", "Sink", "Source", "Window", "Written", "created", "joined", "opened", "pieces"]
