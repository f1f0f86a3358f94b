import numpy as np
import pytest

from svertka import SettingError
from svertka.inference.tiles.files import created, opened


def test_an_image_is_opened_and_another_like_it_made(tmp_path):
    np.save(tmp_path / "in.npy", np.zeros((7, 9), np.uint8))
    source = opened(tmp_path / "in.npy")
    sink = created(tmp_path / "out.npy", channels=2, sizes=source.sizes, dtype=np.float32, like=source)
    assert np.load(tmp_path / "out.npy").shape == (2, 7, 9)
    assert not sink.done((slice(0, 7), slice(0, 9)))


def test_other_endings_are_named(tmp_path):
    with pytest.raises(SettingError, match=r"in.gif cannot be read or written in tiles: its name should end in .npy"):
        opened(tmp_path / "in.gif")
