"""Convolution along one axis after another, for kernels that are sums of few products."""

from collections.abc import Sequence

import torch
from torch import Tensor

from svertka.errors import SettingError
from svertka.geometry import Window
from svertka.ops.direct import summed
from svertka.ops.exactness import finished
from svertka.ops.factoring import Separation, rank, separate
from svertka.ops.padding import padded
from svertka.ops.sliding import Sliding

LARGE = 4096  # values in a kernel above which its rank is not asked for: the transform is the way then


def separable(x: Tensor, kernel: Tensor, how: Sliding) -> Tensor:
    """A kernel that is a sum of products of lines: `Σ_t u_t v_tᵀ` costs `T (K + K)` products instead of `K K`.

    Every pair of an output and an input channel has its own lines. The first axis makes as many maps of an input as
    there are outputs and terms, the axes between keep them apart, and the last sums them up.

    Raises:
        SettingError: the kernel has more than two axes and is no single product.
    """
    inner = how.plan.inner
    lines = factors(kernel, how.plan.exact)
    x = padded(x.to(inner), how.margins, how.border)
    outputs, inputs, terms = lines[0].shape[:3]
    per_group = outputs // how.groups
    for axis, line in enumerate(lines):
        last = axis == len(lines) - 1
        window, shape = how.windows[axis], [1] * len(lines)
        shape[axis] = line.shape[-1]
        slides = [window if place == axis else Window(1) for place in range(len(lines))]
        # (group, output in it, input in it, term, length)
        weight = line.to(inner).reshape(how.groups, per_group, inputs, terms, -1)
        if axis == 0:
            weight = weight.transpose(1, 2).reshape(-1, 1, *shape)
            x = summed(x, weight, slides, how.groups * inputs)
            maps = x.reshape(len(x), how.groups, inputs, per_group, terms, *x.shape[2:])
            x = maps.transpose(2, 3).flatten(1, 4)
        elif not last:
            x = summed(x, weight.reshape(-1, 1, *shape), slides, outputs * inputs * terms)
        if last and axis:
            x = summed(x, weight.reshape(outputs, inputs * terms, *shape), slides, outputs)
        elif last:
            x = x.reshape(len(x), outputs, inputs * terms, *x.shape[2:]).sum(dim=2)
    return finished(x, how.plan)


def factors(kernel: Tensor, exact: bool) -> list[Tensor]:
    """For each axis the lines `(outputs, inputs, terms, length)`, as many terms as the pair with the most needs.

    Raises:
        SettingError: more than two axes and more than one term, or no whole numbers where these must be exact.
    """
    pairs = kernel.detach().flatten(0, 1)
    terms = [max(1, rank(pair)) for pair in pairs]
    if kernel.dim() > 4 and max(terms) > 1:
        raise SettingError(f"this kernel of {kernel.dim() - 2} axes is no product of lines; use method direct or fft")
    found = [separate(pair, count) for pair, count in zip(pairs, terms, strict=True)]
    if exact and any(factor.is_floating_point() for one in found for factor in one.factors):
        raise SettingError("the terms of this kernel are no whole numbers, so exact sums need method direct")
    lines = [_stacked(found, axis, max(terms)) for axis in range(kernel.dim() - 2)]
    return [line.reshape(*kernel.shape[:2], *line.shape[1:]) for line in lines]


def _stacked(found: Sequence[Separation], axis: int, terms: int) -> Tensor:
    lines = [one.factors[axis] for one in found]
    return torch.stack([torch.cat([line, line.new_zeros(terms - len(line), line.shape[1])]) for line in lines])
