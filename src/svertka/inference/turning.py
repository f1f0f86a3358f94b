"""A patch classifier followed step by step, and turned into a network for all patches of an image."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F

from svertka.errors import ShapeError
from svertka.geometry import Window, times
from svertka.inference.fragments import Pooling, Stage
from svertka.inference.known import ADDING, DROPPING, FLATTENING, JOINING, LAYERS, MEANS, POINTWISE
from svertka.inference.turned import turned, windows_of
from svertka.measure.walking import on_meta
from svertka.nn import SPACES, space_of
from svertka.nn.initial import CONVOLUTIONS, NORMS

Shape = tuple[int, ...]
BATCH = 3  # patches in the trial that tells shapes
HINT = "a network that sees its patch without padding can be turned, as lenet5"


@dataclass(frozen=True)
class Way:
    """A network for maps of all patches, the stage of what it gives, and channels and stage of every map on the way."""

    network: nn.Module
    last: Stage
    maps: tuple[tuple[int, Stage], ...]


def turn(network: nn.Module, channels: int, patch: Sequence[int]) -> Way:
    """The network for maps of all patches, in evaluation mode; its weights are copies.

    It takes images that hold, along each axis, a whole number of the last stage's steps of places.

    Raises:
        ShapeError: it cannot be turned; the message names the layer that forbids it.
    """
    traced = _traced(network)
    shapes = _shapes(traced, channels, patch)
    stages: dict[fx.Node, Stage] = {}
    for node in list(traced.graph.nodes):
        if node.op == "placeholder":
            stages[node] = Stage(tuple(patch), (1,) * len(patch))
        elif node.op == "output":
            stages[node] = _answer(stages, node, shapes)
        elif any(each in stages for each in node.all_input_nodes):
            try:
                after = _turned(traced, node, stages, shapes)
            except ShapeError as error:
                raise _refusal(traced, node, error) from None
            stages |= {} if after is None else {node: after}
    traced.graph.eliminate_dead_code()
    traced.delete_all_unused_submodules()
    traced.recompile()
    maps = {(shapes[node][1] // (prod(stage.sizes) if stage.flat else 1), stage)
            for node, stage in stages.items() if node in shapes}  # fmt: skip
    return Way(traced, stages[node], tuple(maps))


def channels_of(network: nn.Module, patch: Sequence[int]) -> int:
    """How many channels its first layer with weights looks at.

    Raises:
        ShapeError: there is no such layer.
    """
    for layer in network.modules():
        if isinstance(layer, CONVOLUTIONS):
            return int(layer.in_channels)
        if isinstance(layer, nn.Linear):
            return int(layer.in_features) // prod(patch)
        if isinstance(layer, NORMS):
            return int(layer.num_features)
    raise ShapeError("how many channels the patches have cannot be seen from the network; say it: channels=1")


def rank_of(network: nn.Module) -> int:
    """How many axes its first layer slides over; two where there is none that slides."""
    for layer in network.modules():
        for space in SPACES.values():
            if isinstance(layer, (space.conv, space.max_pool, space.mean_pool, space.global_mean)):
                return space.rank
    return 2


class Tracer(fx.Tracer):
    """It remembers where it is, so that who stops it can be named."""

    def __init__(self) -> None:
        super().__init__()
        self.last = ""

    def call_module(self, m: nn.Module, forward: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        self.last = self.path_of_module(m)
        return super().call_module(m, forward, args, kwargs)


def _traced(network: nn.Module) -> fx.GraphModule:
    tracer, copied = Tracer(), deepcopy(network).eval().requires_grad_(False)
    try:
        return fx.GraphModule(copied, tracer.trace(copied))
    except (fx.proxy.TraceError, RuntimeError, TypeError, ValueError) as error:
        _check_padding(copied)
        layer = copied.get_submodule(tracer.last)
        reason = ShapeError(f"decides by what it is given, and cannot be followed ({error})")
        raise _named(tracer.last, type(layer).__name__, reason) from None


def _check_padding(network: nn.Module) -> None:
    """Name the first convolution with padding, where there is one."""
    for name, layer in network.named_modules():
        if isinstance(layer, CONVOLUTIONS):
            try:
                windows_of(layer, len(layer.kernel_size))
            except ShapeError as error:
                raise _named(name, type(layer).__name__, error) from None


def _shapes(traced: fx.GraphModule, channels: int, patch: Sequence[int]) -> dict[fx.Node, Shape]:
    """The shape of everything on the way of a few patches."""
    found: dict[fx.Node, Shape] = {}

    class Walk(fx.Interpreter):
        def run_node(self, n: fx.Node) -> Any:
            try:
                out = super().run_node(n)
            except (RuntimeError, IndexError, TypeError) as error:
                why = str(error).splitlines()[0]
                raise _refusal(traced, n, ShapeError(f"cannot take a patch of {times(patch)}: {why}")) from None
            if isinstance(out, Tensor):
                found[n] = tuple(out.shape)
            return out

    walk = Walk(on_meta(traced))
    walk.extra_traceback = False
    dtype = next((one.dtype for one in traced.parameters()), None)
    with torch.no_grad():
        walk.run(torch.empty(BATCH, channels, *patch, device="meta", dtype=dtype), enable_io_processing=False)
    by_name = {node.name: shape for node, shape in found.items()}
    return {node: by_name[node.name] for node in traced.graph.nodes if node.name in by_name}


def _turned(
    traced: fx.GraphModule, node: fx.Node, stages: dict[fx.Node, Stage], shapes: Mapping[fx.Node, Shape]
) -> Stage | None:
    """The stage behind one step, after its place in the graph was taken by what does the same for all patches."""
    if node.op == "call_module":
        return _put(traced, node, traced.get_submodule(str(node.target)), stages)
    if node not in shapes:
        return None  # a number, as the size of the batch
    if (kind := LAYERS.get(node.target)) is not None:
        names, layer = kind
        given = {**dict(zip(names, node.args[1:], strict=False)), **node.kwargs}
        return _put(traced, node, layer(**{name: value for name, value in given.items() if name in names}), stages)
    if node.target in JOINING or node.target in ADDING:
        return _together(traced, node, stages)
    if node.target in DROPPING:
        return _kept(traced, node, stages)
    if node.target in POINTWISE:
        return stages[node.all_input_nodes[0]]
    return _shaped(traced, node, stages, shapes)


def _kept(traced: fx.GraphModule, node: fx.Node, stages: dict[fx.Node, Stage]) -> Stage:
    """Dropout, which does nothing outside of training."""
    if node.kwargs.get("training", node.args[2] if len(node.args) > 2 else True):
        raise ShapeError("drops features at random, in use too; say training=self.training")
    return _put(traced, node, nn.Identity(), stages)


def _put(traced: fx.GraphModule, node: fx.Node, layer: nn.Module, stages: dict[fx.Node, Stage]) -> Stage:
    """A layer in the place of a step."""
    source = node.all_input_nodes[0]
    made, after = turned(layer, stages[source])
    _replace(traced, node, made, source)
    return after


def _replace(traced: fx.GraphModule, node: fx.Node, layer: nn.Module, source: fx.Node) -> None:
    name = f"turned_{node.name}"
    traced.add_submodule(name, layer)
    node.op, node.target, node.args, node.kwargs = "call_module", name, (source,), {}


def _together(traced: fx.GraphModule, node: fx.Node, stages: dict[fx.Node, Stage]) -> Stage:
    """Several maps that are added, multiplied or laid beside each other, place by place."""
    if node.target in JOINING:
        dim = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else 0)
        if dim != 1:
            raise ShapeError(f"lays maps beside each other along axis {dim}; wanted are channels (1)")
    sources = node.all_input_nodes
    if any(each not in stages for each in sources):
        raise ShapeError("puts the patch together with weights that stand outside of layers")
    first = stages[sources[0]]
    if any((stages[each].sizes, stages[each].flat) != (first.sizes, first.flat) for each in sources):
        found = " and ".join(dict.fromkeys(times(stages[each].sizes) for each in sources))
        raise ShapeError(f"puts maps of {found} places together, so each patch weighs its features in its own way")
    if node.target in JOINING and first.flat and not first.single:
        raise ShapeError("lays vectors beside each other that were flattened from many places")
    return _aligned(traced, node, stages)


def _aligned(traced: fx.GraphModule, node: fx.Node, stages: dict[fx.Node, Stage]) -> Stage:
    """Single places may come from fewer fragments on one way than on the other: they are dealt out to as many."""
    sources = node.all_input_nodes
    steps = tuple(max(axis) for axis in zip(*[stages[each].steps for each in sources], strict=True))
    for source in dict.fromkeys(sources):
        stage = stages[source]
        if stage.steps == steps:
            continue
        if not stage.single or any(most % step for most, step in zip(steps, stage.steps, strict=True)):
            raise ShapeError(f"puts maps together whose neighbours lie {times(stage.steps)} and {times(steps)} apart")
        ratio = tuple(most // step for most, step in zip(steps, stage.steps, strict=True))
        with traced.graph.inserting_before(node):
            name = f"dealt_{source.name}_{node.name}"
            traced.add_submodule(name, Pooling([Window(1, stride=each) for each in ratio], stage, torch.maximum))
            node.replace_input_with(source, traced.graph.call_module(name, (source,)))
    return Stage(stages[sources[0]].sizes, steps, stages[sources[0]].flat)


def _shaped(
    traced: fx.GraphModule, node: fx.Node, stages: dict[fx.Node, Stage], shapes: Mapping[fx.Node, Shape]
) -> Stage:
    """What only changes shapes: flattening, means over all places, and zeros for new channels."""
    source = node.all_input_nodes[0]
    before, old, new = stages[source], shapes[source], shapes[node]
    if node.target in FLATTENING and new in (old, (BATCH, prod(old[1:]))):
        flat = before if new == old else turned(nn.Flatten(), before)[1]
        _replace(traced, node, nn.Identity(), source)
        return flat
    if node.target in MEANS and new in (old[:2], (*old[:2], *[1] * len(before.sizes))) and not before.flat:
        after = _put(traced, node, space_of(len(before.sizes)).global_mean(1), stages)
        return Stage(after.sizes, after.steps, flat=len(new) == 2)
    if node.target is F.pad and not any(_pads(node)[: 2 * len(before.sizes)]):
        return before
    raise ShapeError(f"calls {_name(node)}, which is not known to give at each place what the patch around it gives")


def _pads(node: fx.Node) -> Sequence[Any]:
    pads: Any = node.args[1] if len(node.args) > 1 else node.kwargs["pad"]
    return list(pads)


def _answer(stages: Mapping[fx.Node, Stage], node: fx.Node, shapes: Mapping[fx.Node, Shape]) -> Stage:
    given = node.args[0]
    if not isinstance(given, fx.Node) or given not in stages:
        raise ShapeError(f"the network gives several answers, or none that hangs on its patch; {HINT}")
    if not stages[given].single:
        raise ShapeError(
            f"the network gives {times(shapes[given][1:])} numbers for a patch, and not one for each class"
        )
    return stages[given]


def _refusal(traced: fx.GraphModule, node: fx.Node, error: ShapeError) -> ShapeError:
    """The error with the layer's name before it."""
    if node.op == "call_module":
        return _named(str(node.target), type(traced.get_submodule(str(node.target))).__name__, error)
    stack = node.meta.get("nn_module_stack") or {"": ("", None)}
    name, kind = next(reversed(stack.values()))
    return _named(name, kind.__name__ if name else _name(node), error)


def _named(name: str, kind: str, error: ShapeError) -> ShapeError:
    layer = f"layer {name} ({kind})" if name else f"the network ({kind})"
    return ShapeError(f"{layer} forbids a dense map: it {error}; {HINT}")


def _name(node: fx.Node) -> str:
    return node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
