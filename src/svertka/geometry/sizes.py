"""The sizes of an image, as people write them and as networks take them."""

from collections.abc import Sequence

from svertka.errors import SettingError


def times(sizes: Sequence[int]) -> str:
    """Sizes in words: `32x48`."""
    return "x".join(map(str, sizes))


def sides(size: int | str | Sequence[int], rank: int) -> tuple[int, ...]:
    """A size for each axis, from one for all (`96`), or from all (`"96x128"`, `(96, 128)`).

    Raises:
        SettingError: another number of sizes than axes.
    """
    if isinstance(size, str):
        size = [int(side) for side in size.split("x")]
    sizes = (size,) if isinstance(size, int) else tuple(size)
    if len(sizes) not in (1, rank):
        raise SettingError(f"size {times(sizes)} is for {len(sizes)} axes, but the images have {rank}")
    return sizes * rank if len(sizes) == 1 else sizes
