"""Images of any size, read and written by rows, in memory that does not grow with them."""

from svertka.data.strips.forms import Form, Source
from svertka.data.strips.reading import opened
from svertka.data.strips.writing import check_holds, write

__all__ = ["Form", "Source", "check_holds", "opened", "write"]
