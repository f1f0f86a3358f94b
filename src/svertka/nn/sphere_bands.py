"""Bandwidths of signals within a network: a non-linearity on a finer grid, and pooling in the spectrum.

What a non-linearity makes above the bandwidth of a grid, its samples mistake for something below: this is most of what
keeps spherical networks from turning exactly with their input. On a finer grid less is mistaken. What lies below
`f · b` is told apart from degrees below `b` by a grid of bandwidth `(f + 1) b / 2` already (for `f = 2` the 3/2 rule of
Orszag 1971), so no finer one is used.
"""

from collections.abc import Callable
from math import ceil

import torch
from torch import Tensor, nn

from svertka.errors import SettingError, ShapeError
from svertka.ops.sphere_spectra import eager
from svertka.ops.sphere_transforms import rotation_fft, rotation_ifft, sphere_fft, sphere_ifft

AT_ONCE = 2**22  # samples of the finer grid: few enough that the same memory serves again


class Oversampled(nn.Module):
    """A pointwise non-linearity that is evaluated on a finer grid, from where the signal returns to its bandwidth.

    Signals `(batch, channels, 2b, 2b)` are taken to lie on the sphere, `(batch, channels, 2b, 2b, 2b)` on SO(3).

    Args:
        activation: what is done to each value.
        factor: `f`: up to how many times the bandwidth nothing of the answer is mistaken. With 2, squares are exact.

    Raises:
        SettingError: a factor that is no positive integer.
    """

    def __init__(self, activation: nn.Module, factor: int = 2) -> None:
        super().__init__()
        if not isinstance(factor, int) or factor < 1:
            raise SettingError(f"the factor of a finer grid should be a positive integer, not {factor!r}")
        self.activation, self.factor = activation, factor

    def extra_repr(self) -> str:
        """Its setting, for a printed network."""
        return f"factor={self.factor}"

    @eager
    def forward(self, x: Tensor) -> Tensor:
        """The non-linearity of the signal, within its bandwidth."""
        forward, backward = _transforms(x)
        b = x.shape[-1] // 2
        finer = ceil((self.factor + 1) * b / 2)
        each = max(AT_ONCE // (x.shape[1] * (2 * finer) ** (x.dim() - 2)), 1)
        parts = torch.chunk(forward(x), max(ceil(len(x) / each), 1))
        found: Tensor = backward(torch.cat([forward(self.activation(backward(part, finer)), b) for part in parts]))
        return found


@eager
def spectral_pool(x: Tensor, b_out: int) -> Tensor:
    """The same signals on the grid of a smaller bandwidth, without what lies above it.

    Args:
        x: `(batch, channels, 2b, 2b)` on the sphere, or `(batch, channels, 2b, 2b, 2b)` on SO(3).
        b_out: the bandwidth that is left, at most `b`.

    Raises:
        SettingError: `b_out` is not between 1 and `b`.
        ShapeError: signals of another shape.
    """
    forward, backward = _transforms(x)
    found: Tensor = backward(forward(x, b_out))
    return found


def _transforms(x: Tensor) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    if x.dim() not in (4, 5):
        raise ShapeError(f"signals should be (batch, channels, 2b, 2b) or with a third axis 2b, not {tuple(x.shape)}")
    return (sphere_fft, sphere_ifft) if x.dim() == 4 else (rotation_fft, rotation_ifft)
