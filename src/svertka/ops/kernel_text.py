"""A kernel as people write it in a line: `-1 0 1; -2 0 2; -1 0 1`."""

import re
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from svertka.errors import SettingError

EXAMPLE = "write rows with semicolons between them, as '-1 0 1; -2 0 2; -1 0 1'"


def parse_kernel(text: str) -> NDArray[Any]:
    """The numbers of a kernel, rows apart by semicolons or lines, numbers apart by spaces or commas.

    Brackets may stand around all or around rows; `1/16` is a fraction. Whole numbers make a kernel of int64, others one
    of float64.

    >>> parse_kernel("1 2 1; 2 4 2; 1 2 1").tolist()
    [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    >>> parse_kernel("1/4, 1/2, 1/4").tolist()
    [[0.25, 0.5, 0.25]]

    Returns:
        `(rows, columns)`.

    Raises:
        SettingError: there are no numbers, words among them, or rows of different lengths.
    """
    lines = [line for line in re.split(r"[;\n]|\]\s*,?\s*\[", text) if line.strip(" ,[]\t\r")]
    rows = [[_number(word) for word in re.split(r"[\s,]+", line.strip(" ,[]\t\r"))] for line in lines]
    if not rows:
        raise SettingError(f"the kernel holds no numbers; {EXAMPLE}")
    lengths = [len(row) for row in rows]
    if len(set(lengths)) > 1:
        raise SettingError(
            f"the rows of the kernel have {' '.join(map(str, lengths))} numbers, not equally many; {EXAMPLE}"
        )
    whole = all(number.denominator == 1 and abs(number) < 2**63 for row in rows for number in row)
    return np.array(rows, dtype=np.int64 if whole else np.float64)


def _number(word: str) -> Fraction:
    try:
        number = Fraction(word)
    except (ValueError, ZeroDivisionError):
        raise SettingError(f"{word!r} in the kernel is no number; {EXAMPLE}") from None
    try:
        large = not isfinite(float(number))
    except OverflowError:
        large = True
    if large:
        raise SettingError(f"{word} in the kernel is beyond the range of float64")
    return number
