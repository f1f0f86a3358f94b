"""The one list of image formats, and how a file is opened by it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from math import prod
from pathlib import Path
from typing import TypeVar

from svertka.data.rasters import Header, Raster
from svertka.errors import DataError, SvertkaError
from svertka.plugins import offered
from svertka.settings import PIXELS

T = TypeVar("T")


@dataclass(frozen=True)
class Opening:
    """What a person may say about opening files; see the settings of the same names.

    With `indexed`, images of a palette are the numbers of its colours, as masks are.
    """

    pages: str = "auto"
    max_pixels: int = PIXELS
    indexed: bool = False

    def admit(self, sizes: tuple[int, ...]) -> None:
        """Let an image of these sizes be decoded.

        Raises:
            DataError: it has too many pixels.
        """
        if prod(sizes) > self.max_pixels:
            raise DataError(
                f"it has {prod(sizes):,} pixels and the limit is {self.max_pixels:,}; "
                "if the file can be trusted, raise it with --max-pixels"
            )


@dataclass(frozen=True)
class Format:
    """One way of storing an image: how files end, how one is read, and what it says before it is decoded.

    Without `peek` a file is read to know its header. Both may raise anything: the message is passed on with
    the file's name.
    """

    name: str
    endings: tuple[str, ...]
    read: Callable[[Path, Opening], Raster]
    peek: Callable[[Path, Opening], Header] | None = None


BUILT_IN: list[Format] = []


def register(image_format: Format) -> Format:
    """Put a format on the list."""
    BUILT_IN.append(image_format)
    return image_format


@cache
def formats() -> dict[str, Format]:
    """Every format by the endings of its files, those of other packages included.

    Another package offers its own as a `Format` under the entry point group `svertka.formats`.
    """
    return {ending: each for each in [*BUILT_IN, *offered("formats")] for ending in each.endings}


def is_image(path: Path) -> bool:
    """Whether the name ends as an image's does."""
    return path.suffix.lower() in formats()


def read(path: Path, opening: Opening = Opening()) -> Raster:
    """The image in a file, as the file holds it.

    Raises:
        DataError: it cannot be read; the message names the file.
        MissingExtra: its format needs a package that is not installed.
    """
    return with_name(path, lambda image_format: image_format.read(path, opening))


def peek(path: Path, opening: Opening = Opening()) -> Header:
    """What is known of the image in a file without decoding it.

    Raises:
        DataError: it cannot be read; the message names the file.
        MissingExtra: its format needs a package that is not installed.
    """

    def header(image_format: Format) -> Header:
        if image_format.peek is None:
            return image_format.read(path, opening).header
        return image_format.peek(path, opening)

    return with_name(path, header)


def with_name(path: Path, use: Callable[[Format], T]) -> T:
    """Do something with a file by its format; what goes wrong names the file.

    Raises:
        DataError, MissingExtra: as `read`.
    """
    image_format = _format_of(path)
    with naming(str(path), image_format.name):
        return use(image_format)


@contextmanager
def naming(place: str, kind: str) -> Iterator[None]:
    """Whatever goes wrong while a file is read names the place, and the kind of file that it should be.

    Raises:
        DataError, MissingExtra: as `read`.
    """
    try:
        yield
    except ImportError:
        raise
    except SvertkaError as error:
        raise DataError(f"{place}: {error}") from error
    except MemoryError:
        raise DataError(f"{place} does not fit into memory") from None
    except Exception as error:
        # Decoders meet broken files with whatever exception comes first, so any of them means: broken.
        raise DataError(f"{place} cannot be read as {kind}: {_line(error)}") from error


def _format_of(path: Path) -> Format:
    if not path.exists():
        raise DataError(f"there is no file {path}")
    if not is_image(path):
        raise DataError(f"{path} is no image: its name ends in none of {' '.join(sorted(formats()))}")
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty (0 bytes)")
    return formats()[path.suffix.lower()]


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
