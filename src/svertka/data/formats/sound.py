"""WAV, by SciPy: a signal with a channel for each microphone."""

import warnings
from pathlib import Path
from threading import Lock

import numpy as np
from scipy.io import wavfile

from svertka.data.formats.registry import Format, Opening, register
from svertka.data.rasters import Raster, plain
from svertka.errors import DataError

_FILTERS = Lock()  # Python's filters of warnings belong to all threads


def read(path: Path, opening: Opening) -> Raster:
    """Samples `(channels, time)` in the file's own type."""
    _whole(path)
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore", wavfile.WavFileWarning)  # about chunks of notes beside the sound
        warnings.filterwarnings("error", "Incomplete chunk|Reached EOF", wavfile.WavFileWarning)
        _, sound = wavfile.read(path)
    if sound.size == 0:
        raise DataError("it holds no sound")
    opening.admit(sound.shape[:1])
    return plain(np.atleast_2d(sound.T))


def rate(path: Path) -> int | None:
    """How many samples a second has; nothing where the file is no WAV."""
    if path.suffix.lower() != ".wav" or not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(28)
    return int.from_bytes(head[24:28], "little") or None


def _whole(path: Path) -> None:
    """See that the file is as long as it says."""
    with path.open("rb") as file:
        head = file.read(8)
    have, wanted = path.stat().st_size, int.from_bytes(head[4:], "little") + 8
    if head[:4] == b"RIFF" and have < wanted:
        raise DataError(f"it is truncated: it has {have:,} bytes of {wanted:,}")


SOUND = register(Format("WAV", (".wav",), read=read))
