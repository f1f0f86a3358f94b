"""How the learning rate changes, as a share of its highest, over a training from 0 to 1."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi

STALL = 5  # epochs without a better validation after which the plateau schedule divides by ten
RISE = 0.3  # share of a one-cycle training during which the rate rises
START = 1 / 25  # of its highest rate is where one-cycle begins; Smith and Topin, arXiv:1708.07120


def cosine(progress: float) -> float:
    """Half a wave from 1 to 0; Loshchilov and Hutter, arXiv:1608.03983."""
    return (1 + cos(pi * progress)) / 2


def onecycle(progress: float) -> float:
    """Half a wave up, then half a wave down to 0."""
    if progress < RISE:
        return START + (1 - START) * cosine(1 - progress / RISE)
    return cosine((progress - RISE) / (1 - RISE))


def step(progress: float) -> float:
    """A tenth at half of the way, and a hundredth at three quarters; as He et al. train on CIFAR-10."""
    return float(0.1 ** (int(progress >= 0.5) + int(progress >= 0.75)))


def constant(progress: float) -> float:
    """Always 1; with the plateau schedule, validation decides."""
    return 1.0


SCHEDULES: dict[str, Callable[[float], float]] = {
    "cosine": cosine, "onecycle": onecycle, "step": step, "plateau": constant, "constant": constant,
}  # fmt: skip


def share(schedule: str, warmup: float, progress: float) -> float:
    """The rate's share of its highest, after `progress` of the training; it rises linearly from 0 during the warm-up.

    What follows the warm-up runs from 0 to 1 in the rest. One-cycle rises by itself.
    """
    if schedule == "onecycle":
        return onecycle(progress)
    if progress < warmup:
        return progress / warmup
    return SCHEDULES[schedule]((progress - warmup) / (1 - warmup))


def momentum(highest: float, schedule: str, rate_share: float) -> float:
    """Momentum falls as the rate of one-cycle rises, by a tenth at most, and is constant otherwise."""
    return highest - 0.1 * rate_share if schedule == "onecycle" else highest


@dataclass
class Plateau:
    """A factor that falls to a tenth whenever validation has stalled for some epochs."""

    factor: float = 1.0
    waited: int = 0

    def see(self, improved: bool) -> None:
        """Take note of an epoch."""
        self.waited = 0 if improved else self.waited + 1
        if self.waited >= STALL:
            self.factor /= 10
            self.waited = 0
