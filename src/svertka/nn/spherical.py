"""Correlations with learned filters: from the sphere to SO(3), from SO(3) to SO(3), and from the sphere to itself."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from svertka.errors import SettingError, ShapeError, UnknownName
from svertka.nn.sphere_filters import (
    coordinates,
    equator_points,
    equator_rotations,
    filter_basis,
    frozen,
    identity_points,
    pole_points,
)
from svertka.ops.sphere_correlation import rotation_product, sphere_product
from svertka.ops.sphere_spectra import coefficients, degree_factors, eager, sizes
from svertka.ops.sphere_transforms import rotation_columns, rotation_signals, sphere_columns, sphere_ifft

GivenPoints = NDArray[np.float64] | Sequence[Sequence[float]]


class SphericalLayer(nn.Module):
    """What these layers share: a filter for each pair of channels, and its spectrum.

    The parameter `kernel` is `(in, out, points)`, uniform in (-1, 1) at first: coordinates of the filter along
    orthogonal ones that have values at the points too (see `svertka.nn.sphere_filters`); `set_values` gives it values
    at the points themselves. Where filters are given as spectra, it is `(in, out, coefficients)`. The scale that keeps
    signals at their size stands beside it, not in it, as in s2cnn: one learning rate then suits all layers. In
    evaluation, without derivatives, the spectrum of the filters is kept until the parameter changes.
    """

    space: ClassVar[str]
    filters: ClassVar[dict[str, GivenPoints]]

    def __init__(
        self,
        cin: int,
        cout: int,
        b_in: int,
        b_out: int,
        *,
        filter: str,  # noqa: A002
        points: GivenPoints | None,
        bias: bool,
    ) -> None:
        super().__init__()
        _check_sizes(cin, cout, b_in, b_out)
        self.cin, self.cout, self.b_in, self.b_out, self.filter = cin, cout, b_in, b_out, filter
        self.points = frozen(self._chosen(filter, points))
        count = len(self.points) or coefficients(b_out, self.space)
        self.kernel = nn.Parameter(torch.empty(cin, cout, count))
        self.bias = nn.Parameter(torch.empty(cout)) if bias else None
        self._kept: tuple[object, Tensor] | None = None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the filters anew; biases become 0."""
        nn.init.uniform_(self.kernel, -1, 1)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def set_values(self, values: Tensor) -> None:
        """Give the filters these values at their points, `(in, out, points)`.

        Raises:
            ShapeError: another shape, or filters without points.
        """
        if not self.points or values.shape != self.kernel.shape:
            wanted = (
                f"{tuple(self.kernel.shape)}, not {tuple(values.shape)}" if self.points else "points, and have none"
            )
            raise ShapeError(f"values at the points of these filters should be {wanted}")
        change = torch.from_numpy(coordinates(self.points, self.b_out)).to(values.device)
        with torch.no_grad():
            self.kernel.copy_(values.double() @ change.t())

    def extra_repr(self) -> str:
        """Its settings, for a printed network."""
        return f"{self.cin}, {self.cout}, b_in={self.b_in}, b_out={self.b_out}, filter={self.filter!r}"

    def filter_spectrum(self) -> Tensor:
        """The spectra of the filters times their scale and `2l + 1`, `(coefficients, in, out)`."""
        if self.training or torch.is_grad_enabled():
            return self._filter_spectrum()
        key = self.kernel.data_ptr(), self.kernel._version, self.kernel.dtype, self.kernel.device
        if self._kept is None or self._kept[0] != key:
            self._kept = key, self._filter_spectrum()
        return self._kept[1]

    def _filter_spectrum(self) -> Tensor:
        values = self.kernel.flatten(0, 1).t()
        factors = degree_factors(self.b_out, self.space, values)[:, None]
        if not self.points:
            spectrum = values * (factors.sqrt() * self.scale())
        else:
            basis = filter_basis(self.points, self.b_out, values.dtype, values.device)
            spectrum = basis @ values * (factors * (self.scale() / len(self.points) ** 0.5))
        return spectrum.reshape(-1, self.cin, self.cout)

    def scale(self) -> float:
        """What the filters are multiplied with, but for `1/√points`, or `1/√(2l + 1)` where they are spectra."""
        raise NotImplementedError

    def _chosen(self, name: str, points: GivenPoints | None) -> GivenPoints:
        if name == "spectral":
            return ()
        if name not in self.filters:
            raise UnknownName("kind of filter", name, (*self.filters, "spectral"))
        chosen = self.filters[name] if points is None else points
        angles = 2 if self.space == "sphere" else 3
        if np.ndim(chosen) != 2 or np.shape(chosen)[1] != angles:
            raise ShapeError(f"points of a filter should be (points, {angles}) angles, not {np.shape(chosen)}")
        return chosen

    def _check(self, x: Tensor) -> None:
        axes = 2 if self.space == "sphere" else 3
        wanted = (self.cin, *[2 * self.b_in] * axes)
        if x.dim() != axes + 2 or x.shape[1:] != wanted:
            raise ShapeError(
                f"this layer wants signals (batch, {', '.join(map(str, wanted))}) of bandwidth {self.b_in}, "
                f"not {tuple(x.shape)}"
            )
        if x.dtype != self.kernel.dtype:
            raise SettingError(f"signals should be {self.kernel.dtype} as the layer's filters are, not {x.dtype}")


class SphereConv(SphericalLayer):
    """The sphere to SO(3): `y(R) = Σ_i ∫ x_i(ω) ψ_i(R⁻¹ω) dω + bias` (Cohen et al. 2018, arXiv:1801.10130).

    `(batch, cin, 2 b_in, 2 b_in)` to `(batch, cout, 2 b_out, 2 b_out, 2 b_out)`, whose batch and channels lie innermost
    in memory.

    Args:
        cin: channels of the input.
        cout: channels of the output.
        b_in: bandwidth of the input.
        b_out: bandwidth of the output, at most `b_in`.
        filter: where filters have values: on rings about the `pole` (24 points), on the `equator` (32), or `spectral`.
        points: other points, `(points, 2)` of `β` and `α`.
        bias: whether a number is added to each channel.

    Raises:
        SettingError: sizes that are no positive integers, or `b_out > b_in`.
        UnknownName: no such kind of filter.
        ShapeError: points without two angles.
    """

    space = "sphere"
    filters: ClassVar[dict[str, GivenPoints]] = {"pole": pole_points(), "equator": equator_points()}

    def __init__(
        self, cin: int, cout: int, b_in: int, b_out: int, *, filter: str = "pole",  # noqa: A002
        points: GivenPoints | None = None, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(cin, cout, b_in, b_out, filter=filter, points=points, bias=bias)

    def scale(self) -> float:
        """`2 b_in / √in b_out`, as in the code of the paper, where these filters are multiplied by `2 b_out` more."""
        return float(2 * self.b_in / (self.cin**0.5 * self.b_out))

    @eager
    def forward(self, x: Tensor) -> Tensor:
        """The correlation with every filter."""
        self._check(x)
        signals = sphere_columns(x, self.b_out).view(-1, *x.shape[:2])
        spectrum = sphere_product(signals, self.filter_spectrum(), self.bias)
        return rotation_signals(spectrum, self.b_out, (len(x), self.cout))


class RotationConv(SphericalLayer):
    """SO(3) to SO(3): `y(R) = Σ_i ∫ x_i(Q) ψ_i(R⁻¹Q) dQ + bias` (Cohen et al. 2018, arXiv:1801.10130).

    `(batch, cin, 2 b_in, 2 b_in, 2 b_in)` to `(batch, cout, 2 b_out, 2 b_out, 2 b_out)`, fastest for signals that
    another of these layers gave.

    Args:
        cin: channels of the input.
        cout: channels of the output.
        b_in: bandwidth of the input.
        b_out: bandwidth of the output, at most `b_in`.
        filter: where filters have values: near the `identity` (72 points), on the `equator` (64), or `spectral`.
        points: other points, `(points, 3)` of `β`, `α` and `γ`.
        bias: whether a number is added to each channel.

    Raises:
        SettingError: sizes that are no positive integers, or `b_out > b_in`.
        UnknownName: no such kind of filter.
        ShapeError: points without three angles.
    """

    space = "rotations"
    filters: ClassVar[dict[str, GivenPoints]] = {"identity": identity_points(), "equator": equator_rotations()}

    def __init__(
        self, cin: int, cout: int, b_in: int, b_out: int, *, filter: str = "identity",  # noqa: A002
        points: GivenPoints | None = None, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(cin, cout, b_in, b_out, filter=filter, points=points, bias=bias)

    def scale(self) -> float:
        """`√(b_in³ / in b_out³)`."""
        return float((self.b_in / self.b_out) ** 1.5 / self.cin**0.5)

    @eager
    def forward(self, x: Tensor) -> Tensor:
        """The correlation with every filter."""
        self._check(x)
        signals = rotation_columns(x, self.b_out).view(-1, *x.shape[:2])
        spectrum = rotation_product(signals, self.filter_spectrum(), self.bias)
        return rotation_signals(spectrum, self.b_out, (len(x), self.cout))


class ZonalConv(nn.Module):
    """The sphere to itself, by filters that look alike from all sides: a number for each degree and pair of channels.

    `(batch, cin, 2 b_in, 2 b_in)` to `(batch, cout, 2 b_out, 2 b_out)`. It costs far less than a way through SO(3), but
    does not tell directions apart (Esteves et al. 2018, arXiv:1711.06721, equation 5).

    Raises:
        SettingError: sizes that are no positive integers, or `b_out > b_in`.
    """

    def __init__(self, cin: int, cout: int, b_in: int, b_out: int, bias: bool = True) -> None:
        super().__init__()
        _check_sizes(cin, cout, b_in, b_out)
        self.cin, self.cout, self.b_in, self.b_out = cin, cout, b_in, b_out
        self.kernel = nn.Parameter(torch.empty(cin, cout, b_out))
        self.bias = nn.Parameter(torch.empty(cout)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the filters anew, uniform in (-1, 1); biases become 0."""
        nn.init.uniform_(self.kernel, -1, 1)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def extra_repr(self) -> str:
        """Its settings, for a printed network."""
        return f"{self.cin}, {self.cout}, b_in={self.b_in}, b_out={self.b_out}"

    @eager
    def forward(self, x: Tensor) -> Tensor:
        """The correlation with every filter."""
        if x.dim() != 4 or x.shape[1:] != (self.cin, 2 * self.b_in, 2 * self.b_in):
            size = 2 * self.b_in
            raise ShapeError(f"this layer wants signals (batch, {self.cin}, {size}, {size}), not {tuple(x.shape)}")
        signals = sphere_columns(x, self.b_out).view(-1, *x.shape[:2])
        counts = torch.tensor(sizes(self.b_out, "sphere"), device=x.device)
        filters = self.kernel.permute(2, 0, 1).repeat_interleave(counts, dim=0, output_size=self.b_out**2)
        found = torch.bmm(signals, filters * (3 / self.cin) ** 0.5)
        if self.bias is not None:
            found = torch.cat([found[:1] + self.bias, found[1:]])
        signals_out: Tensor = sphere_ifft(found.permute(1, 2, 0))
        return signals_out


def _check_sizes(*given: int) -> None:
    *_, b_in, b_out = given
    if not all(isinstance(size, int) and size > 0 for size in given):
        raise SettingError(f"channels and bandwidths should be positive integers, not {given}")
    if b_out > b_in:
        raise SettingError(f"b_out = {b_out} should be at most b_in = {b_in}: a layer adds no frequencies")
