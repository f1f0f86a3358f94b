"""The one list of layouts a data set may have, and how one is opened."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from svertka.data.datasets import DataSet
from svertka.data.formats import Opening
from svertka.errors import DataError, UnknownName
from svertka.plugins import offered
from svertka.settings import DataSettings


@dataclass(frozen=True)
class Layout:
    """One way in which images and targets lie on a disk: how it is recognised and how it is opened.

    One with a `task` is for that task, and all others are for the rest.
    """

    name: str
    matches: Callable[[Path], bool]
    open: Callable[[Path, DataSettings], DataSet]
    task: str = ""


BUILT_IN: list[Layout] = []
NAMED: dict[str, Callable[[], DataSet]] = {}


def register(layout: Layout) -> Layout:
    """Put a layout on the list; earlier ones are asked first."""
    BUILT_IN.append(layout)
    return layout


@cache
def layouts() -> list[Layout]:
    """Every layout; those of other packages come first.

    Another package offers its own as a `Layout` under the entry point group `svertka.sets`.
    """
    return [*offered("sets"), *BUILT_IN]


def open_data(data: str | Path | DataSet, settings: DataSettings = DataSettings()) -> DataSet:  # noqa: B008 - frozen
    """The data set that a name or a path stands for.

    Raises:
        UnknownName: a bare name that is neither on the list nor here.
        DataError: a path that is not there, or holds no data set.
    """
    if isinstance(data, DataSet):
        return data
    path = Path(data).expanduser()
    if not path.exists():
        return _named(str(data))
    own = [layout for layout in layouts() if layout.task == settings.task]
    for layout in own or [layout for layout in layouts() if not layout.task]:
        if layout.matches(path):
            return layout.open(path, settings)
    raise DataError(
        f"{path} holds no data set: wanted a folder with a folder of images for each class, MNIST's IDX files, "
        "images beside masks, or a file .npz .npy .h5 .nc .csv .jsonl .mat"
    )


def opening(settings: DataSettings) -> Opening:
    """What the settings say about opening files."""
    return Opening(pages=settings.pages, max_pixels=settings.max_pixels)


def _named(name: str) -> DataSet:
    if name in NAMED:
        return NAMED[name]()
    if "/" in name or "\\" in name or "." in name:
        raise DataError(f"there is no {name}")
    raise UnknownName("data set or path", name, NAMED)
