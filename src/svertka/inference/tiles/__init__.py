"""Images of any size through fully convolutional networks, in tiles that join to the very result of the whole."""

from svertka.inference.tiles.places import ArraySink, ArraySource
from svertka.inference.tiles.recording import recorded
from svertka.inference.tiles.tiling import Done, tiled

__all__ = ["ArraySink", "ArraySource", "Done", "recorded", "tiled"]
