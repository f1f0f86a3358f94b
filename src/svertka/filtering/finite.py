"""An image file whose numbers are all finite."""

import numpy as np

from svertka.data.rasters import Pixels
from svertka.data.strips import Form, Source
from svertka.errors import DataError


class Finite:
    """The same source, with a value in the place of NaN and infinity; without a value these are refused.

    Halves (float16) become float32, in which filters compute.
    """

    def __init__(self, source: Source, fill: float | None, name: str) -> None:
        self.source, self.fill, self.name = source, fill, name

    @property
    def form(self) -> Form:
        return self.source.form

    def rows(self, page: int, start: int, stop: int) -> Pixels:
        """As the source's.

        Raises:
            DataError: some are not finite, and there is no value for them; the message says where.
        """
        pixels = self.source.rows(page, start, stop)
        if pixels.dtype.kind != "f":
            return pixels
        pixels = pixels.astype(np.float32) if pixels.dtype == np.float16 else pixels
        gaps = ~np.isfinite(pixels)
        if not gaps.any():
            return pixels
        if self.fill is None:
            raise DataError(f"{self.name}: {_where(gaps, page, start, self.form)}; put a value there with --fill 0")
        return np.where(gaps, pixels.dtype.type(self.fill), pixels)


def _where(gaps: Pixels, page: int, start: int, form: Form) -> str:
    """How many gaps, and where the first is."""
    _, row, column = np.argwhere(gaps)[0]
    place = [f"page {page}"] * (form.pages > 1) + [f"row {start + row}"] * (form.height > 1) + [f"column {column}"]
    rows = f" in rows {start} to {start + gaps.shape[1] - 1}" if form.height > 1 else ""
    return f"{gaps.sum():,} of its numbers{rows} are NaN or infinite, the first at {', '.join(place)}"
