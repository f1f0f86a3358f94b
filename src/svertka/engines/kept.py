"""The engine that a run folder has for a machine: noted, found again, and passed over where something has changed."""

import logging
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from torch import Tensor, nn

from svertka.data.replacing import beside
from svertka.engines.engine import Engine, Precision, Scores, Working
from svertka.engines.listed import ENGINES
from svertka.engines.machine import difference, traits
from svertka.runs import Run, write
from svertka.runs.folder import ENGINE, ENGINE_FILES, NETWORK, WEIGHTS
from svertka.runs.weights import written_digest

log = logging.getLogger(__name__)


class Kept(BaseModel):
    """Which engine, how it works, for which weights on which machine, and what was measured.

    `shape` is that of a piece, `content` a digest of the engine's file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: str
    precision: Precision
    shape: tuple[int, ...]
    threads: int
    streams: int
    machine: dict[str, str]
    weights: str
    content: str
    measured: dict[str, Any] = {}

    @property
    def working(self) -> Working:
        """How the engine is to work."""
        return Working(self.shape, self.precision, self.threads, self.streams)

    @property
    def summary(self) -> str:
        """The engine in a few words."""
        streams = f", {self.streams} streams" if self.streams > 1 else ""
        return f"{self.engine}, {self.precision}{streams}"


@dataclass(frozen=True)
class Started:
    """An engine at work, for images of the sizes it was made for."""

    scores: Scores
    shape: tuple[int, ...]

    def takes(self, images: Tensor) -> bool:
        """Whether these images are of its sizes."""
        return images.shape[1:] == self.shape[1:] and images.device.type == "cpu" and len(images) > 0


def keep(run: Run, engine: Engine, working: Working, content: bytes, measured: dict[str, Any]) -> Kept:
    """Note an engine in the run folder, with its file.

    Raises:
        RunError: the folder cannot be written to.
    """
    made = Kept(
        engine=engine.name, precision=working.precision, shape=working.shape, threads=working.threads,
        streams=working.streams, machine=traits(engine.packages), weights=marks(run), content=_digest(content),
        measured=measured,
    )  # fmt: skip
    drop(run)
    if engine.ending:
        write(run.path / f"engine.{engine.ending}", content)
    write(run.path / ENGINE, made.model_dump_json(indent=1) + "\n")
    return made


def drop(run: Run) -> bool:
    """Forget the engine; whether there was one."""
    there = (run.path / ENGINE).exists()
    for name in (ENGINE, *ENGINE_FILES):
        (run.path / name).unlink(missing_ok=True)
        beside(run.path / name).unlink(missing_ok=True)
    return there


def kept(run: Run) -> Kept | None:
    """What is noted, if it can be read."""
    try:
        return Kept.model_validate_json((run.path / ENGINE).read_bytes())
    except (OSError, ValidationError):
        return None


def started(run: Run, network: nn.Module) -> Started | None:
    """The engine of a run at work; nothing where it has none, or none for these weights and this machine.

    In the latter case one line of the log says why.
    """
    if not (run.path / ENGINE).exists():
        return None
    found = kept(run)
    why = "its note is damaged" if found is None else changed(run, found)
    if found is None or why:
        log.warning("engine left out: %s; measure anew with: svertka optimise %s", why, run.path)
        return None
    engine = ENGINES[found.engine]
    content = (run.path / f"engine.{engine.ending}").read_bytes() if engine.ending else b""
    log.info("engine: %s", found.summary)
    return Started(engine.start(content, network, found.working), found.shape)


def changed(run: Run, found: Kept) -> str:
    """What has changed since this was noted; nothing where all is as it was."""
    if found.engine not in ENGINES:
        return f"there is no engine {found.engine} here"
    if found.weights != marks(run):
        return "the weights have changed"
    engine = ENGINES[found.engine]
    if why := difference(found.machine, traits(engine.packages)):
        return why
    file = run.path / f"engine.{engine.ending}"
    if engine.ending and (not file.exists() or _digest(file.read_bytes()) != found.content):
        return f"{file.name} is missing or damaged"
    return ""


def marks(run: Run) -> str:
    """Letters that tell a run's network with its weights from any other."""
    return _digest((run.path / NETWORK).read_bytes(), written_digest(run.path / WEIGHTS).encode())


def _digest(*parts: bytes) -> str:
    return blake2b(b"".join(parts), digest_size=16).hexdigest()
