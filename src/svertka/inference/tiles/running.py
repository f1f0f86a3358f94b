"""A network run on one box of its result: windows are followed backwards to the image, then the calls made forwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from svertka.inference.tiles.boxes import Box, holds, merged
from svertka.inference.tiles.calls import Ref, narrowed
from svertka.inference.tiles.overall import Overall
from svertka.inference.tiles.placewise import Placewise
from svertka.inference.tiles.recording import IMAGE, Step, Tape

# Functions that may write into their first argument where that is not needed any more.
IN_PLACE = {
    "relu": lambda x, inplace=False: torch.relu_(x),
    "add": Tensor.add_,
    "sigmoid": torch.sigmoid_,
    "tanh": torch.tanh_,
}
Plan = dict[int, list[Box]]
Read = Callable[[Box], Tensor]


def planned(tape: Tape, target: Ref, box: Box) -> Plan:
    """The boxes of every value that are needed for a box of one of them."""
    plan: Plan = {target.number: [box]}
    for step in reversed(tape.steps):
        if step.number not in plan or step.operation is None or isinstance(step.operation, Overall):
            continue
        plan[step.number] = merged(plan[step.number])
        for each in plan[step.number]:
            for ref, need in step.operation.needs(each):
                plan.setdefault(ref.number, []).append(need)
    plan[IMAGE.number] = merged(plan.get(IMAGE.number, []))
    return plan


@dataclass
class Held:
    """What is in memory: boxes of images by number, and tensors that are the same for all tiles."""

    tape: Tape
    steady: Mapping[int, Any]
    device: torch.device
    boxes: dict[int, list[tuple[Box, Tensor]]] = field(default_factory=dict)

    lent: set[int] = field(default_factory=set)
    """The memory of the image, which belongs to others."""

    def places(self, number: int) -> set[int]:
        """The memory of everything but one value."""
        found = [tensor for other, boxes in self.boxes.items() if other != number for _, tensor in boxes]
        return self.lent | {place_of(leaf) for leaf in tree_leaves(found)}

    def __call__(self, ref: Ref, box: Box | None) -> Any:
        if box is None or ref.number in self.steady:
            return self.steady[ref.number]
        have, tensor = next((have, tensor) for have, tensor in self.boxes[ref.number] if holds(have, box))
        if not isinstance(tensor, Tensor):  # several results of one call
            return tensor
        return narrowed(tensor, self.tape.values[ref.number].axes, have, box)


class Machine:
    """A network that was written down, with its numbers on a device."""

    def __init__(self, tape: Tape, steady: Mapping[int, Any], device: torch.device) -> None:
        self.tape, self.steady, self.device = tape, dict(steady), device

    @classmethod
    def of(cls, tape: Tape, network: nn.Module, device: torch.device) -> "Machine":
        """With the numbers of the network."""
        tensors = {**dict(network.named_parameters()), **dict(network.named_buffers())}
        parts = {**dict(network.named_modules()), **{name: tensor.detach() for name, tensor in tensors.items()}}
        return cls(tape, {number: parts[name] for number, name in tape.names.items()}, device)

    @classmethod
    def bare(cls, tape: Tape) -> "Machine":
        """Without numbers, to see how much memory a tile takes."""
        steady = {number: tensor for number, tensor in tape.bare.items() if not tape.values[number].axes}
        return cls(tape, steady, torch.device("meta"))

    def settle(self, gather: Callable[[Step], Tensor]) -> None:
        """Work out what is the same for all tiles; `gather` takes care of what looks at all places."""
        for step in self.tape.steps:
            if isinstance(step.operation, Overall):
                self.steady[step.number] = gather(step)
            elif step.operation is None:
                self.steady[step.number] = step.call.run(lambda ref: self.steady[ref.number], self.device)

    def run(self, target: Ref, box: Box, read: Read) -> Tensor:
        """A box of one of the values; `read` gives boxes of the image, `(1, channels, *sizes)`."""
        plan = planned(self.tape, target, box)
        steps = [step for step in self.tape.steps if step.number in plan and step.number not in self.steady]
        last = {ref.number: step.number for step in steps for ref in step.call.images}
        held = Held(self.tape, self.steady, self.device)
        held.boxes[IMAGE.number] = [(need, read(need)) for need in plan[IMAGE.number]]
        held.lent = {place_of(tensor) for _, tensor in held.boxes[IMAGE.number]}
        with torch.inference_mode():
            for step in steps:
                gone = [ref.number for ref in step.call.images if last[ref.number] == step.number]
                held.boxes[step.number] = self._made(step, plan[step.number], held, gone)
                for number in gone:
                    held.boxes.pop(number, None)
        found: Tensor = held(target, box)
        return found

    def _made(self, step: Step, boxes: list[Box], held: Held, gone: list[int]) -> list[tuple[Box, Tensor]]:
        made = step.operation
        assert made is not None
        change = IN_PLACE.get(step.call.name)
        if change and isinstance(made, Placewise) and len(boxes) == 1 and self._spare(step, boxes[0], held, gone):
            made = replace(made, call=replace(step.call, function=change))
        return [(box, made.run(box, held)) for box in boxes]

    def _spare(self, step: Step, box: Box, held: Held, gone: list[int]) -> bool:
        """Whether the first argument may be overwritten: it is as large, and nobody will look at its memory again."""
        first = step.call.args[0]
        if not isinstance(first, Ref) or first == IMAGE or gone.count(first.number) != 1:
            return False
        (have, tensor), *others = held.boxes[first.number]
        alike = have == box and self.tape.values[first.number].shape == step.call.out.shape
        same = tensor.dtype == self.tape.bare[step.number].dtype
        return alike and same and not others and place_of(tensor) not in held.places(first.number)


def place_of(tensor: Tensor) -> int:
    """Its memory, which views share."""
    return int(tensor.untyped_storage()._cdata)
