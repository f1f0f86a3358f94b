"""WAV, by SciPy: a signal with a channel for each microphone."""

import warnings
from pathlib import Path

import numpy as np
from scipy.io import wavfile

from svertka.data.formats.registry import Format, Opening, register
from svertka.data.rasters import Raster, plain
from svertka.errors import DataError


def read(path: Path, opening: Opening) -> Raster:
    """Samples `(channels, time)` in the file's own type."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", wavfile.WavFileWarning)  # about chunks of notes beside the sound
        _, sound = wavfile.read(path)
    if sound.size == 0:
        raise DataError("it holds no sound")
    opening.admit(sound.shape[:1])
    return plain(np.atleast_2d(sound.T))


SOUND = register(Format("WAV", (".wav",), read=read))
