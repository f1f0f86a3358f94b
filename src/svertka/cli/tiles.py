"""The mask or map of an image of any size, from the command line."""

from collections.abc import Sequence
from pathlib import Path

from svertka.cli.output import Output, Row, facts
from svertka.errors import SettingError
from svertka.geometry import times
from svertka.settings import PredictSettings


def answer(
    run: Path, inputs: Sequence[Path], out: Path | None, *, overwrite: bool, settings: PredictSettings, output: Output
) -> None:
    """Outline one image in tiles, here or on a cluster, and say what was done.

    Raises:
        SettingError: there is not one image, or no file for the answer.
    """
    from svertka.cli.screen import counting
    from svertka.inference import Predictor
    from svertka.inference.content import content
    from svertka.inference.large import predicted_in_tiles
    from svertka.inference.machines import predicted_on_machines
    from svertka.runs import open_run

    if len(inputs) != 1 or out is None:
        raise SettingError("--tile wants one image, and --out with the file for its mask or map")
    console, source = output.console(), open_run(run)
    predictor = Predictor.load(source, settings.device)
    gap = content(predictor, settings).gap
    words = (predictor, inputs[0], out, settings)
    with counting(console, "predicting", quiet=output.quiet) as progress:
        if settings.scheduler is None:
            done = predicted_in_tiles(*words, overwrite=overwrite, progress=progress)
        else:
            done = predicted_on_machines(source, *words, overwrite=overwrite, progress=progress)
    document = {"out": str(out), "tile": done.sides, "tiles": done.tiles, "before": done.before, "unreadable": done.bad}
    cells: list[Row] = [
        ("tiles", done.tiles), ("sides", times(done.sides)), ("there before", done.before),
        ("unreadable", f"{done.bad}; places without an answer hold {gap:g}" if done.bad else 0), ("file", str(out)),
    ]  # fmt: skip
    output.answer(document, facts(cells))
