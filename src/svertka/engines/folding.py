"""Batch normalisation folded into the convolution before it: exact, and one pass over the activations fewer.

In evaluation `γ (Wx + b − μ) / σ + β` is a convolution again, with weights `Wγ/σ` and bias `(b − μ) γ/σ + β`; see
Jacob et al., arXiv:1712.05877, section 3.2.
"""

from copy import deepcopy
from itertools import pairwise

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from svertka.nn.initial import CONVOLUTIONS, TRANSPOSED


def folded(network: nn.Module) -> nn.Module:
    """A copy in evaluation mode, in which each convolution or linear layer has taken in the normalisation behind it.

    Only neighbours in a sequence are joined, where nothing can come between them; others stay as they are, and so do
    normalisations without running statistics.
    """
    copy = deepcopy(network).eval().requires_grad_(requires_grad=False)
    for parameter in copy.parameters():
        parameter.data = parameter.data.contiguous()  # exporters take any other layout for a property of the network
    for sequence in list(copy.modules()):
        if isinstance(sequence, nn.Sequential):
            _fold(sequence)
    return copy


def _fold(sequence: nn.Sequential) -> None:
    for (first, layer), (second, norm) in pairwise(list(sequence.named_children())):
        if not isinstance(norm, _BatchNorm) or norm.running_mean is None:
            continue
        if isinstance(layer, nn.Linear):
            joined: nn.Module = fuse_linear_bn_eval(layer, norm)
        elif isinstance(layer, (*CONVOLUTIONS, *TRANSPOSED)):
            joined = fuse_conv_bn_eval(layer, norm, transpose=isinstance(layer, TRANSPOSED))
        else:
            continue
        setattr(sequence, first, joined)
        setattr(sequence, second, nn.Identity())
