"""What is known of a job beside the file that it fills: which job it is, that one is at it, and what it left empty."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import Any

from filelock import FileLock, Timeout

from svertka.data.replacing import replacing
from svertka.data.windows import Window
from svertka.errors import DataError
from svertka.inference.predictor import Predictor
from svertka.settings import PredictSettings

Tile = tuple[int, ...] | int | str
DATASET = re.compile(r"(.+\.(?:h5|hdf5)):.*", re.IGNORECASE | re.DOTALL)


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Keep other jobs from writing the same file; one that was killed lets go by itself.

    Raises:
        DataError: another is at it, or nothing can be written there.
    """
    lock = FileLock(out.with_name(f".{out.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise DataError(f"another job is writing {out}; wait for it, or write to another name") from None
    except OSError as error:
        raise DataError(f"cannot write {out}: {error.strerror or error}") from None
    try:
        yield
    finally:
        # While it is held, so that whoever has opened it meanwhile sees that it is gone, and looks again.
        with suppress(OSError):  # as where the system does not remove what is open
            Path(lock.lock_file).unlink()
        lock.release()


class Gaps:
    """Tiles that were left empty in part, in a folder with a file for each, so that any process may note one."""

    def __init__(self, out: Path) -> None:
        self.folder = out.with_name(f".{out.name}.gaps")

    def note(self, window: Window, why: str) -> None:
        """Remember a tile, and what could not be read.

        Raises:
            DataError: it cannot be written.
        """
        self.folder.mkdir(exist_ok=True)
        with replacing(self.folder / "_".join(f"{part.start}-{part.stop}" for part in window)) as part:
            part.write_text(why, encoding="utf-8")

    def count(self) -> int:
        """How many tiles, in this job and before it was interrupted."""
        return sum(not path.name.startswith(".") for path in self.folder.glob("*"))

    def end(self) -> None:
        """Forget them."""
        rmtree(self.folder, ignore_errors=True)


class Record:
    """What an unfinished file is being filled with, written beside it, so that only the same job goes on with it."""

    def __init__(self, out: Path, about: dict[str, Any]) -> None:
        self.out, self.about = out, about
        self.path = out.with_name(f".{out.name}.job")
        self.moments = out.with_name(f".{out.name}.moments")
        self.gaps = Gaps(out)

    def begun(self, tile: str, *, overwrite: bool) -> Tile:
        """The sides of tiles: those with which the job was begun, else as asked for.

        Raises:
            DataError: the file is there already, finished or begun by another job.
        """
        if overwrite:
            self.end()
        if not self.path.exists():
            if self.out.exists() and not overwrite:
                raise DataError(f"{self.out} is there already; replace it with --overwrite")
            return int(tile) if tile.isdecimal() else tile
        found = json.loads(self.path.read_text(encoding="utf-8"))
        differ = [name for name, value in self.about.items() if found.get(name) != value]
        if differ:
            raise DataError(f"{self.out} was begun with another {' and '.join(differ)}; begin anew with --overwrite")
        return tuple(found["tile"])

    def keep(self, sides: tuple[int, ...]) -> None:
        """Write down that the job has begun, and with what tiles."""
        with replacing(self.path) as part:
            part.write_text(json.dumps({**self.about, "tile": sides}), encoding="utf-8")

    def end(self) -> None:
        """Forget it: the file is finished."""
        self.path.unlink(missing_ok=True)
        self.moments.unlink(missing_ok=True)
        self.gaps.end()


def about(predictor: Predictor, image: Path, settings: PredictSettings) -> dict[str, Any]:
    """What the answer depends on.

    Raises:
        DataError: the image is not there.
    """
    dataset = DATASET.fullmatch(str(image))
    file = Path(dataset[1]) if dataset else image
    if not file.exists():
        raise DataError(f"there is no file {file}")
    facts = file.stat()
    answer = "probabilities" if settings.scores else "mask"
    return {
        "network": predictor.identity, "image": [facts.st_size, facts.st_mtime_ns],
        "preprocessing": f"{predictor.preprocess.model_dump_json()} {settings.colour} {settings.axes}",
        "answer": f"{answer} of patches, {settings.border}" if settings.dense else answer,
    }  # fmt: skip
