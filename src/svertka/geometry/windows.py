"""Where a sliding window lands, along one axis."""

from dataclasses import dataclass

from svertka.errors import ShapeError


@dataclass(frozen=True)
class Window:
    """A kernel that slides along one axis.

    Sizes count samples; `padding` is what is added on each side.
    """

    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def span(self) -> int:
        """How many input samples one output sees: `D(K - 1) + 1`."""
        return self.dilation * (self.kernel - 1) + 1

    def out(self, size: int) -> int:
        """How many outputs a line of `size` samples gives: `⌊(size + 2P - span) / S⌋ + 1`.

        Raises:
            ShapeError: the window does not fit.
        """
        room = size + 2 * self.padding - self.span
        if room < 0:
            padded = f" padded by {self.padding} on each side" if self.padding else ""
            raise ShapeError(f"a window of {self.span} does not fit into a size of {size}{padded}")
        return room // self.stride + 1
