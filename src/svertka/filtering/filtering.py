"""A filter over an image file, or over a folder of them."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from svertka.data.formats import Opening
from svertka.data.rasters import Pixels
from svertka.data.sets.folders import images
from svertka.data.strips import Form, Source, check_holds, opened, write
from svertka.errors import DataError, SettingError, ShapeError
from svertka.filtering.choosing import check, chosen
from svertka.filtering.finite import Finite
from svertka.filtering.fitting import fitted
from svertka.filtering.slabs import read_slab, slabs
from svertka.ops import Filter
from svertka.settings import FilterSettings

log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
What = str | ArrayLike


@dataclass(frozen=True)
class Filtered:
    """What came of a filter: where it lies, how many images and numbers there are, and how many were changed to fit."""

    out: Path
    images: int
    values: int
    cut: int
    skipped: int = 0


def filter(  # noqa: A001 - it is what people look for
    what: What,
    source: str | Path,
    out: str | Path,
    *,
    overwrite: bool = False,
    settings: FilterSettings | None = None,
    progress: Progress = lambda done, total: None,
    **changes: object,
) -> Filtered:
    """Filter an image of any size, or every image of a folder, into files.

    Images are read, filtered and written strip by strip, in memory that does not grow with them, where their format
    allows that: TIFF, FITS and .npy. Pages are filtered one by one, and transparency is left as it is.

    Args:
        what: the name of a filter of `ops.FILTERS`, or the numbers of a kernel.
        source: an image, or a folder of images.
        out: where to write; the ending says the format. For a folder a folder, in which files keep their names.
        overwrite: replace what is there.
        settings: the choices of `FilterSettings`; each may also be given by name.
        progress: told how many rows (or images of a folder) are done, and how many there are.
        **changes: choices by name, as in `deviation=3`.

    Raises:
        UnknownName, SettingError: no filter, parameter or setting is called so, or a value is out of range.
        DataError: a file cannot be read, filtered or written; the message names it.
    """
    settings = (settings or FilterSettings()).but(**changes)
    check(what, settings)
    place, goal = Path(source).expanduser(), Path(out).expanduser()
    if place.is_dir():
        return _folder(what, place, goal, overwrite, settings, progress)
    goal = goal / place.name if goal.is_dir() else goal
    _check_free(place, goal, overwrite)
    return said(_file(what, place, goal, settings, progress), settings)


def _folder(
    what: What, folder: Path, out: Path, overwrite: bool, settings: FilterSettings, progress: Progress
) -> Filtered:
    paths = images(folder)
    if not paths:
        raise DataError(f"{folder} holds no images")
    goals = [out / path.relative_to(folder) for path in paths]
    for path, goal in zip(paths, goals, strict=True):
        _check_free(path, goal, overwrite)
    total, faults = Filtered(out, 0, 0, 0), []
    for number, (path, goal) in enumerate(zip(paths, goals, strict=True), 1):
        try:
            _make_folder(goal.parent)
            one = _file(what, path, goal, settings, lambda done, rows: None)
            total = replace(total, images=total.images + 1, values=total.values + one.values, cut=total.cut + one.cut)
        except DataError as error:
            if not settings.skip_bad:
                raise
            faults.append(error)
        progress(number, len(paths))
    if faults:
        log.warning("%d images cannot be read and are left out; the first: %s", len(faults), faults[0])
    return said(replace(total, skipped=len(faults)), settings)


def _file(what: What, path: Path, out: Path, settings: FilterSettings, progress: Progress) -> Filtered:
    with opened(path, Opening(max_pixels=settings.max_pixels), settings.axes) as source:
        form = source.form
        goal = replace(form, dtype=form.dtype if settings.depth == "same" else np.dtype(settings.depth))
        check_holds(out, goal)
        try:
            one = chosen(what, settings, form)
        except ShapeError as error:
            raise DataError(f"{path}: {error}") from None
        strips = Strips(one, Finite(source, settings.fill, str(path)), goal, settings, str(path), progress)
        write(out, goal, strips)
    return Filtered(out, 1, form.channels * int(np.prod(form.sizes, dtype=object)), strips.cut)


class Strips:
    """An image that is filtered as it is asked for, strip by strip; what did not fit into its type is counted."""

    def __init__(
        self, one: Filter, source: Source, goal: Form, settings: FilterSettings, name: str, progress: Progress
    ) -> None:
        self.one, self.source, self.goal, self.settings = one, source, goal, settings
        self.name, self.progress, self.cut = name, progress, 0
        self.opaque = goal.channels - goal.colour.endswith("+alpha")

    def __iter__(self) -> Iterator[Pixels]:
        """Blocks `(pages, channels, rows, width)`."""
        form, deep = self.source.form, self.one.rank == 3
        margin = self.one.reach[0] if self.one.rank > 1 else (0, 0)
        total, done = form.pages * (1 if deep else form.height), 0
        for slab in slabs(form, margin, deep=deep, memory=self.settings.memory):
            pixels = read_slab(self.source, slab, margin, self.settings.border)
            block = self._filtered(pixels, margin, slab.stop - slab.start)
            yield block.swapaxes(0, 1) if deep else block[None]
            done += slab.stop - slab.start
            self.progress(done, total)

    def _filtered(self, pixels: Pixels, margin: tuple[int, int], length: int) -> Pixels:
        """A slab without its margin, `(channels, …)`, in the type of the file."""
        ready = 1 if self.one.rank > 1 else 0
        try:
            values = self.one(pixels[: self.opaque], border=self.settings.border, ready=ready)
        except (SettingError, ShapeError) as error:
            raise DataError(f"{self.name}: {error}") from None
        block, cut = fitted(values, self.goal.dtype)
        self.cut += cut
        if self.opaque == len(pixels):
            return block
        clear, _ = fitted(pixels[self.opaque :, margin[0] : margin[0] + length], self.goal.dtype)
        return np.concatenate([block, clear])


def said(found: Filtered, settings: FilterSettings) -> Filtered:
    """The same, after a word on what was cut."""
    if found.cut:
        wide = "float64" if settings.depth == "float32" else "float32"
        log.warning(
            "%s of %s values lay outside of the type's range and were cut to it; keep them with --depth %s",
            f"{found.cut:,}", f"{found.values:,}", wide,
        )  # fmt: skip
    return found


def _check_free(source: Path, out: Path, overwrite: bool) -> None:
    if not out.exists():
        return
    if source.exists() and out.samefile(source):
        raise DataError(f"{source} would be written over itself; choose another name for the answer")
    if not overwrite:
        raise DataError(f"{out} is there already; replace it with --overwrite")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make {folder}: {error.strerror or error}") from None
