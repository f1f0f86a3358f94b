"""How much memory a network needs for one image: what lives at once, followed tensor by tensor on the meta device."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from svertka.measure.walking import on_meta


class Living(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While it is on, it adds up the bytes of all tensors that operations make and that are still in use.

    `largest` is the largest of them.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.bytes: dict[StorageWeakRef, int] = {}
        self.now = 0
        self.peak = 0
        self.largest = 0

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        out = function(*args, **(kwargs or {}))
        given = {_storage(leaf) for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)}
        for leaf in tree_leaves(out):
            if isinstance(leaf, Tensor) and _storage(leaf) not in given:
                self._note(leaf)
        return out

    def _note(self, tensor: Tensor) -> None:
        """Take in a new tensor, after letting go of those that nobody holds any more, where that may matter."""
        storage = tensor.untyped_storage()
        self.bytes[StorageWeakRef(storage)] = storage.nbytes()  # type: ignore[no-untyped-call]
        self.now += storage.nbytes()
        self.largest = max(self.largest, storage.nbytes())
        if self.now > self.peak:
            for gone in [each for each in self.bytes if each.expired()]:  # type: ignore[no-untyped-call]
                self.now -= self.bytes.pop(gone)
            self.peak = max(self.peak, self.now)


def predicting(network: nn.Module, channels: int, sizes: Sequence[int]) -> int:
    """Bytes that live at most at once in a prediction: weights, the image, and what layers hand on."""
    network = on_meta(network)
    image = torch.empty(1, channels, *sizes, device="meta")
    with torch.no_grad(), Living() as living:
        network(image)
    return int(held(network) + image.nbytes + living.peak)


def learning(network: nn.Module, channels: int, sizes: Sequence[int]) -> int:
    """Bytes that live at most at once in a step of training with momentum, for each image of a batch of one.

    Weights, their gradients and momenta; what layers keep for the gradient; and what the gradient needs on its way.
    """
    network = on_meta(network).train()
    image = torch.empty(2, channels, *sizes, device="meta")  # normalisation wants two
    with Living() as living:
        scores = getattr(network, "heads", lambda x: [network(x)])(image)
        sum(score.sum() for score in scores).backward()
    weights = sum(weight.nbytes for weight in network.parameters())
    return int(held(network) + 2 * weights + (living.peak - weights) // 2 + image.nbytes // 2)


def held(network: nn.Module) -> int:
    """Bytes of weights and running statistics."""
    return sum(value.nbytes for value in network.state_dict().values())


def _storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)
