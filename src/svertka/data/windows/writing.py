"""Writing an image of any size as its windows come, in any order."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from math import prod
from pathlib import Path
from shutil import rmtree
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from svertka.data.rasters import Colour, Pixels, colour_of, kind
from svertka.data.replacing import beside, settle
from svertka.data.strips.fits_files import TYPES
from svertka.data.strips.forms import Form
from svertka.data.windows.array_files import ArrayFile, make_array
from svertka.data.windows.coordinates import carried
from svertka.data.windows.fits_files import FitsFile, make_fits
from svertka.data.windows.forms import Source, Window, Writer, lengths, placed, spelled
from svertka.data.windows.journal import Journal
from svertka.data.windows.tiff_files import TiffFile, make_tiff
from svertka.data.windows.zarr_files import ZarrFile, make_zarr
from svertka.errors import DataError, SettingError, ShapeError
from svertka.geometry import times

KEPT = "; what is finished is kept, and the same job goes on from there"
Made = tuple[Callable[[Path, Form, tuple[int, ...]], None], Callable[[Path, Form], Writer]]
TIFF: Made = (make_tiff, TiffFile)
FITS: Made = (make_fits, FitsFile)
KINDS: dict[str, Made] = {
    ".fit": FITS, ".fits": FITS, ".fts": FITS, ".npy": (make_array, ArrayFile), ".tif": TIFF, ".tiff": TIFF,
    ".zarr": (make_zarr, ZarrFile),
}  # fmt: skip


def created(
    path: Path | str,
    *,
    channels: int,
    sizes: Sequence[int],
    dtype: DTypeLike,
    tile: Sequence[int],
    like: Source | None = None,
    scale: Sequence[float] | None = None,
    offset: Sequence[float] | None = None,
    job: str = "",
    overwrite: bool = False,
) -> "Written":
    """A file to be written by windows; one that was begun by the same job goes on.

    Args:
        path: its ending says the format: `.zarr`, `.tif`, `.fits` or `.npy`.
        channels: of the image.
        sizes: along each axis of space.
        dtype: of its numbers.
        tile: the sizes of a window; those of a Zarr are written as whole tiles, which begin at multiples of them.
        like: the image that it is made from. What that says of itself goes along: colours, resolution, and the cards of
            a FITS header with the coordinates of the sky.
        scale: how many pixels of that image a pixel is wide, along each axis; 1 by default.
        offset: where the middle of the first pixel lies in that image, whose first has its middle at 0.
        job: what makes the image, in words of the caller. A job with other words does not go on with it.
        overwrite: take the place of a file that is there, or of one that another job has begun.

    Raises:
        SettingError: the ending is of no format that can be written in windows.
        DataError: the format does not hold such an image, the file exists, another job has begun it, or it cannot be
            written.
    """
    path = Path(path).expanduser()
    form = _form(channels, tuple(sizes), np.dtype(dtype), like, scale, offset)
    make, _ = _kind(path, form)
    facts = _facts(form, tuple(tile), job)
    journal, part = Journal(path), beside(path)
    try:
        if not _goes_on(path, journal, facts, overwrite=overwrite):
            _remove(part)
            journal.end()
            with _whole(part):
                make(part, form, tuple(tile))
            journal.begin(facts)
        return _open(path, form, owner=True)
    except OSError as error:
        raise _unwritten(path, error) from error


def joined(path: Path | str) -> "Written":
    """A file that another process has begun and will put into its place, to be written to from here.

    Raises:
        DataError: nobody has begun it, as seen from this machine.
    """
    path = Path(path).expanduser()
    facts = Journal(path).facts()
    if facts is None or not beside(path).exists():
        raise DataError(f"nobody writes {path}, as seen from here; all machines need the same files at the same place")
    dtype, colour = np.dtype(facts["dtype"]), facts["colour"]
    return _open(path, Form(facts["channels"], tuple(facts["sizes"]), dtype, colour), owner=False)


class Written:
    """A sink of windows; windows do not overlap."""

    def __init__(self, path: Path, form: Form, writer: Writer, *, owner: bool) -> None:
        self.path, self.form, self.writer, self.owner = path, form, writer, owner
        self.journal = Journal(path)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.form.dtype

    def write(self, window: Window, values: Pixels) -> None:
        """Put values `(channels, *window)` into their place.

        Raises:
            ShapeError: there is no such window, or values are of another shape or type.
            DataError: they cannot be written, as where the disk is full; what is marked stays.
        """
        window, form = placed(window, self.form.sizes), self.form
        wanted = (form.channels, *lengths(window))
        if values.shape != wanted or not np.can_cast(values.dtype, form.dtype, "same_kind"):
            raise ShapeError(
                f"window {spelled(window)} of {self.path} takes {form.dtype} of shape {wanted}, "
                f"not {values.dtype} of shape {values.shape}"
            )
        try:
            self.writer.write(window, np.ascontiguousarray(values, form.dtype))
        except OSError as error:
            raise _unwritten(self.path, error, KEPT) from error

    def done(self, window: Window) -> bool:
        return self.journal.done(placed(window, self.form.sizes))

    def mark(self, window: Window) -> None:
        """Bring a window to the disk, and say that it is finished.

        Raises:
            DataError: it cannot be written.
        """
        window = placed(window, self.form.sizes)
        try:
            self.writer.settle(window)
            self.journal.mark(window)
        except OSError as error:
            raise _unwritten(self.path, error, KEPT) from error

    def close(self) -> None:
        """Put the file into its place if all of it is marked; else leave what there is, to go on later.

        Raises:
            DataError: the system does not let it.
        """
        self.writer.close()
        if self.owner and self.journal.facts() is not None and self.journal.finished() == prod(self.form.sizes):
            try:
                _remove(self.path)
                beside(self.path).replace(self.path)
                settle(self.path.parent)
            except OSError as error:
                raise _unwritten(self.path, error) from error
            self.journal.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _form(
    channels: int,
    sizes: tuple[int, ...],
    dtype: np.dtype[Any],
    like: Source | None,
    scale: Sequence[float] | None,
    offset: Sequence[float] | None,
) -> Form:
    """The image to be written, with what goes along from the one that it is made from."""
    native = dtype.newbyteorder("=")
    colour: Colour = colour_of(channels, len(sizes), kind(native))
    if like is None:
        return Form(channels, sizes, native, colour)
    if scale is None and like.sizes != sizes:
        raise SettingError(
            f"an image of {times(sizes)} from one of {times(like.sizes)} needs to be told how wide its pixels are"
        )
    steps, shifts = tuple(scale or (1,) * len(sizes)), tuple(offset or (0,) * len(sizes))
    same = (like.channels, kind(like.dtype)) == (channels, kind(native))
    form = Form(channels, sizes, native, like.colour if same else colour)
    if like.form.cards is not None:
        form = replace(form, cards=carried(like.form.cards, scale=steps, offset=shifts, channels=channels))
    if like.form.resolution is not None:
        across, down, unit = like.form.resolution
        form = replace(form, resolution=(across / steps[-1], down / steps[-2], unit))
    return form


def _kind(path: Path, form: Form) -> Made:
    """How a file of this name is made."""
    ending = path.suffix.lower()
    if ending not in KINDS:
        raise SettingError(
            f"{path} cannot be written in windows: its name should end in one of {' '.join(sorted(KINDS))}"
        )
    planes = KINDS[ending] in (TIFF, FITS)
    numbers = form.dtype.name in TYPES if KINDS[ending] is FITS else form.dtype.kind in ("iuf" if planes else "biuf")
    if (planes and len(form.sizes) == 1) or not numbers:
        raise DataError(f"{path} cannot hold {form.described()}; write .zarr or .npy instead")
    return KINDS[ending]


def _facts(form: Form, tile: tuple[int, ...], job: str) -> dict[str, Any]:
    return {
        "channels": form.channels,
        "sizes": list(form.sizes),
        "dtype": form.dtype.name,
        "colour": form.colour,
        "tile": list(tile),
        "job": job,
    }


def _goes_on(path: Path, journal: Journal, facts: dict[str, Any], *, overwrite: bool) -> bool:
    """Whether what lies there was begun by the same job.

    Raises:
        DataError: something else lies there, and is not to be overwritten.
    """
    begun = journal.facts() if beside(path).exists() else None
    if path.exists() and not overwrite:
        raise DataError(f"{path} exists; write to another name, or use --overwrite")
    if begun is None or begun == facts:
        return begun is not None
    if not overwrite:
        other = next(name for name in facts if begun.get(name) != facts[name])
        raise DataError(
            f"{path} was begun with {other} {begun.get(other)!r}, not {facts[other]!r}; go on with that, write to "
            "another name, or begin anew with --overwrite"
        )
    return False


def _open(path: Path, form: Form, *, owner: bool) -> Written:
    _, writer = KINDS[path.suffix.lower()]
    return Written(path, form, writer(beside(path), form), owner=owner)


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Leave nothing of a file that could not be made."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            _remove(path)
        raise


def _remove(path: Path) -> None:
    """A file, or the folder of a Zarr."""
    if path.is_dir():
        rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _unwritten(path: Path, error: OSError, more: str = "") -> DataError:
    return DataError(f"cannot write {path}: {error.strerror or error}{more}")
