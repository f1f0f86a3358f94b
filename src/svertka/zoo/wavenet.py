"""WaveNet: sound, sample by sample, each from thousands before it.

A stack of causal convolutions doubles its dilation from layer to layer, so that its receptive field grows as a power of
two. To make sound is to ask for one sample after another; `Voice` keeps what every layer has seen, so that a new
sample costs one step instead of the whole past.
"""

from collections import deque
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from svertka.errors import SettingError
from svertka.nn import LINE, Space, compressed
from svertka.zoo.registry import architecture, variant

Floats = NDArray[np.floating]


class Gated(nn.Module):
    """A dilated causal convolution that is let through by another, beside a way around it.

    van den Oord et al., arXiv:1609.03499, equation 3 and figure 4: `tanh(W x + V h) · sigmoid(W' x + V' h)`.
    """

    def __init__(self, space: Space, width: int, skip: int, dilation: int, conditions: int, *, last: bool) -> None:
        super().__init__()
        self.dilation = dilation
        self.conv = space.conv(width, 2 * width, 2, dilation=dilation)
        self.condition = nn.Linear(conditions, 2 * width, bias=False) if conditions else None
        self.skip = space.conv(width, skip, 1)
        self.onward = None if last else space.conv(width, width, 1)

    def forward(self, x: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor]:
        both = self.conv(F.pad(x, (self.dilation, 0)))
        if self.condition is not None:
            both = both + self.condition(conditions)[..., None]
        signal, gate = both.chunk(2, dim=1)
        out = signal.tanh() * gate.sigmoid()
        return x if self.onward is None else x + self.onward(out), self.skip(out)


@architecture(
    paper="arXiv:1609.03499",
    year=2016,
    sample=(1, 8000),
    classes=256,
    task="next",
    variants={
        "wavenet": variant(1_263_168, 9_863_168_000, layers=10, stacks=3, width=64, skip=256),
        "wavenet_small": variant(159_840, 1_187_840_000, layers=9, stacks=2, width=32, skip=64),
    },
)
class WaveNet(nn.Module):
    """Gated causal convolutions with dilations 1, 2, 4 and so on, whose skips are added up and judged.

    It takes waves `(batch, channels, time)` within ±1; channels behind the first are conditions that hold for the whole
    wave. Scores `(batch, classes, time)` at each place are for the level of the very sample there, by the µ-law, and
    depend on earlier samples alone. `receptive_field` says on how many.
    """

    def __init__(
        self,
        *,
        layers: int,
        stacks: int,
        width: int,
        skip: int,
        channels: int = 1,
        classes: int = 256,
        space: Space = LINE,
    ) -> None:
        super().__init__()
        if space is not LINE:
            raise SettingError(f"a WaveNet is for signals, not for {space.name}s")
        self.levels, self.conditions = classes, channels - 1
        self.dilations = [2**layer for _ in range(stacks) for layer in range(layers)]
        self.receptive_field = 1 + sum(self.dilations)
        self.enter = nn.Embedding(classes, width)
        self.layers = nn.ModuleList(
            Gated(space, width, skip, dilation, self.conditions, last=place == len(self.dilations) - 1)
            for place, dilation in enumerate(self.dilations)
        )
        self.judge = nn.Sequential(nn.ReLU(), space.conv(skip, skip, 1), nn.ReLU(), space.conv(skip, classes, 1))

    @property
    def silence(self) -> int:
        """The level that stands before the first sample."""
        return self.levels // 2

    def forward(self, x: Tensor) -> Tensor:
        codes = F.pad(compressed(x[:, 0], self.levels)[:, :-1], (1, 0), value=self.silence)
        return self.scores(codes, x[:, 1:, 0])

    def scores(self, codes: Tensor, conditions: Tensor) -> Tensor:
        """What may follow each of these levels `(batch, time)`: scores `(batch, levels, time)`."""
        x = self.enter(codes).transpose(1, 2)
        total = torch.zeros((), dtype=x.dtype, device=x.device)
        for layer in self.layers:
            x, skip = layer(x, conditions)
            total = total + skip
        y: Tensor = self.judge(total)
        return y


class Voice:
    """A WaveNet that speaks: levels in, scores for the next out, with all that its layers remember.

    The arithmetic of one sample is a few small products, for which NumPy costs less to call than torch does.
    """

    def __init__(self, network: WaveNet, conditions: Tensor) -> None:
        """Silence before the first sample; conditions are `(batch, conditions)`."""
        weights = {name: value.cpu().numpy() for name, value in network.state_dict().items()}
        told = conditions.cpu().numpy()
        self.entering = weights["enter.weight"]
        self.layers = [
            Memory(part(weights, f"layers.{place}."), dilation, told)
            for place, dilation in enumerate(network.dilations)
        ]
        self.first, self.first_bias = matrix(weights["judge.1.weight"]), weights["judge.1.bias"]
        self.second, self.second_bias = matrix(weights["judge.3.weight"]), weights["judge.3.bias"]
        self.count = len(conditions)

    def scores(self, codes: NDArray[np.int64]) -> Floats:
        """Scores `(batch, levels)` for what follows these levels `(batch,)`."""
        x = self.entering[codes]
        total = np.zeros((self.count, len(self.first)), x.dtype)
        for layer in self.layers:
            x = layer.step(x, total)
        hidden = np.maximum(np.maximum(total, 0) @ self.first + self.first_bias, 0)
        return np.asarray(hidden @ self.second + self.second_bias)


class Memory:
    """One layer of a voice, with what it has heard since its dilation began."""

    def __init__(self, weights: dict[str, Floats], dilation: int, conditions: Floats) -> None:
        kernel = weights["conv.weight"]
        self.weights = np.concatenate([matrix(kernel[..., :1]), matrix(kernel[..., 1:])])
        told = conditions @ weights["condition.weight"].T if "condition.weight" in weights else 0
        self.shift = weights["conv.bias"] + told
        self.skip, self.skip_bias = matrix(weights["skip.weight"]), weights["skip.bias"]
        onward = weights.get("onward.weight")
        self.onward = None if onward is None else (matrix(onward), weights["onward.bias"])
        silent = np.zeros((len(conditions), kernel.shape[1]), kernel.dtype)
        self.past = deque([silent] * dilation)

    def step(self, x: Floats, total: Floats) -> Floats:
        """What goes on to the next layer; what is to be judged is added to `total`."""
        self.past.append(x)
        both = np.concatenate([self.past.popleft(), x], axis=1) @ self.weights + self.shift
        half = both.shape[1] // 2
        out = np.tanh(both[:, :half]) / (1 + np.exp(-both[:, half:]))
        total += out @ self.skip + self.skip_bias
        return x if self.onward is None else x + out @ self.onward[0] + self.onward[1]


def sampled(
    network: WaveNet, conditions: Tensor, draws: NDArray[np.float64], prompt: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """New levels `(batch, samples)`, one after another, each drawn from what the network makes of those before.

    Args:
        network: in evaluation mode, on the processor.
        conditions: `(batch, conditions)`.
        draws: numbers from 0 to 1, `(batch, samples)`; each chooses a level by the distribution's running sum.
        prompt: levels `(batch, any)` that come before.
    """
    voice = Voice(network, conditions)
    codes = np.full(len(conditions), network.silence)
    for heard in _columns(prompt):
        voice.scores(codes)
        codes = heard
    made = np.empty(draws.shape, np.int64)
    for place in range(draws.shape[1]):
        codes = made[:, place] = drawn(voice.scores(codes), draws[:, place])
    return made


def drawn(scores: Floats, draws: NDArray[np.float64]) -> NDArray[np.int64]:
    """A level for each row of scores: the first at which the running sum of probabilities passes the draw."""
    shares = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    sums = shares.cumsum(axis=1)
    return np.asarray((sums <= draws[:, None] * sums[:, -1:]).sum(axis=1).clip(0, scores.shape[1] - 1))


def _columns(prompt: NDArray[np.int64] | None) -> Iterator[NDArray[np.int64]]:
    return iter(()) if prompt is None else iter(prompt.T)


def part(weights: dict[str, Floats], prefix: str) -> dict[str, Floats]:
    """The weights whose names begin so, without that."""
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}


def matrix(kernel: Floats) -> Floats:
    """The kernel of a convolution that looks at one place, ready to be multiplied from the right."""
    return np.ascontiguousarray(kernel[..., 0].T)
