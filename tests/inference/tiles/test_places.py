import numpy as np
import pytest

from svertka import DataError
from svertka.inference.tiles import ArraySink, ArraySource, FileSink, FileSource, Sink, Source

WINDOW = (slice(1, 3), slice(0, 4))


@pytest.mark.parametrize("shape", [(5, 6), (3, 5, 6), (5, 6, 3), (5, 6, 7), (50,)])
def test_a_file_is_read_as_channels_first(tmp_path, rng, shape):
    array = rng.integers(0, 255, shape).astype(np.uint8)
    np.save(tmp_path / "a.npy", array)
    source = FileSource(tmp_path / "a.npy")
    assert isinstance(source, Source)
    channels = 3 if 3 in shape else 1
    whole = np.moveaxis(array, -1, 0) if shape[-1] == 3 else array.reshape(channels, *source.sizes)
    window = tuple(slice(1, size - 1) for size in source.sizes)
    assert source.channels == channels
    assert np.array_equal(source.read(window), whole[(slice(None), *window)])


def test_black_and_white_is_of_eight_bits(tmp_path):
    np.save(tmp_path / "a.npy", np.eye(5, dtype=bool))
    source = FileSource(tmp_path / "a.npy")
    assert source.dtype == np.uint8
    assert source.read((slice(0, 2), slice(0, 2))).tolist() == [[[255, 0], [0, 255]]]


def test_what_is_no_image_is_named(tmp_path):
    (tmp_path / "a.npy").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"a.npy cannot be read as .npy"):
        FileSource(tmp_path / "a.npy")
    np.save(tmp_path / "b.npy", np.zeros((4, 3, 9, 9)))
    with pytest.raises(DataError, match=r"b.npy holds 4 images; wanted one"):
        FileSource(tmp_path / "b.npy", axes="NCHW")


def test_arrays_in_memory_are_places_too(rng):
    pixels = rng.normal(size=(2, 4, 5))
    source, sink = ArraySource(pixels), ArraySink(2, (4, 5), np.float64)
    assert isinstance(source, Source)
    assert isinstance(sink, Sink)
    assert not sink.done(WINDOW)
    sink.write(WINDOW, source.read(WINDOW))
    assert sink.done(WINDOW)
    assert np.array_equal(sink.pixels[:, 1:3, :4], pixels[:, 1:3, :4])


def test_a_file_remembers_which_windows_are_written(tmp_path):
    make = lambda: FileSink(tmp_path / "out.npy", 2, (4, 5), np.float32)  # noqa: E731
    sink = make()
    sink.write(WINDOW, np.ones((2, 2, 4), np.float32))
    again = make()
    assert again.done(WINDOW)
    assert not again.done((slice(0, 3), slice(0, 4)))
    again.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.npy"]
    assert np.load(tmp_path / "out.npy").sum() == 16


def test_a_window_that_was_not_quite_remembered_is_written_again(tmp_path):
    sink = FileSink(tmp_path / "out.npy", 1, (4, 5), np.uint8)
    sink.write(WINDOW, np.ones((1, 2, 4), np.uint8))
    text = sink.list.read_text()
    sink.list.write_text(text + "3:4,0:5")  # the process was killed while it wrote this line
    again = FileSink(tmp_path / "out.npy", 1, (4, 5), np.uint8)
    assert again.done(WINDOW)
    assert not again.done((slice(3, 4), slice(0, 5)))


def test_one_channel_has_no_axis_of_its_own(tmp_path):
    FileSink(tmp_path / "out.npy", 1, (4, 5), np.uint8)
    assert np.load(tmp_path / "out.npy").shape == (4, 5)


def test_a_file_of_another_shape_is_not_gone_on_with(tmp_path):
    np.save(tmp_path / "out.npy", np.zeros((3, 3), np.uint8))
    with pytest.raises(DataError, match=r"out.npy is there already and holds 3x3 of uint8, where 4x5 of uint8 are to"):
        FileSink(tmp_path / "out.npy", 1, (4, 5), np.uint8)


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    with pytest.raises(DataError, match=r"cannot write .*out.npy: No space left on device"):
        FileSink(tmp_path / "out.npy", 1, (4, 5), np.uint8)
    assert list(tmp_path.iterdir()) == []
