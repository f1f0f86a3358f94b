"""Optimisers, and which weights decay."""

from collections.abc import Callable
from typing import Any

from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from svertka.settings import TrainSettings

Groups = list[dict[str, Any]]


def optimiser(network: nn.Module, settings: TrainSettings) -> Optimizer:
    """The optimiser that the settings ask for, at its highest rate; the defaults must be filled in."""
    groups = decaying(network, settings.decay or 0.0, norms=settings.decay_norms)
    return MAKERS[settings.optimiser or "sgd"](groups, float(settings.rate or 0), settings.momentum)


def decaying(network: nn.Module, decay: float, *, norms: bool) -> Groups:
    """Weights that decay, and those that do not: biases and normalisation, which are all that have one axis."""
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    falling = [weight for weight in weights if norms or weight.dim() > 1]
    staying = [weight for weight in weights if not norms and weight.dim() <= 1]
    groups = [{"params": falling, "weight_decay": decay}, {"params": staying, "weight_decay": 0.0}]
    return [group for group in groups if group["params"]]


def set_rate(optimiser: Optimizer, rate: float, momentum: float) -> None:
    """Change rate and momentum."""
    for group in optimiser.param_groups:
        group["lr"] = rate
        if "momentum" in group:
            group["momentum"] = momentum
        else:
            group["betas"] = (momentum, group["betas"][1])


def _sgd(groups: Groups, rate: float, momentum: float) -> Optimizer:
    return SGD(groups, lr=rate, momentum=momentum, nesterov=momentum > 0, foreach=True)


def _adam(groups: Groups, rate: float, momentum: float) -> Optimizer:
    return Adam(groups, lr=rate, betas=(momentum, 0.999), foreach=True)


def _adamw(groups: Groups, rate: float, momentum: float) -> Optimizer:
    return AdamW(groups, lr=rate, betas=(momentum, 0.999), foreach=True)


MAKERS: dict[str, Callable[[Groups, float, float], Optimizer]] = {"sgd": _sgd, "adam": _adam, "adamw": _adamw}
