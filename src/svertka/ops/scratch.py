"""Memory for what stands between two steps of a sum, kept from one call to the next, as fresh memory takes time."""

from math import prod
from threading import local

import torch
from torch import Tensor

MOST = 2**26  # bytes that are kept under a name

_OWN = local()


def scratch(name: str, shape: tuple[int, ...], like: Tensor) -> Tensor:
    """Memory of this shape, with anything in it, of the type and on the device of another tensor.

    Who asks again by the same name, in the same thread, gets the same memory; so nothing in it may be handed on. Large
    pieces are not kept, nor those on other devices than the processor's, where allocators keep them.
    """
    size = prod(shape)
    if type(like) is not Tensor or like.device.type != "cpu" or size * like.element_size() > MOST:
        return like.new_empty(shape)
    key = f"{name} {like.dtype}"
    kept = vars(_OWN).get(key)
    if kept is None or len(kept) < size:
        with torch.inference_mode(False):
            kept = torch.empty(size, dtype=like.dtype)
        vars(_OWN)[key] = kept
    return kept[:size].view(shape)
