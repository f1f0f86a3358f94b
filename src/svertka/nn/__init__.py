"""Layers and blocks, written once for lines, planes and volumes."""

from svertka.nn.blocks import (
    PaddedIdentity,
    Parallel,
    Residual,
    SqueezeExcite,
    bilinear,
    conv_act,
    conv_norm,
    conv_norm_act,
    cropped,
    padded_to,
)
from svertka.nn.companding import compressed, expanded
from svertka.nn.devices import device_of, laid_out, lay_out
from svertka.nn.factored import Factor, pair_for, refactored
from svertka.nn.heads import Sided, classifier
from svertka.nn.integrals import integrate
from svertka.nn.rotation_norms import RotationNorm
from svertka.nn.space import LINE, PLANE, SPACES, VOLUME, Space, space_of
from svertka.nn.sphere_bands import Oversampled, spectral_pool
from svertka.nn.spherical import RotationConv, SphereConv, ZonalConv

__all__ = [
    "LINE",
    "PLANE",
    "SPACES",
    "VOLUME",
    "Factor",
    "Oversampled",
    "PaddedIdentity",
    "Parallel",
    "Residual",
    "RotationConv",
    "RotationNorm",
    "Sided",
    "Space",
    "SphereConv",
    "SqueezeExcite",
    "ZonalConv",
    "bilinear",
    "classifier",
    "compressed",
    "conv_act",
    "conv_norm",
    "conv_norm_act",
    "cropped",
    "device_of",
    "expanded",
    "integrate",
    "laid_out",
    "lay_out",
    "padded_to",
    "pair_for",
    "refactored",
    "space_of",
    "spectral_pool",
]
