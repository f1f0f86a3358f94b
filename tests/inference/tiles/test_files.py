import numpy as np
import pytest
import tifffile

from svertka import SettingError
from svertka.inference.tiles import Sink, Source, created, opened

WINDOW = slice(0, 7), slice(0, 9)


@pytest.mark.parametrize("ending", [".npy", ".tif"])
def test_an_image_is_opened_and_another_like_it_filled(tmp_path, rng, ending):
    pixels = rng.integers(0, 256, (7, 9)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "in.tif", pixels)
    with opened(tmp_path / "in.tif") as source:
        assert isinstance(source, Source)
        out = tmp_path / f"out{ending}"
        sink = created(out, channels=1, sizes=source.sizes, dtype=source.dtype, tile=(7, 9), like=source)
        assert isinstance(sink, Sink)
        assert not sink.done(WINDOW)
        sink.write(WINDOW, source.read(WINDOW))
        assert sink.done(WINDOW)
        assert not out.exists()
        sink.close()
    with opened(out) as filled:
        assert np.array_equal(filled.read(WINDOW)[0], pixels)


def test_other_endings_are_named(tmp_path):
    with pytest.raises(SettingError, match=r"out.gif cannot be written in windows: its name should end in one of"):
        created(tmp_path / "out.gif", channels=1, sizes=(7, 9), dtype=np.uint8, tile=(7, 9))
