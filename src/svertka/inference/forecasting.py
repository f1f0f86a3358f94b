"""Frames that come after the end of a sequence."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from svertka.data.rasters import Pixels
from svertka.data.sequences import Sequences, lags_of
from svertka.data.sets import sequences
from svertka.errors import DataError
from svertka.inference.inputs import Input
from svertka.inference.predictor import Prediction, Predictor
from svertka.settings import DataSettings, PredictSettings


def frames(predictor: Predictor, inputs: Iterable[Input], settings: PredictSettings) -> Iterator[Prediction]:
    """The next `steps` frames of each sequence; each is forecast from those before, the forecast ones among them."""
    lags = lags_of(predictor.facts.lags)
    for each in inputs:
        name, past = _past(each, predictor, settings)
        back = [lag for group in lags for lag in group]
        if len(past) < max(back):
            raise DataError(f"{name} has {len(past)} frames, and the network looks {max(back)} back")
        for step in range(1, settings.steps + 1):
            stack = np.concatenate([past[-lag] for lag in back])[None]
            frame = predictor.of(predictor.preprocess.sized(stack))[0].astype(np.float32)
            past = [*past[1:], frame]
            means = frame.reshape(len(frame), -1).mean(axis=1)
            answers = dict(zip(predictor.names, means.tolist(), strict=True))
            yield Prediction(f"{name}+{step}", "forecast", answers, frame)


def _past(each: Input, predictor: Predictor, settings: PredictSettings) -> tuple[str, list[Pixels]]:
    """The frames of the last stretch, in order of time."""
    if isinstance(each, np.ndarray):
        return "array", list(each.astype(np.float32))
    path = Path(each).expanduser()
    if not path.exists():
        raise DataError(f"there is no file or folder {path}")
    data = sequences.read(path, DataSettings(lags=predictor.facts.lags, axes=settings.axes, task="forecast"))
    assert isinstance(data.samples, Sequences)
    last = data.samples.stretches[-1]
    reach = data.samples.reach
    return str(path), [last.read(place).pixels.astype(np.float32) for place in range(len(last) - reach, len(last))]
