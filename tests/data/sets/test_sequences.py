import h5py
import numpy as np
import pytest

from svertka.data.sets import open_data
from svertka.errors import DataError
from svertka.settings import DataSettings

FRAMES = np.random.default_rng(0).random((30, 2, 5, 6)).astype(np.float32)


def opened(path, **changes):
    return open_data(path, DataSettings(**{"task": "forecast", "lags": "1-2/5"} | changes))


def hdf5(path, **arrays):
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array
    return path


def test_frames_of_every_kind_of_file(tmp_path):
    np.save(tmp_path / "a.npy", FRAMES)
    np.savez(tmp_path / "b.npz", flow=FRAMES)
    hdf5(tmp_path / "c.h5", data=FRAMES, date=np.array([b"2010010101"] * 30))
    for name in ("a.npy", "b.npz", "c.h5"):
        data = opened(tmp_path / name)
        assert (len(data), data.task, data.columns) == (25, "forecast", ("channel 0", "channel 1"))
        np.testing.assert_array_equal(data.samples.read(3).pixels[:2], FRAMES[7])


def test_files_of_a_folder_are_stretches_in_order_of_their_names(tmp_path):
    np.save(tmp_path / "2011.npy", FRAMES[12:])
    np.save(tmp_path / "2010.npy", FRAMES[:12])
    (tmp_path / "notes.txt").write_text("holidays")
    data = opened(tmp_path)
    assert len(data) == 7 + 13
    assert data.samples.place(0) == "2010.npy:2010[5]"
    assert data.samples.place(7) == "2011.npy:2011[5]"


def test_lines_and_volumes_are_frames_too(tmp_path):
    np.save(tmp_path / "lines.npy", np.zeros((20, 7)))
    np.save(tmp_path / "volumes.npy", np.zeros((20, 5, 6, 7)))
    assert opened(tmp_path / "lines.npy").samples.peek(0).sizes == (7,)
    assert opened(tmp_path / "volumes.npy").samples.peek(0).sizes == (5, 6, 7)
    assert opened(tmp_path / "volumes.npy", axes="NCHW").samples.peek(0).sizes == (6, 7)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"one": FRAMES, "two": FRAMES}, r"wanted one array of frames"),
        ({"date": np.zeros(5)}, r"wanted one array of frames"),
        ({"data": FRAMES[:6]}, r"too few frames to look 5 of them back; see --lags"),
    ],
)
def test_what_holds_no_sequence_is_said(tmp_path, arrays, message):
    with pytest.raises(DataError, match=message):
        opened(hdf5(tmp_path / "x.h5", **arrays))


def test_folders_without_frames_and_frames_of_two_kinds_are_refused(tmp_path):
    with pytest.raises(DataError, match="holds no sequence of frames"):
        opened(tmp_path)
    np.save(tmp_path / "a.npy", FRAMES)
    np.save(tmp_path / "b.npy", FRAMES[:, :1])
    with pytest.raises(DataError, match="differ in kind"):
        opened(tmp_path)


def test_without_the_task_they_are_no_sequence(tmp_path):
    np.save(tmp_path / "a.npy", FRAMES)
    with pytest.raises(DataError, match="wanted images and labels"):
        open_data(tmp_path / "a.npy", DataSettings())
