"""How well the next frames of a sequence are forecast, against what one knows without a network."""

from typing import Literal

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from svertka.data.datasets import DataSet
from svertka.data.rasters import Pixels
from svertka.data.samples import Indices
from svertka.data.sequences import Sequences
from svertka.data.stores import Store
from svertka.data.truths import Following
from svertka.drawing import FIRST, SECOND, STYLE, svg
from svertka.evaluation.figures import ColumnFigures, Floats, Value, by_column
from svertka.evaluation.gathering import Found
from svertka.evaluation.reports import Report, Subject
from svertka.inference import Predictor

SPAN = 168  # frames that the curve shows


class Baseline(Value):
    """What anybody can say without learning, and its error."""

    name: str
    rmse: float


class ForecastReport(Report):
    """How far forecasts are off, over all places, in the frames' own units.

    `skill` is the share by which the error is below that of the best baseline.
    """

    task: Literal["forecast"] = "forecast"
    rmse: float
    skill: float
    baselines: list[Baseline]
    columns: list[ColumnFigures]


class Forecasts:
    """Forecasts beside the frames that came, and beside what would have been said without a network."""

    def __init__(self, predictor: Predictor, data: DataSet, store: Store, training: Indices) -> None:
        self.predictor, self.data, self.store = predictor, data, store
        self.training = training
        self.places: list[Indices] = []
        self.values: list[Floats] = []
        self.truths: list[Floats] = []

    def add(self, places: Indices, pixels: Pixels) -> None:
        self.places.append(places)
        self.values.append(self.predictor.of(pixels))
        self.truths.append(self._truths(places))

    def found(self, subject: Subject) -> Found:
        places = np.concatenate(self.places)
        values, truths = np.concatenate(self.values), np.concatenate(self.truths)
        baselines = [Baseline(name=name, rmse=rmse(said, truths)) for name, said in self._baselines(places).items()]
        error = rmse(values, truths)
        best = min(baseline.rmse for baseline in baselines)
        report = ForecastReport(
            subject=subject,
            rmse=error,
            skill=1 - error / best if best > 0 else 0.0,
            baselines=sorted(baselines, key=lambda each: each.rmse),
            columns=by_column(_columns(values), _columns(truths), self.data.columns),
        )
        return Found(report, {"course": course(values, truths), "map": error_map(values, truths)})

    def _truths(self, places: Indices) -> Floats:
        assert self.data.truth is not None
        return np.asarray(self.data.truth.take(places, self.predictor.preprocess), np.float64)

    def _baselines(self, places: Indices) -> dict[str, Floats]:
        """The frame at every lag that begins a group, and means over the training frames."""
        truth = self.data.truth
        assert isinstance(truth, Following)
        sequences = truth.sequences
        channels = len(self.data.columns)
        said: dict[str, Floats] = {}
        pixels = np.asarray(self.store.take(places), np.float64)
        for number, group in enumerate(sequences.lags):
            first = sum(map(len, sequences.lags[:number])) * channels
            name = "the frame before" if group[0] == 1 else f"{group[0]} frames before"
            said[name] = pixels[:, first : first + channels]
            if group[0] > 1 and len(self.training):
                said[f"the mean at this place in {group[0]} frames"] = self._means(sequences, places, group[0])
        if len(self.training):
            said["the mean"] = np.broadcast_to(self._truths(self.training).mean(axis=0), pixels[:, :channels].shape)
        return said

    def _means(self, sequences: Sequences, places: Indices, cycle: int) -> Floats:
        """The mean of the training frames that stand at the same place in cycles of so many frames."""
        truth = self.data.truth
        assert isinstance(truth, Following)
        phase = np.array([sequences.find(int(index))[1] % cycle for index in truth.indices])
        frames = self._truths(self.training)
        known = phase[self.training]
        means = np.stack([frames[known == at].mean(axis=0) if (known == at).any() else frames.mean(axis=0)
                          for at in range(cycle)])  # fmt: skip
        return np.asarray(means[phase[places]])


def rmse(values: Floats, truths: Floats) -> float:
    """The root of the mean square error over everything."""
    return float(np.sqrt(np.square(values - truths).mean()))


def course(values: Floats, truths: Floats) -> str:
    """The sum over all places, frame after frame, as it was and as it was forecast."""
    with mpl.rc_context(STYLE):
        canvas = Figure(figsize=(9.4, 2.6), layout="constrained")
        axes = canvas.subplots()
        for frames, colour, label in ((truths, FIRST, "truth"), (values, SECOND, "forecast")):
            sums = frames[-SPAN:].reshape(len(frames[-SPAN:]), -1).sum(axis=1)
            axes.plot(sums, color=colour, label=label, linewidth=1.2)
        axes.set(xlabel="frame", title="sum over all places, the last frames")
        axes.legend(loc="upper right", ncols=2)
        return svg(canvas)


def error_map(values: Floats, truths: Floats) -> str:
    """Where forecasts are off: the root of the mean square error at every place; of volumes the middle."""
    error = np.sqrt(np.square(values - truths).mean(axis=(0, 1)))
    plane = error[None] if error.ndim == 1 else error[len(error) // 2] if error.ndim == 3 else error
    with mpl.rc_context(STYLE):
        canvas = Figure(figsize=(4.2, 3.2), layout="constrained")
        axes = canvas.subplots()
        canvas.colorbar(axes.imshow(plane, cmap="Blues", vmin=0))
        axes.grid(visible=False)
        return svg(canvas)


def _columns(frames: Floats) -> Floats:
    """Frames `(frames, channels, *sizes)` as `(any, channels)`."""
    return np.moveaxis(frames, 1, -1).reshape(-1, frames.shape[1])
