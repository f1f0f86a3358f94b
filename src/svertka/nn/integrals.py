"""Integrals of signals over the sphere and over SO(3): what is left when all directions count alike."""

from functools import lru_cache

import torch
from torch import Tensor

from svertka import geometry
from svertka.errors import SettingError, ShapeError
from svertka.ops.sphere_spectra import eager


def integrate(x: Tensor, *, axes: int = 3) -> Tensor:
    """The mean over all rotations, or over the sphere: it does not change when signals are turned.

    Args:
        x: `(..., 2b, 2b, 2b)`, or `(..., 2b, 2b)` for `axes=2`; as `(batch, channels, ...)` from a layer.
        axes: 3 for signals on SO(3), 2 for signals on the sphere.

    Returns:
        `(...)`, as `(batch, channels)`.

    Raises:
        SettingError: another number of axes.
        ShapeError: sizes that are not even, or not equal.
    """
    if axes not in (2, 3):
        raise SettingError(f"axes should be 3 for signals on SO(3) or 2 for the sphere, not {axes!r}")
    if x.dim() < axes or len(set(x.shape[-axes:])) != 1 or x.shape[-1] % 2 or not x.shape[-1]:
        wanted = ", ".join(["2b"] * axes)
        raise ShapeError(f"signals to be integrated should be (..., {wanted}), not {tuple(x.shape)}")
    rings = x.sum(dim=tuple(range(1 - axes, 0)))
    return rings @ _weights(x.shape[-1] // 2, axes, x.dtype, x.device)


@eager
@lru_cache(maxsize=64)
def _weights(b: int, axes: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    weights = geometry.sphere_weights(b) if axes == 2 else geometry.rotation_weights(b)
    return torch.from_numpy(weights).to(device, dtype)
