import numpy as np
import pytest

from svertka import DataError, predict


def test_steps_build_on_one_another(forecast_run):
    frames = np.load(forecast_run.parent / "tides.npy")
    found = predict(forecast_run, frames, steps=3)
    assert [each.name for each in found] == ["array+1", "array+2", "array+3"]
    again = predict(forecast_run, np.concatenate([frames, found[0].content[None]]), steps=2)
    for one, other in zip(found[1:], again, strict=True):
        np.testing.assert_allclose(one.content, other.content, rtol=1e-5)


def test_tides_go_on(forecast_run):
    """After 240 frames with a period of 12, the next is as the first."""
    path = forecast_run.parent / "tides.npy"
    (found,) = predict(forecast_run, path)
    frames = np.load(path)
    assert found.content.shape == (2, 6, 5)
    assert np.abs(found.content - frames[0]).mean() < 0.3 * frames.std()
    assert found.answers["channel 0"] == pytest.approx(found.content[0].mean(), rel=1e-5)


def test_too_short_a_past_and_missing_files_are_said(forecast_run, tmp_path):
    with pytest.raises(DataError, match="has 5 frames, and the network looks 12 back"):
        predict(forecast_run, np.zeros((5, 2, 6, 5), np.float32))
    with pytest.raises(DataError, match="there is no file or folder"):
        predict(forecast_run, tmp_path / "none.npy")
