import csv
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from PIL import Image
from scipy.io import wavfile

from svertka import DataError
from svertka.cli.contents import stored
from svertka.inference import Prediction


def write(folder, *predictions, overwrite=False, rate=None):
    return stored(predictions, folder, rate=rate, overwrite=overwrite, progress=lambda done, total: None)


def mask(name, shape=(4, 5), dtype=np.uint8):
    return Prediction(name, "segment", {"0": 0.25, "255": 0.75}, np.arange(np.prod(shape)).reshape(shape).astype(dtype))


def test_masks_are_pictures_beside_a_table(tmp_path):
    assert write(tmp_path / "out", mask("a/b/one.png"), mask("two.tif", (3, 4, 5))) == 2
    with Image.open(tmp_path / "out" / "one.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), mask("").content)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "out" / "two.tif"), mask("", (3, 4, 5)).content)
    rows = list(csv.reader((tmp_path / "out" / "predictions.csv").read_text().splitlines()))
    assert rows == [
        ["path", "file", "0", "255"],
        ["a/b/one.png", "one.png", "0.25", "0.75"],
        ["two.tif", "two.tif", "0.25", "0.75"],
    ]


def test_uncertainty_stands_in_the_table(tmp_path):
    write(tmp_path, Prediction("a.png", "segment", {"0": 1.0}, np.zeros((4, 5), np.uint8), {"entropy": 0.5}))
    assert (tmp_path / "predictions.csv").read_text() == "path,file,0,entropy\na.png,a.png,1,0.5\n"


def test_what_is_doubtful_at_each_place_lies_beside_the_mask(tmp_path, rng):
    doubts = rng.random((3, 4, 5)).astype(np.float32)
    write(tmp_path, replace(mask("a.png"), doubts=doubts), replace(mask("a.uncertainty.png", dtype=np.int32)))
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "a.uncertainty.tif"), doubts)
    with tifffile.TiffFile(tmp_path / "a.uncertainty.tif") as file:
        assert len(file.pages) == 3
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "a.uncertainty-2.tif"), mask("").content)
    (tmp_path / "a.png").unlink()
    with pytest.raises(DataError, match=r"a.uncertainty.tif is there already"):
        write(tmp_path, replace(mask("a.png"), doubts=doubts), overwrite=False)


def test_maps_of_every_class_are_kept_as_they_are(tmp_path):
    plane = Prediction("slide.tif", "dense", {"a": 0.5, "b": 0.5}, np.full((2, 4, 5), 0.5, np.float32))
    line = Prediction("wave.wav", "dense", {"a": 0.5, "b": 0.5}, np.full((2, 7), 0.5, np.float32))
    write(tmp_path, plane, line)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "slide.tif"), plane.content)
    np.testing.assert_array_equal(np.load(tmp_path / "wave.npy"), line.content)


def test_values_beyond_a_byte_are_kept(tmp_path):
    write(tmp_path, mask("deep.png", dtype=np.int32))
    assert tifffile.imread(tmp_path / "deep.tif").dtype == np.int32


def test_frames_and_sounds(tmp_path):
    frame = Prediction("year.h5+1", "forecast", {"channel 0": 1.0}, np.ones((1, 2, 3), np.float32))
    sound = Prediction("7", "next", {"samples": 3.0}, np.array([0.0, 1.0, -1.0]))
    write(tmp_path, frame, sound, rate=16000)
    np.testing.assert_array_equal(np.load(tmp_path / "year.npy"), frame.content)
    rate, wave = wavfile.read(tmp_path / "7.wav")
    assert (rate, wave.tolist()) == (16000, [0, 32767, -32767])


def test_equal_names_get_numbers_and_nothing_is_lost(tmp_path):
    write(tmp_path, mask("a/x.png"), mask("b/x.png"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["predictions.csv", "x-2.png", "x.png"]
    with pytest.raises(DataError, match=r"x.png is there already; replace it with --overwrite"):
        write(tmp_path, mask("a/x.png"))
    assert write(tmp_path, mask("a/x.png"), overwrite=True) == 1


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot write into"):
        write(tmp_path / "file", mask("x.png"))
