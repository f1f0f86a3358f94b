"""Normalisation by known moments taken into the weights of the convolution before it: one pass over the image less."""

from collections import Counter
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from svertka.inference.tiles.calls import Call, Ref, Value
from svertka.inference.tiles.placewise import Placewise
from svertka.inference.tiles.recording import Step, Tape
from svertka.inference.tiles.sliding import Convolving

NAMES = ("input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
USUAL = 1e-5  # torch's own number beside the variance


def folded(tape: Tape) -> Tape:
    """The same network, in which a convolution and the normalisation behind it are one where nothing else sees between.

    `y = γ (w x + b - μ) / √(σ² + ε) + β` is a convolution with `w γ / √(σ² + ε)`.
    """
    values, bare = list(tape.values), dict(tape.bare)
    uses = Counter(ref.number for step in tape.steps for ref in step.call.refs)
    convolutions = {step.number: step for step in tape.steps if isinstance(step.operation, Convolving)}
    steps: list[Step] = []
    for step in tape.steps:
        before = convolutions.get(step.call.refs[0].number) if step.call.function is F.batch_norm else None
        if before is None or uses[before.number] > 1 or not isinstance(step.operation, Placewise):
            steps.append(step)
            continue
        steps.remove(before)
        steps += _joined(before, step, values, bare)
    return replace(tape, steps=tuple(steps), values=values, bare=bare)


def _joined(before: Step, after: Step, values: list[Value], bare: dict[int, Tensor]) -> list[Step]:
    """Two steps that make the new weights, and the convolution with them."""
    assert isinstance(before.operation, Convolving)
    conv, given = before.operation, after.call.named(*NAMES)
    eps = given.get("eps", USUAL)
    known = given["running_mean"], given["running_var"], given.get("weight"), given.get("bias")
    made = []
    for function, args in ((scaled, (conv.weight, *known[1:], eps)), (shifted, (conv.bias, *known, eps))):
        call = Call(function.__name__, function, args, {}, Value(()), values)
        tensor = call.run(lambda ref: bare[ref.number], torch.device("meta"))
        number = len(values)
        values.append(Value(tuple(tensor.shape)))
        bare[number] = tensor
        made.append(Step(number, replace(call, out=values[number]), None, after.layer))
    both = replace(conv, weight=Ref(made[0].number), bias=Ref(made[1].number))
    return [*made, Step(after.number, before.call, both, after.layer)]


def scaled(kernel: Tensor, variance: Tensor, gain: Tensor | None, _: Tensor | None, eps: float) -> Tensor:
    """Kernels `(channels, …)` that normalise."""
    return kernel * _gain(variance, gain, eps).reshape(-1, *[1] * (kernel.dim() - 1))


def shifted(
    bias: Tensor | None, mean: Tensor, variance: Tensor, gain: Tensor | None, offset: Tensor | None, eps: float
) -> Tensor:
    """Their bias `(channels,)`."""
    found = ((0 if bias is None else bias) - mean) * _gain(variance, gain, eps)
    return found if offset is None else found + offset


def _gain(variance: Tensor, gain: Tensor | None, eps: float) -> Tensor:
    inverse = (variance + eps).rsqrt()
    return inverse if gain is None else inverse * gain
