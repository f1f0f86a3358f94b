"""The run folder: which file holds what.

    settings.toml         the network, the data and every setting; written last of what a training begins with
    network.json          what the network is made for, and the versions that made it
    classes.txt           the classes in the order of the scores, or columns.txt: the names of the numbers
    preprocess.json       what is done to every image
    split.csv             which sample is for what
    history.csv           figures, epoch by epoch
    rates.csv             the learning-rate range test, where there was one
    start.safetensors     the first weights, where the training started from another run
    factoring.json        what became of each layer, where a network was factored
    engine.json           the fastest engine of a machine, where it was asked for; engine.onnx or .pt2: its network
    weights.safetensors   the best weights
    state.pt              all that is needed to go on with the training
    report.json, .html    the final test

All but the weights and the state are texts that a person may read.
"""

import csv
import json
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from shutil import rmtree
from typing import Any, TypeVar

import tomli_w
import torch
from filelock import FileLock, Timeout
from pydantic import ValidationError
from torch import Tensor, nn

from svertka.data.preprocess import Preprocess
from svertka.errors import RunError
from svertka.runs.atomic import beside, write
from svertka.runs.facts import Asked, Facts
from svertka.runs.split import Row, read_split, written
from svertka.runs.weights import read_weights, write_weights

Found = TypeVar("Found")

SETTINGS, NETWORK, PREPROCESS = "settings.toml", "network.json", "preprocess.json"
CLASSES, COLUMNS, SPLIT = "classes.txt", "columns.txt", "split.csv"
HISTORY, RATES, WEIGHTS, STATE = "history.csv", "rates.csv", "weights.safetensors", "state.pt"
START, FACTORING = "start.safetensors", "factoring.json"
REPORT, PAGE, LOCK = "report.json", "report.html", ".lock"
ENGINE, ENGINE_FILES = "engine.json", ("engine.onnx", "engine.pt2")
FILES = (
    SETTINGS, NETWORK, PREPROCESS, CLASSES, COLUMNS, SPLIT, HISTORY, RATES, START, FACTORING, WEIGHTS, STATE, REPORT,
    PAGE, ENGINE, *ENGINE_FILES,
)  # fmt: skip
FOLDERS = ("reports", "tensorboard")


@dataclass(frozen=True)
class Run:
    """A run folder. What it holds is read when it is asked for; what is written is written whole or not at all."""

    path: Path

    @property
    def asked(self) -> Asked:
        """The network, the data and the settings."""
        return self._read(SETTINGS, lambda text: Asked(**tomllib.loads(text)))

    @property
    def data(self) -> str:
        """The name or the path of what it was trained on.

        Raises:
            RunError: it was made in Python, and has neither.
        """
        if not self.asked.data:
            raise RunError(f"{self.path} was trained on data made in Python; hand the data over, from Python")
        return self.asked.data

    @property
    def facts(self) -> Facts:
        """What the network is made for."""
        return self._read(NETWORK, Facts.model_validate_json)

    @property
    def preprocess(self) -> Preprocess:
        """What is done to every image."""
        return self._read(PREPROCESS, Preprocess.model_validate_json)

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, or the names of the numbers, in the order of the scores."""
        facts = self.facts
        return self._read(_names(facts), partial(_lines, count=facts.outputs if facts.names is None else facts.names))

    @property
    def split(self) -> list[Row]:
        """Which sample is for what."""
        return read_split(self.path / SPLIT)

    @property
    def history(self) -> list[dict[str, float]]:
        """Figures, epoch by epoch; nothing before the first has ended."""
        if not (self.path / HISTORY).exists():
            return []
        return self._read(HISTORY, _numbers)

    @property
    def report(self) -> dict[str, Any]:
        """The final test."""
        return self._read(REPORT, json.loads)

    def network(self) -> nn.Module:
        """The network with its best weights, in evaluation mode.

        Raises:
            RunError: something in the folder is missing or damaged.
        """
        network = self.facts.build().eval()
        try:
            network.load_state_dict(read_weights(self.path / WEIGHTS))
        except RuntimeError as error:
            raise RunError(f"{self.path / WEIGHTS} does not fit {NETWORK}: {_line(error)}") from None
        return network

    def start(self) -> dict[str, Tensor] | None:
        """The first weights of its training; nothing where they were fresh.

        Raises:
            RunError: the file is damaged.
        """
        path = self.path / START
        return read_weights(path) if path.exists() else None

    @property
    def factoring(self) -> dict[str, Any] | None:
        """What became of each layer; nothing where this is no freshly factored network."""
        return self._read(FACTORING, json.loads) if (self.path / FACTORING).exists() else None

    def state(self) -> dict[str, Any] | None:
        """All that is needed to go on with the training; nothing where it has not got that far.

        Raises:
            RunError: the file is damaged.
        """
        path = self.path / STATE
        if not path.exists():
            return None
        try:
            found: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:
            # Whatever unpickling meets first in a broken file means: broken.
            raise RunError(f"{path} is damaged, so this training cannot go on: {_line(error)}") from error
        return found

    def write_asked(self, asked: Asked) -> None:
        """Note what was asked."""
        write(self.path / SETTINGS, tomli_w.dumps(asked.model_dump(exclude_none=True)))

    def write_facts(self, facts: Facts, preprocess: Preprocess, names: Sequence[str]) -> None:
        """Note what the network is made for."""
        write(self.path / NETWORK, facts.model_dump_json(indent=1) + "\n")
        write(self.path / PREPROCESS, preprocess.model_dump_json(indent=1) + "\n")
        write(self.path / _names(facts), "".join(f"{name}\n" for name in names))

    def write_split(self, rows: Sequence[Row]) -> None:
        """Note which sample is for what."""
        write(self.path / SPLIT, written(rows))

    def write_rates(self, trials: Sequence[tuple[float, float]]) -> None:
        """Note the steps of a learning-rate range test, if there were any."""
        if trials:
            lines = [f"{rate:.6g},{loss:.6g}" for rate, loss in trials]
            write(self.path / RATES, "\n".join(["rate,loss", *lines, ""]))

    def write_history(self, history: Sequence[Mapping[str, float]]) -> None:
        """Note the figures of all epochs so far."""
        lines = [",".join(f"{value:.6g}" for value in row.values()) for row in history]
        write(self.path / HISTORY, "\n".join([",".join(history[0]), *lines, ""]))

    def write_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Keep these weights as the best."""
        write_weights(self.path / WEIGHTS, weights)

    def write_start(self, weights: Mapping[str, Tensor] | None) -> None:
        """Keep the weights that the training starts from, if it does not from fresh ones."""
        if weights is not None:
            write_weights(self.path / START, weights)

    def write_factoring(self, found: Mapping[str, Any]) -> None:
        """Note what became of each layer."""
        write(self.path / FACTORING, json.dumps(found, indent=1) + "\n")

    def write_state(self, state: Mapping[str, Any]) -> None:
        """Keep the state of the training."""
        memory = BytesIO()
        torch.save(state, memory)
        write(self.path / STATE, memory.getvalue())

    def clear(self) -> None:
        """Remove what an earlier training has left, and nothing else."""
        for name in FILES:
            (self.path / name).unlink(missing_ok=True)
            beside(self.path / name).unlink(missing_ok=True)
        for name in FOLDERS:
            rmtree(self.path / name, ignore_errors=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from training into the same folder; a killed one lets go by itself.

        Raises:
            RunError: another is at it.
        """
        lock = FileLock(self.path / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RunError(f"another process is training in {self.path}; wait, or choose another folder") from None
        except OSError as error:
            raise RunError(f"cannot write into {self.path}: {error.strerror or error}") from None
        try:
            yield
        finally:
            lock.release()

    def _read(self, name: str, understood: Callable[[str], Found]) -> Found:
        path = self.path / name
        try:
            return understood(path.read_text(encoding="utf-8", errors="surrogateescape"))
        except FileNotFoundError:
            raise RunError(f"{self.path} has no {name}: it is no run folder, or is damaged") from None
        except (OSError, ValueError, TypeError) as error:
            raise RunError(f"{path} is damaged: {_line(error)}") from None


def is_run(path: Path) -> bool:
    """Whether a run is in this folder."""
    return (path.expanduser() / SETTINGS).is_file()


def open_run(path: str | Path) -> Run:
    """The run in a folder.

    Raises:
        RunError: there is none.
    """
    folder = Path(path).expanduser()
    if not folder.exists():
        raise RunError(f"there is no run folder {folder}")
    if not (folder / SETTINGS).is_file():
        if _is_ours(folder):
            raise RunError(f"{folder} was stopped before its training began; train again with --overwrite")
        raise RunError(f"{folder} is no run folder: it has no {SETTINGS}")
    return Run(folder)


def check_free(path: Path, *, overwrite: bool) -> None:
    """See that a run can be made at this place.

    Raises:
        RunError: something is there already, or nothing can be written there.
    """
    if path.is_dir() and _is_ours(path):
        if not overwrite:
            raise RunError(f"{path} holds a run already; go on with svertka resume, or replace it with --overwrite")
    elif path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise RunError(f"{path} is there already and is no run; choose another folder")
    above = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise RunError(f"cannot make {path}: {above} {'is not to be written to' if above.is_dir() else 'is a file'}")


def free_name(folder: Path, name: str) -> Path:
    """A path in this folder at which there is nothing yet."""
    number = 1
    while (path := folder / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return path


def new_run(path: Path, *, overwrite: bool) -> Run:
    """An empty folder for a run, or one whose run may be replaced.

    Raises:
        RunError: it cannot be made.
    """
    check_free(path, overwrite=overwrite)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot make the folder {path}: {error.strerror or error}") from None
    return Run(path)


def _is_ours(folder: Path) -> bool:
    return any((folder / name).exists() for name in (SETTINGS, LOCK))


def _numbers(text: str) -> list[dict[str, float]]:
    return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(StringIO(text))]


def _lines(text: str, count: int) -> tuple[str, ...]:
    lines = tuple(text.removesuffix("\n").split("\n")) if text.strip("\n") or count else ()
    if len(lines) != count:
        raise ValueError(f"it has {len(lines)} lines, but the network knows {count} names")
    return lines


def _names(facts: Facts) -> str:
    return COLUMNS if facts.target_mean else CLASSES


def _line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error).strip().partition("\n")[0] or type(error).__name__
