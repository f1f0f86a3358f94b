"""Training in memory: what a run folder and an estimator have in common."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch

from svertka.data.augment import Augment
from svertka.data.batches import Epochs
from svertka.inference import Predictor
from svertka.nn import laid_out
from svertka.tasks import Figures, measured
from svertka.training.events import EpochDone
from svertka.training.finder import LOWEST, Trial, find_rate
from svertka.training.learner import Learner
from svertka.training.loop import fit
from svertka.training.preparing import Prepared
from svertka.zoo import find

log = logging.getLogger(__name__)


def with_rate(ready: Prepared) -> tuple[Prepared, list[Trial]]:
    """The same with its learning rate measured, where the settings ask for that."""
    if ready.settings.rate != "find":
        return ready, []
    anyhow = replace(ready, settings=ready.settings.but(rate=LOWEST))
    with contained(ready.settings.threads, ready.shelf.device):
        rate, trials = find_rate(learner_for(anyhow), epochs_for(anyhow))
    log.info("rate: %.2g, a tenth of where the loss was least in the range test", rate)
    return replace(ready, settings=ready.settings.but(rate=rate)), trials


def learner_for(ready: Prepared) -> Learner:
    """A fresh network, ready to learn; its first weights follow from the seed, or are given."""
    torch.manual_seed(ready.settings.seed)
    device = ready.shelf.device
    network = ready.facts.build()
    if ready.start is not None:
        network.load_state_dict(ready.start)
    network = laid_out(network, device)
    return Learner(network, ready.task, ready.stress(), ready.settings, len(epochs_for(ready)), device)


def epochs_for(ready: Prepared) -> Epochs:
    """The batches to learn from."""
    settings = ready.settings
    preprocess = ready.shelf.preprocess
    spherical = find(ready.facts.variant).on_sphere(preprocess.project)
    augment = Augment.of(settings, preprocess.rank, spherical=spherical)
    return Epochs(ready.shelf, ready.part("train"), settings.batch or 1, settings.seed, augment, ready.chances())


def validation(ready: Prepared, learner: Learner) -> Callable[[], Figures] | None:
    """How to validate; nothing where no samples are held back for it."""
    indices = ready.part("val")
    if len(indices) == 0:
        return None

    def figures() -> Figures:
        with learner.autocast():
            batches = ready.shelf.in_order(indices, ready.settings.batch or 1)
            return measured(ready.task, learner.tested.eval(), batches)

    return figures


def fitted(ready: Prepared) -> Predictor:
    """The network with the best weights of a whole training."""
    with contained(ready.settings.threads, ready.shelf.device):
        learner = learner_for(ready)
        best = {}
        for event in fit(learner, epochs_for(ready), validation(ready, learner)):
            if isinstance(event, EpochDone) and event.best:
                best = {name: value.detach().clone() for name, value in learner.tested.state_dict().items()}
    network = laid_out(ready.facts.build(), ready.shelf.device).eval()
    network.load_state_dict(best)
    return Predictor(network, ready.shelf.preprocess, ready.names, ready.facts, ready.shelf.device)


@contextmanager
def contained(threads: int | None, device: torch.device) -> Iterator[None]:
    """Compute the same bits every time, and leave torch's threads and random numbers as they were found."""
    before = torch.get_num_threads()
    devices = [device] if device.type == "cuda" else []
    try:
        torch.set_num_threads(threads or before)
        with torch.backends.cudnn.flags(benchmark=False, deterministic=True), torch.random.fork_rng(devices):
            yield
    finally:
        torch.set_num_threads(before)
