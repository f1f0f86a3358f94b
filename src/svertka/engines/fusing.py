"""The graph of a finished network with its convolutions replaced by our own, which take in what follows them.

A convolution of planes becomes one of `svertka.ops.packed`, where that is worth while; the sum with a second map and
the rectifier behind it, if nothing else sees what lies between, are done while its numbers are still in registers.
"""

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.fx import GraphModule, Node
from torch.fx.passes.shape_prop import ShapeProp

from svertka.ops.packed import Ending, Packed
from svertka.ops.packed_direct import Direct
from svertka.ops.packed_winograd import Winograd, form_for

ATEN = torch.ops.aten
DEFAULTS: tuple[Any, ...] = (None, (1, 1), (0, 0), (1, 1), 1)  # bias, stride, padding, dilation, groups
RECTIFIERS = (ATEN.relu.default, ATEN.relu_.default)


class Layer(nn.Module):
    """A convolution of ours in a network."""

    def __init__(self, packed: Packed) -> None:
        super().__init__()
        self.packed = packed

    def forward(self, x: Tensor, second: Tensor | None = None) -> Tensor:
        """The convolution, plus the second map where it wants one."""
        return self.packed(x, second)


def fused(network: GraphModule, example: Tensor) -> GraphModule:
    """The same network, in place; layers are chosen for images like the example."""
    ShapeProp(network).propagate(example)
    for place, node in enumerate(list(network.graph.nodes)):
        given = _settings(network, node)
        kind = _kind(given, node) if given else None
        if given and kind:
            _replace(network, node, given, kind, f"convolution{place}")
    network.graph.eliminate_dead_code()
    network.delete_all_unused_submodules()
    _forget(network)
    network.recompile()
    return network


class _Settings(NamedTuple):
    x: Node
    weight: Tensor
    bias: Tensor | None
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int


def _settings(network: GraphModule, node: Node) -> _Settings | None:
    """What a convolution of planes is told, if that is what the node is."""
    if node.op != "call_function" or node.target is not ATEN.conv2d.default:
        return None
    given: tuple[Any, ...] = node.args
    x, weight, bias, stride, padding, dilation, groups = (*given, *DEFAULTS[len(given) - 2 :])
    held = [None if one is None else _held(network, one) for one in (weight, bias)]
    if held[0] is None or (held[1] is None) != (bias is None):
        return None
    return _Settings(x, held[0], held[1], tuple(stride), tuple(padding), tuple(dilation), groups)


def _held(network: GraphModule, node: Node) -> Any:
    """The tensor that stands behind a node, if it is one of the network's own."""
    return attrgetter(str(node.target))(network) if node.op == "get_attr" else None


def _kind(given: _Settings, node: Node) -> Callable[..., Packed] | None:
    """Which of our convolutions can take this one's place."""
    weight, sizes = given.weight, _shape(node)[2:]
    if weight.dtype != torch.float32 or given.groups > 1:
        return None
    if given.stride == given.dilation == (1, 1) and Winograd.takes(weight, sizes):
        return partial(Winograd, form=form_for(sizes, _shape(node)[0]))
    return Direct if Direct.takes(weight, sizes) else None


def _replace(network: GraphModule, node: Node, given: _Settings, kind: Callable[..., Packed], name: str) -> None:
    chain, inputs = [node], [given.x]
    adder = _follower(node, (ATEN.add.Tensor,))
    if adder is not None and (second := _second(adder, node)) is not None:
        chain.append(adder)
        inputs.append(second)
    rectifier = _follower(chain[-1], RECTIFIERS)
    chain += [] if rectifier is None else [rectifier]
    settings = {"stride": given.stride, "padding": given.padding, "dilation": given.dilation}
    ending = Ending(len(inputs) > 1, rectifier is not None)
    network.add_submodule(name, Layer(kind(given.weight, given.bias, ending=ending, **settings)))
    with network.graph.inserting_before(chain[-1]):
        new = network.graph.call_module(name, tuple(inputs))
    new.meta = dict(chain[-1].meta)
    chain[-1].replace_all_uses_with(new)
    for one in reversed(chain):
        network.graph.erase_node(one)


def _forget(network: GraphModule) -> None:
    """Let go of weights that are laid out anew elsewhere."""
    wanted = {str(node.target) for node in network.graph.nodes if node.op == "get_attr"}
    for name, _ in list(network.named_parameters(remove_duplicate=False)):
        if name not in wanted:
            holder, _, last = name.rpartition(".")
            delattr(network.get_submodule(holder), last)


def _follower(node: Node, targets: tuple[Any, ...]) -> Node | None:
    """The one node that sees this one's answer, if it does one of these things."""
    users = list(node.users)
    return users[0] if len(users) == 1 and users[0].target in targets else None


def _second(adder: Node, node: Node) -> Node | None:
    """What is added to a node's answer, if it is a map of the same shape."""
    others = [one for one in adder.args if one is not node]
    if len(others) != 1 or adder.kwargs or not isinstance(others[0], Node) or _shape(others[0]) != _shape(node):
        return None
    return others[0]


def _shape(node: Any) -> tuple[int, ...]:
    return tuple(node.meta["tensor_meta"].shape)
