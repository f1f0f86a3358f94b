"""Where a sliding window lands, along one axis and along several."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from svertka.errors import SettingError, ShapeError

Axes = int | Sequence[int]
Margin = tuple[int, int]
Padding = int | str | Sequence[int | Sequence[int]]


@dataclass(frozen=True)
class Window:
    """A kernel that slides along one axis.

    Sizes count samples; `padding` is what is added on each side, or before and after.
    """

    kernel: int
    stride: int = 1
    padding: int | Margin = 0
    dilation: int = 1

    @property
    def span(self) -> int:
        """How many input samples one output sees: `D(K - 1) + 1`."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def margin(self) -> Margin:
        """What is added before and after."""
        return (self.padding, self.padding) if isinstance(self.padding, int) else self.padding

    def out(self, size: int) -> int:
        """How many outputs a line of `size` samples gives: `⌊(size + 2P - span) / S⌋ + 1`.

        Raises:
            ShapeError: the window does not fit.
        """
        room = size + sum(self.margin) - self.span
        if room < 0:
            raise ShapeError(f"a window of {self.span} does not fit into a size of {size}{self._padded}")
        return room // self.stride + 1

    @property
    def _padded(self) -> str:
        before, after = self.margin
        if before == after:
            return f" padded by {before} on each side" if before else ""
        return f" padded by {before} before and {after} after"


def windows(kernel: Sequence[int], *, stride: Axes = 1, padding: Padding = 0, dilation: Axes = 1) -> tuple[Window, ...]:
    """A window for each axis of a kernel.

    Args:
        kernel: its sizes.
        stride: one for all axes, or one for each.
        padding: one for all axes, one for each, or what is added before and after for each; `"valid"` adds nothing, and
            `"same"` what keeps the size, at stride 1.
        dilation: one for all axes, or one for each.

    Raises:
        SettingError: a stride, dilation or kernel below 1, a negative padding, another number of values than of axes,
            or `"same"` for an even kernel or with a stride.
    """
    rank = len(kernel)
    strides, dilations = each("stride", stride, rank, least=1), each("dilation", dilation, rank, least=1)
    if any(size < 1 for size in kernel):
        raise SettingError(f"a kernel needs at least one value along every axis, not {'x'.join(map(str, kernel))}")
    spans = [Window(size, dilation=step).span for size, step in zip(kernel, dilations, strict=True)]
    margins = _margins(padding, spans, strides)
    return tuple(map(Window, kernel, strides, margins, dilations))


def each(name: str, value: Axes, rank: int, *, least: int) -> tuple[int, ...]:
    """A whole number for each axis, from one for all or from as many as there are axes.

    Raises:
        SettingError: it is no such thing, or below `least`.
    """
    values = tuple(value) if isinstance(value, Sequence) else (value,) * rank
    if len(values) != rank:
        raise SettingError(f"{name} {value} is for {len(values)} axes, but the kernel has {rank}")
    if any(not _is_whole(number) or number < least for number in values):
        raise SettingError(f"{name} should be a whole number from {least} on, not {value}")
    return tuple(map(int, values))


def output_size(
    size: Axes, kernel: Axes, *, stride: Axes = 1, padding: Padding = 0, dilation: Axes = 1
) -> int | tuple[int, ...]:
    """How many outputs a window gives along one axis, or along each: `⌊(H + 2P - D(K - 1) - 1) / S⌋ + 1`.

    Whole numbers give a whole number, sequences a tuple; what is given once holds for every axis.

    >>> output_size((50, 100), (3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1))
    (26, 100)

    Raises:
        ShapeError: the window does not fit.
        SettingError: a setting is out of range.
    """
    rank = max(len(value) if isinstance(value, Sequence) else 1 for value in (size, kernel))
    sizes, kernels = each("size", size, rank, least=0), each("kernel", kernel, rank, least=1)
    found = tuple(
        window.out(length)
        for window, length in zip(
            windows(kernels, stride=stride, padding=padding, dilation=dilation), sizes, strict=True
        )
    )
    return found if isinstance(size, Sequence) or isinstance(kernel, Sequence) else found[0]


def receptive_field(layers: Iterable[Window]) -> tuple[int, int, int]:
    """What one output of a chain of windows sees along an axis: how many samples, how far apart neighbours' are, and
    where the first output's begin, counted from the first sample (negative in the padding).

    Each layer adds `(span - 1)` steps of the jump before it; Araujo, Norris and Sim, Distill (2019), equations 2 to 4.

    >>> receptive_field([Window(3), Window(3)])
    (5, 1, 0)
    """
    size, jump, start = 1, 1, 0
    for window in layers:
        size += (window.span - 1) * jump
        start -= window.margin[0] * jump
        jump *= window.stride
    return size, jump, start


def _margins(padding: Padding, spans: Sequence[int], strides: Sequence[int]) -> list[Margin]:
    if padding == "valid":
        return [(0, 0)] * len(spans)
    if padding == "same":
        return [_same(span, stride) for span, stride in zip(spans, strides, strict=True)]
    if isinstance(padding, str):
        raise SettingError(f"padding should be a whole number, same or valid, not {padding!r}")
    given = tuple(padding) if isinstance(padding, Sequence) else (padding,) * len(spans)
    if len(given) != len(spans):
        raise SettingError(f"padding {padding} is for {len(given)} axes, but the kernel has {len(spans)}")
    return [_margin(margin, padding) for margin in given if not isinstance(margin, str)]


def _margin(value: int | Sequence[int], padding: Padding) -> Margin:
    sides = tuple(value) if isinstance(value, Sequence) else (value, value)
    if len(sides) != 2 or any(not _is_whole(side) or side < 0 for side in sides):
        raise SettingError(f"padding should be whole numbers from 0 on, not {padding}")
    return int(sides[0]), int(sides[1])


def _same(span: int, stride: int) -> Margin:
    if stride != 1:
        raise SettingError(f"padding same keeps the size, which a stride of {stride} does not; give a number instead")
    if span % 2 == 0:
        raise SettingError(
            f"padding same needs a kernel that has a middle, and this one spans {span} samples; "
            f"say what to add before and after, as (({(span - 1) // 2}, {span // 2}), …)"
        )
    return span // 2, span // 2


def _is_whole(value: object) -> bool:
    return isinstance(value, int) or (hasattr(value, "__index__") and not isinstance(value, bool))
