"""Spherical layers and transforms by other hands, in our conventions, for `benchmarks/sphere.py`.

All are scaled to give what ours give, by constants that are made before anything is timed. Peers that are not installed
are left out.
"""

import importlib.util
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Points = NDArray[np.float64]  # (points, 2 or 3): colatitude, longitude and, on SO(3), the third angle
Energy = NDArray[np.float64]  # (b, b): |x̂_lm|², orders from 0 on


@dataclass(frozen=True)
class Transform:
    """A transform of real signals on the sphere; what it takes and gives is its own affair."""

    signals: Any  # what `forward` takes
    spectrum: Any  # what `inverse` takes
    forward: Callable[[Any], Any]
    inverse: Callable[[Any], Any]
    both: Callable[[], Any]  # forward, and the derivative of it by the signals
    energy: Callable[[Any], Energy]  # of a spectrum: squared orthonormal coefficients of the first signal


def installed(*names: str) -> bool:
    """Whether all these packages are there."""
    return all(importlib.util.find_spec(name) for name in names)


def transforms() -> dict[str, Callable[[int, int, Callable[[Any, Any], Any]], Transform]]:
    """Transforms of installed peers by name; each is made from a bandwidth, a number of signals, and the signal."""
    found: dict[str, Any] = {}
    if installed("torch_harmonics"):
        found["torch-harmonics"] = torch_harmonics
    if installed("s2fft", "jax"):
        found["s2fft"] = s2fft
    if installed("e3nn"):
        found["e3nn"] = e3nn
    return found


def layers() -> dict[str, Any]:
    """Layers of installed peers by name: a pair for S² and SO(3)."""
    return {"e3nn": (SphereLayer, RotationLayer)} if installed("e3nn", "opt_einsum_fx", "sympy") else {}


def torch_harmonics(b: int, count: int, signal: Callable[[Any, Any], Any]) -> Transform:
    """Its transform on `2b × 2b` samples that hold both poles, by Clenshaw and Curtis."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch_harmonics as peer
    size = 2 * b
    forward = peer.RealSHT(size, size, lmax=b, mmax=b, grid="equiangular").float()
    inverse = peer.InverseRealSHT(size, size, lmax=b, mmax=b, grid="equiangular").float()
    beta, alpha = np.linspace(0, np.pi, size), np.arange(size) * np.pi / b
    x = torch.from_numpy(signal(beta[:, None], alpha)).float().repeat(count, 1, 1)
    return Transform(x, forward(x), forward, inverse, derivative(forward, x), lambda y: _squares(y[0].numpy()))


def e3nn(b: int, count: int, signal: Callable[[Any, Any], Any]) -> Transform:
    """Its transform on our own grid, in real harmonics."""
    o3 = _o3()
    forward = o3.FromS2Grid((2 * b, 2 * b), b - 1, normalization="integral", dtype=torch.float64).float()
    inverse = o3.ToS2Grid(b - 1, (2 * b, 2 * b), normalization="integral", dtype=torch.float64).float()
    beta, alpha = np.pi * (2 * np.arange(2 * b) + 1) / (4 * b), np.arange(2 * b) * np.pi / b
    x = torch.from_numpy(signal(beta[:, None], alpha)).float().repeat(count, 1, 1)
    return Transform(x, forward(x), forward, inverse, derivative(forward, x), lambda y: _real_squares(y[0].numpy(), b))


def s2fft(b: int, count: int, signal: Callable[[Any, Any], Any]) -> Transform:
    """Its precomputed transform, compiled by JAX, on the `2b × (2b - 1)` samples of Driscoll and Healy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jax
        from s2fft.precompute_transforms import construct, spherical
    beta, alpha = (2 * np.arange(2 * b) + 1) * np.pi / (4 * b), np.arange(2 * b - 1) * 2 * np.pi / (2 * b - 1)
    words = {"L": b, "spin": 0, "reality": True, "sampling": "dh"}
    to, back = (jax.numpy.asarray(construct.spin_spherical_kernel(**words, forward=way)) for way in (True, False))
    forward = jax.jit(jax.vmap(lambda x: spherical.forward(x, kernel=to, method="jax", **words)))
    inverse = jax.jit(jax.vmap(lambda y: spherical.inverse(y, kernel=back, method="jax", **words)))
    loss = jax.jit(jax.grad(lambda x: (jax.numpy.abs(forward(x)) ** 2).sum()))
    x = jax.numpy.asarray(np.repeat(signal(beta[:, None], alpha)[None], count, axis=0), dtype=np.float32)

    def finished(job: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda given: job(given).block_until_ready()

    return Transform(
        x,
        forward(x),
        finished(forward),
        finished(inverse),
        lambda: loss(x).block_until_ready(),
        lambda y: _squares(np.asarray(y[0])[:, b - 1 :]),
    )


def derivative(forward: Callable[[Tensor], Tensor], x: Tensor) -> Callable[[], Any]:
    """Forward and backward, from a gradient that is made once."""
    x = x.clone().requires_grad_()
    gradient = torch.ones_like(forward(x))

    def both() -> Any:
        x.grad = None
        forward(x).backward(gradient)
        return x.grad

    return both


def _squares(spectrum: NDArray[Any]) -> Energy:
    return np.asarray(np.abs(spectrum).astype(np.float64) ** 2)


def _real_squares(coefficients: NDArray[Any], b: int) -> Energy:
    """Of real harmonics: cosine and sine of an order share what the two complex orders have twice."""
    found = np.zeros((b, b))
    for l in range(b):
        energy = coefficients[l * l : (l + 1) ** 2].astype(np.float64) ** 2
        found[l, : l + 1] = [energy[l], *(energy[l + 1 :] + energy[:l][::-1]) / 2]
    return found


def _o3() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from e3nn import o3
    return o3


class SphereLayer(nn.Module):
    """S² to SO(3) as e3nn's example builds it: a transform, a linear layer degree by degree, the grid of SO(3).

    e3nn turns the signal where we turn the filter, so its answer at `R` is ours at `R⁻¹`; `as_ours` sorts it.
    """

    def __init__(self, cin: int, cout: int, b_in: int, b_out: int, points: Points) -> None:
        super().__init__()
        o3 = _o3()
        degrees = range(b_out)
        self.kernel = nn.Parameter(torch.empty(cin, cout, len(points)).uniform_(-1, 1))
        self.transform = o3.FromS2Grid((2 * b_in, 2 * b_in), b_out - 1, normalization="integral")
        self.linear = _linear(o3, o3.Irreps([(1, (l, 1)) for l in degrees]), cin, cout, b_out)
        self.grid = o3.SO3Grid(b_out - 1, b_out, aspect_ratio=1)
        beta, alpha = torch.from_numpy(points).T.float()
        rows = o3.spherical_harmonics_alpha_beta(list(degrees), alpha, beta, normalization="component")
        size = self.grid.D.shape[-1]
        factors = [math.sqrt(size * cin / (2 * l + 1) / (4 * math.pi)) for l in degrees for _ in range(2 * l + 1)]
        scale = 2 * b_in / (b_out * math.sqrt(len(points) * cin))
        self.register_buffer("rows", rows * torch.tensor(factors) * scale)

    def forward(self, x: Tensor) -> Tensor:
        filters = torch.einsum("pi,xyp->xyi", self.rows, self.kernel)
        return self.grid.to_grid(self.linear(self.transform(x), weight=filters))


class RotationLayer(nn.Module):
    """SO(3) to SO(3) as e3nn's example builds it; signals are `(batch, channels, α, β, γ)`."""

    def __init__(self, cin: int, cout: int, b_in: int, b_out: int, points: Points) -> None:
        super().__init__()
        o3 = _o3()
        degrees = range(b_out)
        self.kernel = nn.Parameter(torch.empty(cin, cout, len(points)).uniform_(-1, 1))
        self.from_grid = o3.SO3Grid(b_out - 1, b_in, aspect_ratio=1)
        self.linear = _linear(o3, o3.Irreps([(2 * l + 1, (l, 1)) for l in degrees]), cin, cout, b_out)
        self.grid = o3.SO3Grid(b_out - 1, b_out, aspect_ratio=1)
        beta, alpha, gamma = torch.from_numpy(points).T.float()
        matrices = [o3.wigner_D(l, math.pi - gamma, beta, -math.pi - alpha).flatten(-2) for l in degrees]
        factors = [math.sqrt(cin * (2 * l + 1)) for l in degrees]
        scale = 1 / math.sqrt(len(points) * cin * b_out**3 / b_in**3)
        rows = torch.cat([one * factor for one, factor in zip(matrices, factors, strict=True)], dim=-1)
        self.register_buffer("rows", rows * scale)

    def forward(self, x: Tensor) -> Tensor:
        filters = torch.einsum("pi,xyp->xyi", self.rows, self.kernel)
        return self.grid.to_grid(self.linear(self.from_grid.from_grid(x), weight=filters))


def as_ours(x: Tensor) -> Tensor:
    """e3nn's `(…, α, β, γ)` of `R⁻¹` as our `(…, β, α, γ)` of `R`.

    The inverse of `R(α, β, γ)` is `R(π - γ, β, -π - α)`, so places `k` go to `b - k` round the circle.
    """
    return _reversed(x.movedim(-3, -1))


def as_theirs(x: Tensor) -> Tensor:
    """The other way round."""
    return _reversed(x).movedim(-1, -3)


def _reversed(x: Tensor) -> Tensor:
    size = x.shape[-1]
    places = (size // 2 - torch.arange(size)) % size
    return x[..., places, :][..., places]


def _linear(o3: Any, irreps: Any, cin: int, cout: int, b_out: int) -> Any:
    out = o3.Irreps([(2 * l + 1, (l, 1)) for l in range(b_out)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return o3.Linear(irreps, out, f_in=cin, f_out=cout, internal_weights=False, shared_weights=True)
