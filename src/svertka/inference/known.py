"""Functions of torch of which it is known what they mean where all patches of an image pass at once."""

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

Kind = tuple[tuple[str, ...], Callable[..., nn.Module]]

_MAX = ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")
_MEAN = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")

LAYERS: dict[Any, Kind] = {
    F.max_pool1d: (_MAX, nn.MaxPool1d), F.max_pool2d: (_MAX, nn.MaxPool2d), F.max_pool3d: (_MAX, nn.MaxPool3d),
    F.avg_pool1d: (_MEAN, nn.AvgPool1d), F.avg_pool2d: (_MEAN, nn.AvgPool2d), F.avg_pool3d: (_MEAN, nn.AvgPool3d),
    F.adaptive_avg_pool1d: (("output_size",), nn.AdaptiveAvgPool1d),
    F.adaptive_avg_pool2d: (("output_size",), nn.AdaptiveAvgPool2d),
    F.adaptive_avg_pool3d: (("output_size",), nn.AdaptiveAvgPool3d),
    F.softmax: (("dim",), nn.Softmax), F.log_softmax: (("dim",), nn.LogSoftmax),
}  # fmt: skip
"""The layers that do what a function does, with the names of the arguments behind its first."""

JOINING = {torch.cat, torch.concat}
ADDING = {
    operator.add, operator.iadd, operator.mul, operator.imul, operator.sub, operator.isub, operator.truediv,
    torch.add, torch.mul, torch.sub, torch.div, torch.maximum, torch.minimum,
    "add", "add_", "mul", "mul_", "sub", "sub_", "div", "div_",
}  # fmt: skip
POINTWISE = {
    F.relu, torch.relu, F.leaky_relu, F.elu, F.selu, F.gelu, F.silu, F.mish, F.hardtanh, F.relu6, F.hardswish,
    F.softplus, torch.tanh, torch.sigmoid, torch.abs, torch.square, torch.sqrt, torch.exp,
    torch.clamp, operator.neg,
    "relu", "relu_", "tanh", "tanh_", "sigmoid", "sigmoid_", "abs", "square", "sqrt", "exp", "clamp", "contiguous",
    "clone",
}  # fmt: skip
DROPPING = {F.dropout, F.dropout1d, F.dropout2d, F.dropout3d, F.alpha_dropout, F.feature_alpha_dropout}
FLATTENING = {torch.flatten, torch.reshape, torch.squeeze, "flatten", "view", "reshape", "squeeze"}
MEANS = {torch.mean, "mean"}
