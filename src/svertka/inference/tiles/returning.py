"""Memory given back between tiles: the C library keeps what was let go, in pieces that the next may not fit into."""

import ctypes
import sys
from collections.abc import Callable
from functools import cache, partial


def give_back() -> None:
    """Return free memory to the system, where its C library can."""
    _trimmer()()


@cache
def _trimmer() -> Callable[[], object]:
    if sys.platform != "linux":
        return lambda: None
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
    return (lambda: None) if trim is None else partial(trim, 0)
