"""The mask of an image of any size, from the command line."""

from collections.abc import Sequence
from pathlib import Path

from svertka.cli.output import Output, facts
from svertka.errors import DataError, SettingError
from svertka.geometry import times
from svertka.settings import PredictSettings


def answer(
    run: Path, inputs: Sequence[Path], out: Path | None, *, overwrite: bool, settings: PredictSettings, output: Output
) -> None:
    """Outline one image in tiles, and say what was done.

    Raises:
        SettingError: there is not one image, or no file for its mask.
        DataError: the image is not there.
    """
    from svertka.cli.screen import counting
    from svertka.inference import Predictor
    from svertka.inference.large import outlined_in_tiles
    from svertka.runs import open_run

    if len(inputs) != 1 or out is None:
        raise SettingError("--tile wants one image, and --out with the file for its mask")
    if not inputs[0].exists():
        raise DataError(f"there is no file {inputs[0]}")
    console = output.console()
    predictor = Predictor.load(open_run(run), settings.device)
    with counting(console, "predicting", quiet=output.quiet) as progress:
        done = outlined_in_tiles(predictor, inputs[0], out, settings, overwrite=overwrite, progress=progress)
    document = {"out": str(out), "tile": done.sides, "tiles": done.tiles, "before": done.before, "unreadable": done.bad}
    output.answer(document, facts([
        ("tiles", done.tiles), ("sides", times(done.sides)), ("there before", done.before), ("unreadable", done.bad),
        ("file", str(out)),
    ]))  # fmt: skip
