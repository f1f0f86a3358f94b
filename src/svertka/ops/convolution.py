"""Convolution as networks mean it, cross-correlation: `(I * K)[x, y] = Σ K[i, j] I[x + i, y + j]`."""

from torch import Tensor

from svertka.errors import SettingError, ShapeError
from svertka.geometry import Axes, Padding, Window, each, times, windows
from svertka.ops.choosing import chosen
from svertka.ops.exactness import planned
from svertka.ops.kinds import Found, Image, like, tensor_of
from svertka.ops.padding import check_border
from svertka.ops.sliding import Sliding


def convolve(
    image: Image,
    kernel: Image,
    *,
    bias: Image | None = None,
    stride: Axes = 1,
    padding: Padding = 0,
    border: str = "zeros",
    dilation: Axes = 1,
    groups: int = 1,
    method: str = "auto",
) -> Found:
    """The convolution of networks: every output channel sums over the input channels of its group.

    Args:
        image: `(batch, channels, *sizes)` or `(channels, *sizes)`.
        kernel: `(outputs, channels / groups, *lengths)`; its rank is that of the image. A kernel of one or two axes has
            no channels: it goes over each channel by itself, as in `convolve_each`.
        bias: a number for each output channel.
        stride: one for all axes, or one for each.
        padding: what is added on both sides, or `(before, after)` for each axis; `"same"` keeps the size.
        border: what is added: zeros, reflect, symmetric, replicate or circular; see `pad`.
        dilation: how far apart the values of the kernel lie.
        groups: channels are shared out to so many convolutions.
        method: direct, separable or fft; auto: whichever is likely to be fastest. All agree to rounding.

    Returns:
        `(batch, outputs, *sizes)` with `⌊(H + 2P - D(K - 1) - 1) / S⌋ + 1` places along each axis, of the image's kind.
        Floats stay as they are. Integers with integers are exact: int32 where the greatest possible sum fits, else
        int64. Integers with a kernel of floats give float32 for up to 16 bits, else float64.

    Raises:
        ShapeError: channels do not match, or the kernel is larger than the padded image.
        SettingError: a setting is out of range, or integers could overflow 64 bits.
        UnknownName: no border or method is called so.
    """
    x, weight = tensor_of(image), tensor_of(kernel)
    if weight.dim() <= 2:
        _check_bare(bias, groups)
        return convolve_each(
            image, kernel, stride=stride, padding=padding, border=border, dilation=dilation, method=method
        )
    slides = windows(weight.shape[2:], stride=stride, padding=padding, dilation=dilation)
    single = x.dim() == weight.dim() - 1
    x = x[None] if single else x
    _check_channels(x, weight, groups)
    offset = None if bias is None else _checked_bias(tensor_of(bias), weight)
    y = _convolved(x, weight, offset, slides, border, groups, method, None)
    return like(y[0] if single else y, image)


def convolve_each(
    image: Image,
    kernel: Image,
    *,
    stride: Axes = 1,
    padding: Padding = "same",
    border: str = "reflect",
    dilation: Axes = 1,
    method: str = "auto",
    dtype: str | None = None,
) -> Found:
    """One kernel over every map of an image by itself, as filters do.

    >>> convolve_each([[1, 2, 3], [3, 4, 5], [1, 0, 2]], [[0, 1], [1, -1]], padding="valid").tolist()
    [[1, 2], [5, 3]]

    Args:
        image: `(…, *sizes)`; every axis before the last ones, which the kernel has too, is left alone.
        kernel: `(*lengths)`.
        stride: as in `convolve`.
        padding: as in `convolve`; by default the size is kept.
        border: as in `convolve`.
        dilation: as in `convolve`.
        method: as in `convolve`.
        dtype: what comes out, as `"uint8"` or `"float32"`. Whole numbers are rounded to the nearest, halves to even,
            and cut to the type's range. By default as in `convolve`.

    Raises:
        ShapeError: the kernel has more axes than the image, or is larger than the padded image.
        SettingError: a setting is out of range, or integers could overflow 64 bits.
        UnknownName: no border, method or type is called so.
    """
    x, weight = tensor_of(image), tensor_of(kernel)
    rank = weight.dim()
    if not 1 <= rank <= x.dim():
        raise ShapeError(f"a kernel of {rank} axes cannot slide over an image of {x.dim()}")
    slides = windows(weight.shape, stride=stride, padding=padding, dilation=dilation)
    maps = x.reshape(-1, 1, *x.shape[x.dim() - rank :])
    y = _convolved(maps, weight[None, None], None, slides, border, 1, method, dtype)
    return like(y.reshape(*x.shape[: x.dim() - rank], *y.shape[2:]), image)


def _convolved(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    slides: tuple[Window, ...],
    border: str,
    groups: int,
    method: str,
    dtype: str | None,
) -> Tensor:
    check_border(border)
    how = Sliding(slides, border, groups, planned(x, weight, bias, dtype))
    how.out(x.shape[2:])
    y = chosen(method, x, weight, how)(x, weight, how)
    return y if bias is None else y + bias.to(y.dtype).reshape(-1, *[1] * len(slides))


def _check_bare(bias: Image | None, groups: int) -> None:
    if bias is not None or groups != 1:
        raise SettingError("a kernel without channels goes over every map by itself, and has no bias and no groups")


def _check_channels(x: Tensor, weight: Tensor, groups: int) -> None:
    each("groups", groups, 1, least=1)
    if x.dim() != weight.dim():
        raise ShapeError(
            f"a kernel {times(weight.shape)} wants an image (batch, channels and {weight.dim() - 2} sizes), "
            f"not {times(x.shape)}"
        )
    channels, outputs = x.shape[1], weight.shape[0]
    if channels % groups or outputs % groups:
        raise ShapeError(f"{channels} channels and {outputs} kernels cannot be shared out to {groups} groups")
    if channels != weight.shape[1] * groups:
        of = f" in each of {groups} groups" if groups > 1 else ""
        raise ShapeError(
            f"the image has {channels} channels, but the kernel is made for {weight.shape[1]}{of}; "
            f"it should be {times((outputs, channels // groups, *weight.shape[2:]))}"
        )


def _checked_bias(bias: Tensor, weight: Tensor) -> Tensor:
    if bias.shape != weight.shape[:1]:
        raise ShapeError(f"a bias for {weight.shape[0]} kernels has as many numbers, not shape {tuple(bias.shape)}")
    return bias
