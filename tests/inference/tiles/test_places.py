import numpy as np

from svertka.data.windows import Readable, Writable
from svertka.inference.tiles import ArraySink, ArraySource

WINDOW = (slice(1, 3), slice(0, 4))


def test_arrays_in_memory_are_places_too(rng):
    pixels = rng.normal(size=(2, 4, 5))
    source, sink = ArraySource(pixels), ArraySink(2, (4, 5), np.float64)
    assert isinstance(source, Readable)
    assert isinstance(sink, Writable)
    assert not sink.done(WINDOW)
    sink.write(WINDOW, source.read(WINDOW))
    assert not sink.done(WINDOW)
    sink.mark(WINDOW)
    assert sink.done(WINDOW)
    assert np.array_equal(sink.pixels[:, 1:3, :4], pixels[:, 1:3, :4])
