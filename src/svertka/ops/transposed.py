"""The transpose of a convolution: every input spreads its kernel over the output."""

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional as F

from svertka.errors import SettingError, ShapeError
from svertka.geometry import Axes, each, times, windows
from svertka.ops.kinds import Found, Image, like, tensor_of

TRANSPOSED: dict[int, Callable[..., Tensor]] = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def convolve_transposed(
    image: Image,
    kernel: Image,
    *,
    bias: Image | None = None,
    stride: Axes = 1,
    padding: Axes = 0,
    output_padding: Axes = 0,
    dilation: Axes = 1,
    groups: int = 1,
) -> Found:
    """`Aᵀ y`, where `A x` is the convolution with the same kernel and settings; Dumoulin and Visin, arXiv:1603.07285.

    It undoes the shape of a convolution, not its effect.

    Args:
        image: `(batch, channels, *sizes)` or `(channels, *sizes)`, of floats.
        kernel: `(channels, outputs / groups, *lengths)`, for signals, planes and volumes; one of one or two axes has no
            channels.
        bias: a number for each output channel.
        stride: how far apart the kernels of neighbouring inputs lie; one for all axes, or one for each.
        padding: how much is cut off on both sides of the output.
        output_padding: how much is added after it: a convolution with a stride gives the same size for several.
        dilation: how far apart the values of the kernel lie.
        groups: channels are shared out to so many convolutions.

    Returns:
        `(batch, outputs, *sizes)` with `S (H - 1) - 2P + D (K - 1) + 1` places and the added ones along each axis.

    Raises:
        ShapeError: channels or axes do not match, or nothing is left.
        SettingError: a setting is out of range.
    """
    x, weight = tensor_of(image), tensor_of(kernel)
    x, weight = (x if x.is_floating_point() else x.double()), weight
    bare = weight.dim() <= 2
    lead = x.shape[: x.dim() - weight.dim()] if bare else ()
    if bare:
        x, weight = x.reshape(-1, 1, *x.shape[len(lead) :]), weight[None, None]
    single = x.dim() == weight.dim() - 1
    x = x[None] if single else x
    rank = weight.dim() - 2
    _check(x, weight, rank, groups)
    slides = windows(weight.shape[2:], stride=stride, padding=padding, dilation=dilation)
    extra = each("output_padding", output_padding, rank, least=0)
    for window, more in zip(slides, extra, strict=True):
        if more >= max(window.stride, window.dilation):
            raise SettingError(
                f"output_padding {more} should be less than stride {window.stride} or dilation {window.dilation}"
            )
    sizes = [
        window.stride * (size - 1) - sum(window.margin) + window.span + more
        for window, size, more in zip(slides, x.shape[2:], extra, strict=True)
    ]
    if min(sizes) < 1:
        raise ShapeError(f"an image of {times(x.shape[2:])} leaves nothing when so much is cut off: {times(sizes)}")
    y = TRANSPOSED[rank](
        x,
        weight.to(x.dtype),
        None if bias is None else tensor_of(bias).to(x.dtype),
        stride=[window.stride for window in slides],
        padding=[window.margin[0] for window in slides],
        output_padding=extra,
        dilation=[window.dilation for window in slides],
        groups=groups,
    )
    y = y.reshape(*lead, *y.shape[2:]) if bare else y
    return like(y[0] if single else y, image)


def _check(x: Tensor, weight: Tensor, rank: int, groups: int) -> None:
    each("groups", groups, 1, least=1)
    if rank not in TRANSPOSED or x.dim() != weight.dim():
        raise ShapeError(
            f"a kernel {times(weight.shape)} is for images (batch, channels and {rank} sizes), not {times(x.shape)}"
        )
    if x.shape[1] != weight.shape[0] or x.shape[1] % groups:
        raise ShapeError(
            f"the image has {x.shape[1]} channels in {groups} groups, but the kernel is made for {weight.shape[0]}"
        )
