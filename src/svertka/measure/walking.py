"""A walk through a network on the meta device, where tensors have shapes but no numbers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from svertka.errors import ShapeError
from svertka.geometry import Window, times
from svertka.nn.initial import NORMS

Shape = tuple[int, ...]
KEEPING = (*NORMS, nn.LocalResponseNorm, nn.ReLU, nn.Tanh, nn.Sigmoid, nn.Dropout)  # layers that keep shapes


@dataclass(frozen=True)
class Visit:
    """One layer as it was passed: `shape_in` and `shape_out` are without the batch.

    `times` is how often, for one image: once, or for each of its parts, as the atoms of a molecule.
    """

    name: str
    layer: nn.Module
    shape_in: Shape
    shape_out: Shape
    times: int = 1


def walk(network: nn.Module, channels: int, sizes: Sequence[int], *, training: bool = False) -> list[Visit]:
    """Every module with the shapes that go in and come out, in the order in which they finish.

    With `training` the auxiliary heads are passed too.

    Raises:
        ShapeError: the image is too small; the message names the layer.
    """
    network = bare(network)
    visits: list[Visit] = []
    entered: list[str] = []
    with _watched(network, entered, visits):
        try:
            way = getattr(network, "heads", network) if training else network
            way(torch.empty(1, channels, *sizes, device="meta"))
        except RuntimeError as error:
            raise ShapeError(f"layer {entered[-1]} cannot take an image of {times(sizes)}") from error
    return visits


def bare(network: nn.Module) -> nn.Module:
    """The network without numbers and in evaluation mode: itself if it is so already."""
    return network if is_bare(network) else on_meta(network)


def is_bare(network: nn.Module) -> bool:
    """Whether it has no numbers and is in evaluation mode."""
    return not network.training and all(value.is_meta for value in network.state_dict().values())


def on_meta(network: nn.Module) -> nn.Module:
    """A copy without numbers, in evaluation mode."""
    memo: dict[int, object] = {
        **{
            id(weight): nn.Parameter(weight.detach().to("meta"), weight.requires_grad)
            for weight in network.parameters()
        },
        **{id(buffer): buffer.to("meta") for buffer in network.buffers()},
    }  # so that numbers are not copied on the way
    return deepcopy(network, memo).to("meta").eval()


def windows(layer: nn.Module, rank: int) -> list[Window]:
    """The windows a convolution or pooling slides, one for each axis; none for other layers."""
    slides = hasattr(layer, "kernel_size") and not getattr(layer, "transposed", False)
    if not slides or isinstance(layer.padding, str):
        return []
    fields = (_each(getattr(layer, field, 1), rank) for field in ("kernel_size", "stride", "padding", "dilation"))
    return [Window(*axis) for axis in zip(*fields, strict=True)]


@contextmanager
def _watched(network: nn.Module, entered: list[str], visits: list[Visit]) -> Iterator[None]:
    """Note every layer as it is entered and left; nothing is computed."""
    handles = []
    for name, layer in network.named_modules():
        handles.append(layer.register_forward_pre_hook(_entering(name, entered)))
        handles.append(layer.register_forward_hook(_leaving(name, visits)))
    try:
        with torch.no_grad(), unshaped(network):
            yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def unshaped(network: nn.Module) -> Iterator[None]:
    """Let layers that keep shapes give back what they get, to save time."""
    keeping = [layer for layer in network.modules() if isinstance(layer, KEEPING)]
    for layer in keeping:
        layer.forward = _unchanged  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        for layer in keeping:
            del layer.forward


def _unchanged(x: Tensor) -> Tensor:
    return x


def _each(value: int | tuple[int, ...], rank: int) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,) * rank


def _entering(name: str, entered: list[str]) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
    def hook(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        entered.append(name)
        sizes = inputs[0].shape[2:]
        for window, size in zip(windows(layer, len(sizes)), sizes, strict=False):
            try:
                window.out(size)
            except ShapeError as error:
                raise ShapeError(f"layer {name} ({type(layer).__name__}): {error}") from None

    return hook


def _leaving(name: str, visits: list[Visit]) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
    def hook(layer: nn.Module, inputs: tuple[Tensor, ...], out: Tensor | tuple[Tensor, ...]) -> None:
        first = out[0] if isinstance(out, tuple) else out
        visits.append(Visit(name, layer, tuple(inputs[0].shape[1:]), tuple(first.shape[1:]), inputs[0].shape[0]))

    return hook
