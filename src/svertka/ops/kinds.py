"""NumPy arrays, tensors and lists alike: what comes in as one kind goes out as the same."""

from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from svertka.errors import SettingError

Image: TypeAlias = Tensor | ArrayLike
Found: TypeAlias = Any
"""A tensor where a tensor was given, else an array: too many cases for a type to tell."""

WHOLE = {torch.bool, torch.uint8, torch.int8, torch.uint16, torch.int16, torch.uint32, torch.int32, torch.int64}
NARROW = {torch.bool, torch.uint8, torch.int8, torch.uint16, torch.int16}
T = TypeVar("T", bound=np.generic)


def tensor_of(values: Image) -> Tensor:
    """The same values as a tensor, without a copy where memory allows it.

    Raises:
        SettingError: they are no real numbers.
    """
    if isinstance(values, Tensor):
        found = values
    else:
        array = np.asarray(values)
        if array.dtype.kind not in "buif" or array.dtype.itemsize > 8:
            raise SettingError(f"images and kernels hold real numbers of up to 64 bits, not {array.dtype}")
        found = torch.from_numpy(_plain(array))
    if found.is_complex() or found.dtype == torch.uint64:
        raise SettingError(f"images and kernels hold real numbers, as float32 or int64, not {found.dtype}")
    return found


def like(found: Tensor, given: Image) -> Found:
    """The result, as an array unless a tensor was given."""
    return found if isinstance(given, Tensor) else found.detach().cpu().numpy()


def room(shape: Sequence[int], dtype: torch.dtype, device: torch.device) -> Tensor:
    """Memory for an answer. NumPy asks the system for large pages, as torch does not, and to be given a large image in
    small ones takes longer than to filter it.
    """
    if device.type != "cpu":
        return torch.empty(*shape, dtype=dtype, device=device)
    return torch.from_numpy(np.empty(shape, named(dtype)))


def named(dtype: torch.dtype) -> np.dtype[Any]:
    """The same type as NumPy knows it."""
    return np.dtype(str(dtype).removeprefix("torch."))


def is_whole(values: Tensor) -> bool:
    """Whether they are integers by their type."""
    return values.dtype in WHOLE


def _plain(array: NDArray[T]) -> NDArray[T]:
    """In this machine's byte order, writeable and without negative steps, as torch wants memory."""
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if not array.flags.writeable or any(step < 0 for step in array.strides):
        array = array.copy()
    return array
