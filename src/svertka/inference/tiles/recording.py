"""A network written down as the calls it makes for an image of given sizes, followed on the meta device.

Nothing is computed, so the image may be of any size.
"""

import inspect
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import lcm
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map

from svertka.errors import ShapeError
from svertka.geometry import times
from svertka.inference.densifying import Dense
from svertka.inference.tiles.calls import Call, Local, Operation, Ref, Untileable, Value
from svertka.inference.tiles.overall import IN_STEPS, Overall
from svertka.inference.tiles.rules import bare, operation
from svertka.measure.walking import on_meta

IMAGE = Ref(0)


@dataclass(frozen=True)
class Step:
    """One call, the number of its result, and the layer that makes it.

    `operation` is nothing where the result is the same for all tiles; `fault` says why there is none for windows.
    """

    number: int
    call: Call
    operation: Operation | None
    layer: str
    fault: str = ""


@dataclass(frozen=True)
class Tape:
    """All calls that the result needs, in order.

    `names` are those of the network's tensors by number, and `bare` the tensors without numbers in them. Layers that a
    function gets as a whole are among them.
    """

    steps: tuple[Step, ...]
    values: Sequence[Value]
    result: Ref
    names: Mapping[int, str]
    bare: Mapping[int, Any]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Of the image."""
        return self.values[IMAGE.number].sizes

    @property
    def out(self) -> Value:
        """The result."""
        return self.values[self.result.number]

    @property
    def stride(self) -> tuple[int, ...]:
        """The least step between places of the result, along each axis, at which all layers begin anew."""
        jumps = [self.values[step.number].jump for step in self.steps if step.operation and step.operation.axes]
        ratios = [[one / last for one, last in zip(jump, self.out.jump, strict=True)] for jump in jumps]
        return tuple(lcm(*(ratio.numerator for ratio in line)) for line in zip(*ratios, strict=True)) or (1,)

    @property
    def overall(self) -> list[Step]:
        """Those that look at all places at once."""
        return [step for step in self.steps if isinstance(step.operation, Overall)]


def recorded(network: nn.Module, channels: int, sizes: Sequence[int], dtype: torch.dtype | None = None) -> Tape:
    """The calls of a network in evaluation for one image `(channels, *sizes)`.

    Raises:
        ShapeError: the image is too small, or a layer looks at it as a whole; the message names the layer.
    """
    network = on_meta(network)
    image = torch.empty(1, channels, *sizes, device="meta", dtype=dtype or _dtype(network))
    recording = Recording(network, image)
    with torch.no_grad():
        try:
            with recording:
                out = network(recording.image)
        except RuntimeError as error:
            layer = recording.layer
            raise ShapeError(f"layer {layer} cannot take an image of {times(sizes)}: {_line(error)}") from error
    return recording.tape(out)


class Recording(TorchFunctionMode):
    """While it is on, torch's functions are written down with what they are given."""

    def __init__(self, network: nn.Module, image: Tensor) -> None:
        super().__init__()
        self.image = image
        self.values: list[Value] = []
        self.tensors: list[Any] = []  # held, so that no two have the same id
        self.numbers: dict[int, int] = {}
        self.stale: set[int] = set()
        self.steps: list[Step] = []
        self.layers: list[str] = []
        rank = image.dim() - 2
        self._note(self.image, Value(tuple(self.image.shape), tuple(range(2, 2 + rank)), (Fraction(1),) * rank))
        self.names: dict[int, str] = {}
        for name, tensor in [*network.named_parameters(), *network.named_buffers()]:
            self.names[self._note(tensor, Value(tuple(tensor.shape)))] = name
        for name, layer in network.named_modules():
            if isinstance(layer, Dense):
                self.names[self._note(layer, Value(()))] = name
            layer.register_forward_pre_hook(self._entering(f"{name} ({type(layer).__name__})".strip()))
            layer.register_forward_hook(self._leaving)

    @property
    def layer(self) -> str:
        """The one that is running, by name and kind."""
        return self.layers[-1] if self.layers else "outside"

    def __torch_function__(
        self, function: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        name = bare(getattr(function, "__name__", str(function)))
        given = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        if name in IN_STEPS and any(self._meets(name, args, kwargs, tensor) for tensor in given):
            with self:
                return IN_STEPS[name](*args, **kwargs)
        out = function(*args, **kwargs)
        made = [leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor)]
        if made or name == "setitem":
            self._write(name, function, tuple(args), kwargs, args[0] if name == "setitem" else out)
        return out

    def tape(self, out: Any) -> Tape:
        """What is needed for a result.

        Raises:
            ShapeError: it is no image, or a layer on the way looks at the whole.
        """
        if not isinstance(out, Tensor) or id(out) not in self.numbers:
            raise ShapeError("a network is run in tiles if it gives one tensor, which torch's functions made")
        result = Ref(self.numbers[id(out)])
        needed, steps = {result.number}, []
        for step in reversed(self.steps):
            if step.number in needed:
                if step.fault:
                    raise Untileable(f"it cannot be run in tiles: in layer {step.layer}, {step.fault}")
                needed |= {ref.number for ref in step.call.refs}
                steps.append(step)
        if not self.values[result.number].usual or not self.values[result.number].axes:
            raise Untileable("it cannot be run in tiles: it gives no image (batch, channels, axes), but one answer")
        return Tape(tuple(reversed(steps)), self.values, result, self.names, dict(enumerate(self.tensors)))

    def _write(self, name: str, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], out: Any) -> None:
        changed = name == "setitem" or "out" in kwargs
        refs = tree_map(self._referred, (args, kwargs))
        function, (args, kwargs) = pure(function, *refs)
        several = not isinstance(out, Tensor)
        items = [leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor)]
        call = Call(name, function, args, kwargs, Value(tuple(items[0].shape)), self.values)
        number = self._step(call, items[0], several=several, changed=changed)
        if several:
            for place in range(len(items)):
                picked = Call(
                    "item", operator.getitem, (Ref(number), place), {}, Value(tuple(items[place].shape)), self.values
                )
                self._step(picked, items[place])

    def _step(self, call: Call, tensor: Tensor, *, several: bool = False, changed: bool = False) -> int:
        """Write a call down; the number of its result."""
        made: Operation | None = None
        fault = ""
        if call.images:
            try:
                if changed or any(ref.number in self.stale for ref in call.refs):
                    raise Untileable("it changes in place what is used again")
                made = Item(call) if call.name == "item" else operation(call)
            except Untileable as error:
                fault = str(error)
        axes, jump = (made.axes, made.jump) if made else ((), ())
        if fault:
            axes, jump = call.source.axes[:0], ()
        value = Value(call.out.shape, axes, jump)
        before = self.numbers.get(id(tensor))
        number = self._note(torch.empty_like(tensor) if several else tensor, value)
        if before is not None and not several:
            self._age(tensor, before)
        self.steps.append(Step(number, call, made, self.layer, fault))
        return number

    def _note(self, tensor: Any, value: Value) -> int:
        self.values.append(value)
        self.tensors.append(tensor)
        self.numbers[id(tensor)] = len(self.values) - 1
        return len(self.values) - 1

    def _age(self, tensor: Tensor, before: int) -> None:
        """A tensor was changed in place: others that share its memory are not what was written down of them."""
        place = tensor.untyped_storage()._cdata
        for number, other in enumerate(self.tensors[:-1]):
            if other is not tensor and isinstance(other, Tensor) and other.untyped_storage()._cdata == place:
                self.stale.add(number)

    def _referred(self, leaf: Any) -> Any:
        if not isinstance(leaf, Tensor | Dense):
            return leaf
        if id(leaf) not in self.numbers:
            self._note(leaf, Value(tuple(leaf.shape) if isinstance(leaf, Tensor) else ()))
        return Ref(self.numbers[id(leaf)])

    def _meets(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], tensor: Tensor) -> bool:
        """Whether a normalisation goes over axes of the image."""
        value = self.values[self.numbers[id(tensor)]] if id(tensor) in self.numbers else Value(())
        if not value.axes or name != "layer_norm":
            return bool(value.axes)
        shape = args[1] if len(args) > 1 else kwargs["normalized_shape"]
        return max(value.axes) >= len(value.shape) - len(shape)

    def _entering(self, name: str) -> Callable[[nn.Module, Any], None]:
        def hook(layer: nn.Module, inputs: Any) -> None:
            self.layers.append(name)

        return hook

    def _leaving(self, layer: nn.Module, inputs: Any, out: Any) -> None:
        self.layers.pop()


@dataclass(frozen=True)
class Item(Local):
    """One of several results of a call."""

    def needs(self, box: Any) -> Any:
        yield self.call.images[0], box

    def run(self, box: Any, take: Any) -> Any:
        return take(self.call.images[0], box)[self.call.args[1]]


def pure(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, tuple[Any, dict[str, Any]]]:
    """The same call without changing a tensor in place, for tiles may share their memory."""
    name = getattr(function, "__name__", "")
    if name.startswith("__i") and hasattr(operator, name.strip("_")) and name != "__invert__":
        return getattr(operator, f"__{name[3:-2]}__"), (args, kwargs)
    if name.endswith("_") and not name.endswith("__"):
        return next(getattr(place, name[:-1]) for place in (torch, F, Tensor) if hasattr(place, name[:-1])), (
            args,
            kwargs,
        )
    order = _order(function)
    if "inplace" in order:
        kwargs = {**dict(zip(order, args, strict=False)), **kwargs, "inplace": False}
        first = order[0]
        return function, ((kwargs.pop(first),), kwargs)
    return function, (args, kwargs)


@cache
def _order(function: Any) -> tuple[str, ...]:
    """The names of a function's arguments, where it is Python's."""
    return tuple(inspect.signature(function).parameters) if inspect.isfunction(function) else ()


def _dtype(network: nn.Module) -> torch.dtype | None:
    """The type of the network's numbers."""
    return next((weight.dtype for weight in network.parameters() if weight.is_floating_point()), None)


def _line(error: Exception) -> str:
    return str(error).splitlines()[0]
