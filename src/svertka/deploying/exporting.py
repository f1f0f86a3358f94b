"""From a run to a file that other programs run, compared with the network before it appears."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

from svertka.deploying.candidates import reason
from svertka.deploying.checking import TOLERANCES, spread
from svertka.deploying.formats import Format, format_of
from svertka.deploying.optimising import plain
from svertka.deploying.sampling import Sampled, random, sampled
from svertka.deploying.wrapping import Whole
from svertka.engines import Scores
from svertka.engines.exchange import LEAST, exported, taken
from svertka.engines.folding import folded
from svertka.errors import DataError, RunError, SettingError
from svertka.inference import Predictor
from svertka.runs import Run, open_run

log = logging.getLogger(__name__)

COMPARED = 16  # images of the run's own, and as many random ones
INNER = ("images", "scores")
OUTER = ("pixels", "answers")


@dataclass(frozen=True)
class Exported:
    """A file with what goes in, by name and shape with names for free lengths, and what comes out.

    `error` is the largest difference from the network itself, in standard deviations of what comes out; `compared`
    says on what.
    """

    path: str
    files: list[str]
    input: str
    shape: list[int | str]
    output: str
    error: float
    compared: list[str]


def export(
    run: str | Path | Run, out: str | Path, *, with_preprocessing: bool = False, overwrite: bool = False
) -> Exported:
    """Write a trained network into a file for other programs: `.onnx`, OpenVINO's `.xml`, or torch's `.pt2`.

    Batches may be of any length, and images of any size where the network takes that. Normalised images go in and raw
    scores come out; with preprocessing it is ready pixels, and probabilities or numbers in their own units. Classes and
    preprocessing are in the file's metadata. It is run and compared with the network on images of the run and on random
    ones, and appears only where both agree.

    Args:
        run: a run folder, or the run itself.
        out: the file to write; its ending says the format. OpenVINO puts the weights beside it, in `.bin`.
        with_preprocessing: take pixels and give answers.
        overwrite: replace files that are there.

    Raises:
        RunError: there is no run, it is damaged, it cannot be written so, or the file differs.
        DataError: the file is there already, or cannot be written.
        SettingError: the ending says no format.
        MissingExtra: what the format needs is not installed.
    """
    path = Path(out).expanduser()
    source, kind = run if isinstance(run, Run) else open_run(run), format_of(path)
    _check_free(path, overwrite=overwrite)
    predictor = plain(source)
    images = sampled(source, predictor, COMPARED)
    noise = random(predictor, COMPARED)
    network = Whole(predictor, predictor.network) if with_preprocessing else predictor.network
    program = _program(source, network, predictor, noise, whole=with_preprocessing)
    names = OUTER if with_preprocessing else INNER
    with TemporaryDirectory(dir=_folder(path), prefix=".export-") as place:
        part = Path(place) / path.name
        kind.write(program, part, names, notes(predictor, names))
        cases = list(_cases(images, noise, taken(program), whole=with_preprocessing))
        error = _compared(network, kind, part, [case for _, case in cases])
        files = _placed(Path(place), path)
    return Exported(
        str(path), [str(file) for file in files], names[0], list(taken(program)), names[1], error,
        [what for what, _ in cases],
    )  # fmt: skip


def notes(predictor: Predictor, names: tuple[str, str]) -> dict[str, str]:
    """What a program has to know to use the file, as texts; lists are JSON."""
    facts = predictor.facts
    units = {"target_mean": facts.target_mean, "target_deviation": facts.target_deviation}
    return {
        "svertka": version("svertka"), "network": facts.variant, "task": facts.task,
        "input": names[0], "output": names[1], "classes" if not facts.target_mean else "columns":
        json.dumps(predictor.names, ensure_ascii=False), "preprocess": predictor.preprocess.model_dump_json(),
        **{name: json.dumps(value) for name, value in units.items() if value},
    }  # fmt: skip


def _program(
    run: Run, network: nn.Module, predictor: Predictor, noise: Sampled, *, whole: bool
) -> torch.export.ExportedProgram:
    inner = folded(predictor.network)
    made = Whole(predictor, inner).eval() if whole else inner
    try:
        return exported(made, (noise.pixels if whole else noise.images)[:LEAST])
    except SettingError as error:
        raise RunError(
            f"{run.path}: {predictor.facts.variant} cannot be exported: {error}, as by `svertka predict {run.path}`"
        ) from error
    except Exception as error:
        # Whatever torch meets in a network that it cannot write means just that.
        raise RunError(f"{run.path}: {predictor.facts.variant} cannot be exported: {reason(error)}") from error


def _cases(
    images: Sampled, noise: Sampled, shape: tuple[int | str, ...], *, whole: bool
) -> Iterator[tuple[str, Tensor]]:
    """What is compared on: the run's own images, random ones, one alone, and ones of another size where it may be."""
    own, other = ((each.pixels if whole else each.images).contiguous() for each in (images, noise))
    if not images.why:
        yield f"{len(own)} images of {images.source}", own
    yield f"{len(other)} random images", other
    yield "a single image", other[:1]
    if all(isinstance(size, str) for size in shape[2:]):
        twice = torch.cat([other[:2]] * 2, dim=-1)
        yield f"images of {'x'.join(map(str, twice.shape[2:]))}", twice


def _compared(network: nn.Module, kind: Format, path: Path, cases: Sequence[Tensor]) -> float:
    """The largest error of a file.

    Raises:
        RunError: it differs from the network, or cannot be run.
    """
    try:
        scores = kind.run(path)
        worst = max(_error(network, scores, case) for case in cases)
    except Exception as error:
        # Whatever the program that is to run it says of it, this file must not appear.
        raise RunError(f"{path.name} is not written, for it cannot be run: {reason(error)}") from error
    if not worst <= TOLERANCES["float32"]:
        raise RunError(f"{path.name} is not written: what it gives is off by {worst:.2g} of its deviation")
    return worst


def _error(network: nn.Module, scores: Scores, images: Tensor) -> float:
    with torch.inference_mode():
        expected: Tensor = network(images)
    found = scores(images)
    if found.shape != expected.shape:
        return float("inf")
    return float((found - expected).abs().max()) / spread(expected)


def _check_free(path: Path, *, overwrite: bool) -> None:
    for file in (path, path.with_suffix(".bin")) if path.suffix.lower() == ".xml" else (path,):
        if file.is_dir() or (file.exists() and not overwrite):
            raise DataError(f"{file} is there already; replace it with --overwrite")


def _folder(path: Path) -> Path:
    """The folder of the file, made where it is not there.

    Raises:
        DataError: it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the folder {path.parent}: {error.strerror or error}") from None
    return path.parent


def _placed(folder: Path, path: Path) -> list[Path]:
    """All that was written, put where it belongs; the file that names the others comes last."""
    made = sorted(folder.iterdir(), key=lambda file: file.name == path.name)
    return [file.replace(path.parent / file.name) for file in made][::-1]
