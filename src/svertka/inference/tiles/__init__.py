"""Images of any size through fully convolutional networks, in tiles that join to the very result of the whole."""

from svertka.inference.tiles.files import created, opened
from svertka.inference.tiles.places import ArraySink, ArraySource, Sink, Source
from svertka.inference.tiles.recording import recorded
from svertka.inference.tiles.tiling import Done, tiled

__all__ = ["ArraySink", "ArraySource", "Done", "Sink", "Source", "created", "opened", "recorded", "tiled"]
