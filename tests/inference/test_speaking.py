import numpy as np
import pytest
from scipy.io import wavfile

from svertka import DataError, predict


def test_a_class_is_spoken_and_the_seed_decides_how(sounds_run):
    one, again = (predict(sounds_run, "low", samples=60)[0].content for _ in range(2))
    other = predict(sounds_run, "low", samples=60, seed=1)[0].content
    np.testing.assert_array_equal(one, again)
    assert one.shape == (60,)
    assert (one != other).any()
    assert np.abs(one).max() <= 1


def test_a_sound_is_continued(sounds_run):
    path = sounds_run.parent / "tones" / "low" / "0.wav"
    (found,) = predict(sounds_run, path, samples=40, like="low")
    _, sound = wavfile.read(path)
    assert len(found.content) == 160 + 40
    np.testing.assert_allclose(found.content[:160], sound / 32768, atol=1e-6)
    assert found.answers["samples"] == 200


def test_what_it_goes_on_as_must_be_said_and_known(sounds_run):
    path = sounds_run.parent / "tones" / "low" / "0.wav"
    with pytest.raises(DataError, match="say which class it is to go on as, by --like high"):
        predict(sounds_run, path, samples=5)
    with pytest.raises(DataError, match="no class shrill: this network knows high, low"):
        predict(sounds_run, path, samples=5, like="shrill")
    with pytest.raises(DataError, match="no file or folder"):
        predict(sounds_run, "shrill", samples=5)


def test_sounds_without_classes_are_learned_and_continued(tmp_path, rng):
    import svertka

    for number in range(6):
        wave = np.sin(np.arange(120) / 3 + number) * 9000
        wavfile.write(tmp_path / f"{number}.wav", 4000, wave.astype(np.int16))
    run = svertka.train("wavenet_small", tmp_path, tmp_path / "run", epochs=1, batch=2, test=1, val=1)
    assert run.names == ()
    (found,) = predict(run, tmp_path / "0.wav", samples=10)
    assert len(found.content) == 130
