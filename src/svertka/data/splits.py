"""Which samples are for training, which for validation and which for the final test."""

import numpy as np
from numpy.typing import NDArray

from svertka.data.datasets import DataSet
from svertka.errors import DataError

Parts = NDArray[np.str_]


def split(data: DataSet, *, val: float, test: float, seed: int) -> Parts:
    """`train`, `val` or `test` for each sample.

    Parts that the data has of its own stay as they are. Others are held back from the training part at random,
    the same share of every class, and at least one sample of it stays for training; of frames to be forecast, the last
    are. From 1 on a share is a number of samples.

    Raises:
        DataError: nothing is left for training.
    """
    parts = np.where(data.parts == "", "train", data.parts)
    for stream, (part, share) in enumerate({"test": test, "val": val}.items()):
        if share > 0 and not data.given(part):
            rng = np.random.default_rng([seed, stream])
            latest = data.task == "forecast"
            parts = _latest(parts, part, share) if latest else _held_back(parts, part, share, data, rng)
    if not (parts == "train").any():
        raise DataError(f"{data.source} leaves no samples to train on")
    return parts


def counted(parts: Parts) -> str:
    """How many there are of each, in words."""
    return ", ".join(f"{(parts == part).sum():,} {part}" for part in ("train", "val", "test") if (parts == part).any())


def _held_back(parts: Parts, part: str, share: float, data: DataSet, rng: np.random.Generator) -> Parts:
    parts = parts.copy()
    share = share if share < 1 else share / max((parts == "train").sum(), 1)
    groups = data.targets if data.task == "classify" else np.zeros(len(data))
    for group in np.unique(groups):
        members = np.flatnonzero((groups == group) & (parts == "train"))
        count = min(round(share * len(members)), len(members) - 1)
        parts[rng.permutation(members)[: max(count, 0)]] = part
    return parts


def _latest(parts: Parts, part: str, share: float) -> Parts:
    parts = parts.copy()
    members = np.flatnonzero(parts == "train")
    count = round(share if share >= 1 else share * len(members))
    parts[members[len(members) - min(count, len(members) - 1) :]] = part
    return parts
