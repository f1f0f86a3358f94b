"""What a trained network says of what it is given, whatever its task."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from svertka.inference.combining import combined
from svertka.inference.ensembles import check_alone
from svertka.inference.forecasting import frames
from svertka.inference.inputs import Input
from svertka.inference.mapping import maps
from svertka.inference.outlining import outlines
from svertka.inference.predictor import Prediction, Predictor
from svertka.inference.speaking import sounds
from svertka.runs import Run, open_run
from svertka.settings import PredictSettings

Stream = Callable[[Predictor, Iterable[Input], PredictSettings], Iterator[Prediction]]
STREAMS: dict[str, Stream] = {"segment": outlines, "forecast": frames, "next": sounds}


def predictions(predictor: Predictor, inputs: Iterable[Input], settings: PredictSettings) -> Iterator[Prediction]:
    """Predictions one after another, in the order of the inputs, in memory that does not grow with their number.

    Raises:
        DataError: an input cannot be read or is of another kind, and `skip_bad` is false.
        ShapeError: with `dense`, a layer of the network forbids it; with views, the network does not take their sizes.
        SettingError, UnknownName, RunError: several answers cannot be combined so.
    """
    if settings.several:
        return combined(predictor, inputs, settings)
    check_alone(settings)
    stream = maps if settings.dense else STREAMS.get(predictor.facts.task, Predictor.stream)
    return stream(predictor, inputs, settings)


def predict(
    run: str | Path | Run, *inputs: Input, settings: PredictSettings | None = None, **changes: object
) -> list[Prediction]:
    """What a trained network says of images, sequences or sounds.

    Args:
        run: a run folder, or the run itself.
        *inputs: files, folders and arrays; see `predictions` for more of them than fit into memory.
        settings: the choices of `PredictSettings`; each may also be given by name.
        **changes: choices by name, as in `top=5`.

    Raises:
        RunError: the folder is no run, or is damaged.
        DataError: an input cannot be read or is of another kind, and `skip_bad` is false.
        UnknownName, SettingError: a choice is unknown or out of range.
    """
    chosen = (settings or PredictSettings()).but(**changes)
    predictor = Predictor.load(run if isinstance(run, Run) else open_run(run), chosen.device)
    return list(predictions(predictor, inputs, chosen))
