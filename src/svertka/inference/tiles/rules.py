"""The one list of functions that are known on windows; names are torch's, without the underscores around them."""

from collections.abc import Callable

from svertka.inference.tiles import bordering, cutting, overall, patching, placewise, scaling, sliding, spreading
from svertka.inference.tiles.calls import Call, Operation, Untileable

Rule = Callable[[Call], Operation]

BROADCAST = """
    add radd iadd sub rsub isub subtract mul rmul imul multiply div rdiv rtruediv truediv true_divide divide floordiv
    floor_divide pow rpow remainder fmod maximum minimum fmax fmin where lt le gt ge eq ne less greater less_equal
    greater_equal logical_and logical_or logical_xor and or xor rand ror bitwise_and bitwise_or bitwise_xor
    lerp addcmul addcdiv atan2 hypot masked_fill copysign logaddexp
"""
KEPT = """
    relu relu6 leaky_relu elu selu celu gelu silu mish hardtanh hardswish hardsigmoid hardshrink softshrink tanhshrink
    softplus softsign sigmoid logsigmoid tanh threshold prelu abs absolute neg negative pos exp exp2 expm1 log log2
    log10 log1p sqrt rsqrt square reciprocal sin cos tan asin acos atan sinh cosh asinh acosh atanh erf erfc sign
    round floor ceil trunc frac clamp clamp_min clamp_max clip nan_to_num isnan isinf isfinite logical_not bitwise_not
    invert float double half bfloat16 long int bool to type type_as contiguous clone detach zeros_like ones_like
    full_like local_response_norm channel_shuffle
"""
ALONG = "softmax log_softmax softmin glu normalize cumsum cumprod sort argsort flip gather"
REDUCING = "prod var std var_mean std_mean norm argmax argmin logsumexp median topk any all count_nonzero"

RULES: dict[str, Rule] = {
    **dict.fromkeys(BROADCAST.split(), placewise.broadcast),
    **dict.fromkeys(KEPT.split(), placewise.kept),
    **dict.fromkeys(ALONG.split(), placewise.along),
    **dict.fromkeys(REDUCING.split(), placewise.reducing),
    **dict.fromkeys(("mean", "sum", "amax", "amin"), overall.summing),
    **dict.fromkeys(("max", "min"), overall.extreme),
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), sliding.convolution),
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d"), sliding.max_pooling),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "avg_pool3d"), sliding.average_pooling),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), spreading.transposed_convolution),
    **{f"adaptive_avg_pool{rank}d": overall.pooling_to("mean") for rank in (1, 2, 3)},
    **{f"adaptive_max_pool{rank}d": overall.pooling_to("amax") for rank in (1, 2, 3)},
    **dict.fromkeys(("cat", "concat", "concatenate"), placewise.joining),
    **dict.fromkeys(("chunk", "split", "tensor_split"), placewise.splitting),
    **dict.fromkeys(("transpose", "permute", "movedim", "swapaxes"), placewise.transposing),
    **dict.fromkeys(("reshape", "view", "flatten", "unflatten"), placewise.reshaping),
    **dict.fromkeys(("dropout", "feature_dropout", "alpha_dropout"), placewise.dropping),
    **dict.fromkeys(("dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"), placewise.dropping),
    "batch_norm": placewise.steadying,
    "layer_norm": placewise.normalising,
    "rms_norm": placewise.normalising,
    "linear": placewise.linear,
    "embedding": placewise.embedding,
    "stack": placewise.stacking,
    "unbind": placewise.unbinding,
    "unsqueeze": placewise.inserting,
    "squeeze": placewise.squeezing,
    "getitem": cutting.indexing,
    "narrow": cutting.narrowing,
    "pad": bordering.padding,
    "everywhere": patching.mapping,
    "interpolate": scaling.interpolation,
}  # fmt: skip


def bare(name: str) -> str:
    """A function's name without the underscores of special methods and of those that change their tensor.

    >>> bare("__getitem__"), bare("relu_"), bare("max_pool2d")
    ('getitem', 'relu', 'max_pool2d')
    """
    return name.strip("_")


def operation(call: Call) -> Operation:
    """What a call is on windows.

    Raises:
        Untileable: it cannot be told from windows alone.
    """
    if call.name not in RULES:
        raise Untileable(f"{call.name} looks at the whole image, or is not known to do without")
    return RULES[call.name](call)
