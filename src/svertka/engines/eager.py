"""Layers that are computed as they are written: no file and no compiler holds them."""

from torch import nn

from svertka.errors import SettingError

MARKS = ("left_alone", "_torchdynamo_disable")  # ours, and that of `torch.compiler.disable`


def eager_layer(network: nn.Module) -> str:
    """The first layer that `torch.compile` is told to leave alone, by name and kind; nothing where there is none.

    Those of the sphere are such: their work is in tables of spectra that are made for each length of a batch.
    """
    for name, layer in network.named_modules():
        if any(hasattr(type(layer).forward, mark) for mark in MARKS):
            return f"{name} ({type(layer).__name__})".strip()
    return ""


def check_convertible(network: nn.Module) -> None:
    """See that all layers can be written for other programs, or compiled.

    Raises:
        SettingError: one cannot; the message names it.
    """
    if layer := eager_layer(network):
        raise SettingError(f"layer {layer} can be neither written nor compiled; only svertka itself runs it")
