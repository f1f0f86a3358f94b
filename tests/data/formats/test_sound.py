import wave
import zipfile
from io import BytesIO

import numpy as np
import pytest
from scipy.io import wavfile

from svertka.data.formats import Opening, peek, read
from svertka.errors import DataError


def written(path, frames, *, width, channels=1):
    """A file by Python's own `wave`, which is no part of SciPy."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(8000)
        file.writeframes(frames)
    return path


def test_each_microphone_is_a_channel(tmp_path, rng):
    sound = rng.integers(-(2**15), 2**15, (100, 3), dtype=np.int16)
    found = read(written(tmp_path / "x.wav", sound.astype("<i2").tobytes(), width=2, channels=3))
    assert found.pixels.dtype == np.int16
    np.testing.assert_array_equal(found.pixels, sound.T)


def test_one_microphone_is_one_channel_of_time(tmp_path):
    found = read(written(tmp_path / "x.wav", bytes(range(50)), width=1))
    np.testing.assert_array_equal(found.pixels, np.arange(50, dtype=np.uint8)[None])
    assert found.header.sizes == (50,)


def test_24_bits_keep_their_order_and_sign(tmp_path):
    values = [-(2**23), -1, 0, 1, 2**23 - 1]
    frames = b"".join(value.to_bytes(3, "little", signed=True) for value in values)
    pixels = read(written(tmp_path / "x.wav", frames, width=3)).pixels
    np.testing.assert_array_equal(pixels // 256, [values])


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_peek_agrees_with_read(tmp_path, dtype, channels):
    path = tmp_path / "x.wav"
    wavfile.write(path, 8000, np.ones((20, channels), dtype))
    assert peek(path) == read(path).header
    assert read(path).pixels.dtype == dtype


def test_chunks_beside_the_sound_are_passed_over(tmp_path):
    path = written(tmp_path / "x.wav", bytes(range(50)), width=1)
    content = path.read_bytes() + b"note" + (4).to_bytes(4, "little") + b"abcd"
    path.write_bytes(content[:4] + (len(content) - 8).to_bytes(4, "little") + content[8:])
    np.testing.assert_array_equal(read(path).pixels, np.arange(50)[None])


def test_no_sound_is_said(tmp_path):
    with pytest.raises(DataError, match=r"x\.wav: it holds no sound"):
        read(written(tmp_path / "x.wav", b"", width=2))


@pytest.mark.parametrize("share", [0.005, 0.3, 0.95])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_truncated_sound_is_named(tmp_path, share, channels):
    path = written(tmp_path / "x.wav", bytes(8000), width=2, channels=channels)
    path.write_bytes(path.read_bytes()[: 4 * int(share * path.stat().st_size / 4)])
    with pytest.raises(DataError, match=r"x\.wav"):
        read(path)


def test_the_limit_counts_instants(tmp_path):
    path = written(tmp_path / "x.wav", bytes(400), width=2, channels=2)
    assert read(path, Opening(max_pixels=100)).pixels.shape == (2, 100)
    with pytest.raises(DataError, match="100 pixels and the limit is 99"):
        read(path, Opening(max_pixels=99))


def test_spoken_digits_are_read_as_the_standard_library_reads_them(shared, tmp_path):
    with zipfile.ZipFile(shared / "fsdd" / "recordings.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".wav")][:20]
        for name in names:
            (tmp_path / "x.wav").write_bytes(archive.read(name))
            with wave.open(BytesIO(archive.read(name))) as file:
                wanted = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            np.testing.assert_array_equal(read(tmp_path / "x.wav").pixels, wanted[None])
