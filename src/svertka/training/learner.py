"""Everything that changes while a network learns, and can be saved and restored to the last bit."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from svertka.data.batches import Batch
from svertka.errors import SettingError, TrainingError
from svertka.settings import TrainSettings
from svertka.tasks import Stress, Task, loss_of
from svertka.training.averaging import averaged
from svertka.training.diagnosis import first_bad_layer
from svertka.training.optimisers import optimiser, set_rate
from svertka.training.schedules import Plateau, momentum, share

NOISE = 2  # the stream of random numbers for dropout; `data.batches` has 0 and 1
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass
class Sums:
    """What an epoch has added up so far."""

    loss: float = 0.0
    points: float = 0.0
    count: int = 0


@dataclass
class Best:
    """The best validation so far, and the epoch it came after."""

    figure: float
    loss: float
    epoch: int


class Learner:
    """A network with its optimiser, its average, and its place in the training.

    `settings` have all defaults filled in, and `batches` is the number of batches in an epoch.
    """

    def __init__(
        self,
        network: nn.Module,
        task: Task,
        stress: Stress,
        settings: TrainSettings,
        batches: int,
        device: torch.device,
    ) -> None:
        self.network = network
        self.task = task
        self.stress = stress
        self.settings = settings
        self.batches = batches
        self.device = device
        self.optimiser = optimiser(network, settings)
        self.average = averaged(network, settings.ema) if settings.ema else None
        self.scaler = torch.amp.GradScaler(device.type, enabled=settings.precision == "float16")
        self.plateau = Plateau()
        self.epoch = 0
        self.place = 0
        self.sums = Sums()
        self.history: list[dict[str, float]] = []
        self.best: Best | None = None

    @property
    def tested(self) -> nn.Module:
        """The network to validate and to keep: the average where there is one."""
        return self.average.module if self.average is not None else self.network

    @property
    def settled(self) -> bool:
        """Whether no gradients wait for a step, so that the state may be saved."""
        return self.place % self.settings.accumulate == 0 or self.place == self.batches

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(self.settings.rate or 0) * self.plateau.factor * self._share()

    def learn(self, batch: Batch) -> float:
        """Take one batch, and a step when enough have been taken.

        Returns:
            The loss.

        Raises:
            TrainingError: it is not finite; the message names the step and the layer.
        """
        self.network.train()
        self._reseed()
        with self.autocast(), several(batch):
            loss, scores = loss_of(self.task, self.network, batch, self.stress, auxiliary=self.settings.auxiliary)
        value = float(loss.detach())
        if not np.isfinite(value):
            raise TrainingError(self._bad(value, batch))
        torch.autograd.backward(self.scaler.scale(loss / self._group()))
        self.place += 1
        if self.settled:
            self._step()
        self.sums.loss += value * len(batch)
        self.sums.points += float(self.task.points(scores.detach().float(), batch.targets).sum())
        self.sums.count += len(batch)
        return value

    def finish_epoch(self, row: Mapping[str, float], *, improved: bool) -> None:
        """Take note of an epoch's figures and go on to the next."""
        self.history.append(dict(row))
        if self.settings.schedule == "plateau":
            self.plateau.see(improved)
        self.epoch += 1
        self.place = 0
        self.sums = Sums()

    def autocast(self) -> AbstractContextManager[Any]:
        """The precision of convolutions and products."""
        precision = PRECISIONS[self.settings.precision]
        return torch.autocast(self.device.type, precision, enabled=precision != torch.float32)

    def state(self) -> dict[str, Any]:
        """All that is needed to go on as if nothing had happened.

        Raises:
            TrainingError: weights are not finite, and must not replace good ones.
        """
        weights = self.network.state_dict()
        bad = [name.rpartition(".")[0] for name, value in weights.items() if not bool(value.isfinite().all())]
        if bad:
            what = f"the weights of layer {bad[0]} went bad before {self._where()}"
            raise TrainingError(f"{what}; the last good state is kept; {ADVICE}")
        return {
            "network": weights,
            "average": None if self.average is None else self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "plateau": asdict(self.plateau),
            "epoch": self.epoch,
            "place": self.place,
            "sums": asdict(self.sums),
            "history": self.history,
            "best": None if self.best is None else asdict(self.best),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to a saved state."""
        self.network.load_state_dict(state["network"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.scaler.load_state_dict(state["scaler"])
        self.plateau = Plateau(**state["plateau"])
        self.epoch, self.place = state["epoch"], state["place"]
        self.sums = Sums(**state["sums"])
        self.history = list(state["history"])
        self.best = None if state["best"] is None else Best(**state["best"])

    def _step(self) -> None:
        settings = self.settings
        set_rate(self.optimiser, self.rate, momentum(settings.momentum, settings.schedule, self._share()))
        if settings.clip:
            self.scaler.unscale_(self.optimiser)
            nn.utils.clip_grad_norm_(self.network.parameters(), settings.clip)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.optimiser.zero_grad()
        if self.average is not None:
            self.average.update_parameters(self.network)

    def _group(self) -> int:
        """How many batches share the step of the present one; the last group of an epoch may be smaller."""
        first = self.place - self.place % self.settings.accumulate
        return min(self.settings.accumulate, self.batches - first)

    def _share(self) -> float:
        progress = (self.epoch * self.batches + self.place) / ((self.settings.epochs or 1) * self.batches)
        return share(self.settings.schedule, self.settings.warmup, min(progress, 1.0))

    def _reseed(self) -> None:
        """Make dropout a function of the seed and the place in the training."""
        entropy = np.random.SeedSequence([self.settings.seed, NOISE, self.epoch, self.place])
        seed = int(entropy.generate_state(1, np.uint64)[0] >> 1)
        torch.default_generator.manual_seed(seed)  # torch.manual_seed costs half a millisecond
        if self.device.type == "cuda":
            torch.cuda.manual_seed(seed)

    def _where(self) -> str:
        return f"epoch {self.epoch + 1}, batch {self.place + 1} of {self.batches}"

    def _bad(self, loss: float, batch: Batch) -> str:
        self._reseed()
        with self.autocast():
            layer = first_bad_layer(self.network, batch.images)
        return f"the loss is {loss} at {self._where()}: {layer} went bad first; the last good state is kept; {ADVICE}"


@contextmanager
def several(batch: Batch) -> Iterator[None]:
    """Say what is wrong where a batch is too small to be normalised."""
    try:
        yield
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise SettingError(
            f"a batch of {len(batch)} is too small to be normalised by this network; raise --batch"
        ) from None


ADVICE = "try a lower --rate, a longer --warmup, or --clip 1"
