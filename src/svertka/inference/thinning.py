"""A network with a random part of it dropped, as in training: Monte-Carlo dropout.

Gal & Ghahramani, arXiv:1506.02142: a network that is asked again and again with dropout on is a sample of networks, and
how far they differ is a measure of doubt. Each sample here is one thinned network: what is dropped depends on the seed
and on the sample's number alone, and is the same for all images. So answers depend neither on how images are batched
nor on their order.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import numpy as np
import torch
from torch import Tensor, nn

from svertka.errors import SettingError

DROPPING = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)
Hook = Callable[[nn.Module, tuple[Tensor, ...], Tensor], Tensor]


def droppers(network: nn.Module) -> list[nn.Module]:
    """The layers that drop something in training."""
    return [layer for layer in network.modules() if isinstance(layer, DROPPING) and layer.p > 0]


def check_drops(network: nn.Module, name: str) -> None:
    """See that a network has dropout.

    Raises:
        SettingError: it has none.
    """
    if not droppers(network):
        raise SettingError(f"--dropout-samples is for networks with dropout, and {name} has none")


@contextmanager
def thinned(network: nn.Module, seed: int, sample: int) -> Iterator[None]:
    """The network with dropout on, and with everything else, normalisation too, as it is in use."""
    calls = count()
    handles = [layer.register_forward_hook(_dropping(seed, sample, calls)) for layer in droppers(network)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _dropping(seed: int, sample: int, calls: Iterator[int]) -> Hook:
    """In the place of what a layer gives in use, what it gives in training: the same places for every image."""

    def hook(layer: nn.Module, given: tuple[Tensor, ...], found: Tensor) -> Tensor:
        drawn = int(np.random.SeedSequence([seed, sample, next(calls)]).generate_state(1, np.uint64)[0] >> 1)
        with torch.random.fork_rng([given[0].device] if given[0].is_cuda else []):
            torch.manual_seed(drawn)
            layer.training = True
            try:
                dropped: Tensor = torch.vmap(lambda one: layer.forward(one[None])[0], randomness="same")(given[0])
            finally:
                layer.training = False
        return dropped

    return hook
