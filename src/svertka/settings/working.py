"""What a person may choose about the other verbs: factoring, engines, filters, and claims of papers."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from pydantic import Field

from svertka.settings.base import (
    DATA,
    ENGINE,
    FACTORS,
    FILTER,
    LENGTH,
    MACHINE,
    Count,
    Positive,
    Reading,
    Settings,
    Share,
)
from svertka.settings.using import UseSettings


class FactorSettings(UseSettings):
    """Everything one may choose about making a network cheaper."""

    kind: Annotated[Literal["spatial", "depthwise", "bottleneck", "auto"], FACTORS] = "spatial"
    """What a layer becomes. spatial: a column, then a row; depthwise: kernels for each channel by itself, then 1x1;
    bottleneck: fewer kernels, then 1x1, for linear layers too; auto: for each layer whichever loses or costs least."""

    rank: Annotated[Count | None, FACTORS] = None
    """How much goes between the two: so many channels, or of depthwise so many kernels for each channel."""

    error: Annotated[Share | None, FACTORS] = None
    """The least rank in each layer with which so much of the weights is lost at most, as 0.1 in least squares."""

    share: Annotated[float | None, FACTORS, Field(gt=0, lt=1)] = None
    """The highest rank in each layer with which it costs this share of its multiply-adds at most. By default 0.5."""

    layers: Annotated[str | None, FACTORS] = None
    """Only layers with such names, as body.1.*, with commas between them; svertka cost --layers lists names. By
    default all but the first."""


class OptimiseSettings(Settings):
    """Everything one may choose about finding the fastest engine."""

    precision: Annotated[Literal["float32", "bfloat16", "int8"], ENGINE] = "float32"
    """What to compute in. Less than float32 is faster on some processors, and changes the answers: by how much is said.
    int8 learns its ranges from images of the training part."""

    aim: Annotated[Literal["throughput", "latency"], ENGINE, Parameter(name="--for")] = "throughput"
    """What is to be short: the time for many images, or for one."""

    batch: Annotated[Count | None, ENGINE] = None
    """Images in a call. By default 16 for throughput and 1 for latency."""

    images: Annotated[Count, ENGINE] = 128
    """On how many images of the validation part the answers are compared."""

    tolerance: Annotated[Positive | None, ENGINE] = None
    """The largest error of a score that is accepted, in standard deviations of all scores. By default 0.0001 for
    float32, 0.1 for bfloat16 and 0.5 for int8."""

    changes: Annotated[Share, ENGINE] = 0.01
    """The largest share of answers that may become others."""

    engines: Annotated[str | None, ENGINE] = None
    """Only these of torch, compile, onnxruntime and openvino, with commas between them. By default all that are here;
    compile takes a minute or more."""

    threads: Annotated[Count | None, ENGINE] = None
    """Processor threads. By default as torch finds them."""


class ReproduceSettings(Settings):
    """Everything one may choose about trying a claim again."""

    size: Annotated[Literal["quick", "full"], LENGTH] = "quick"
    """How large. quick: minutes, and less to be seen; full: as in the paper, for hours where there is training."""

    data: Annotated[Path | None, DATA] = None
    """The data set that the claim needs. By default a folder of its name in data or ../shared/data."""

    seed: Annotated[int, LENGTH, Field(ge=0, lt=2**63)] = 0
    """Everything random follows from this number."""


class FilterSettings(Reading):
    """Everything one may choose about a filter over files."""

    border: Annotated[Literal["reflect", "symmetric", "replicate", "circular", "zeros"], FILTER] = "reflect"
    """What is taken to lie beyond the border of abcd. reflect: dcb|abcd|cba; symmetric: cba|abcd|dcb; replicate:
    aaa|abcd|ddd; circular: bcd|abcd|abc; zeros."""

    depth: Annotated[Literal["same", "uint8", "uint16", "int16", "int32", "float32", "float64"], FILTER] = "same"
    """The type of the answer. Whole numbers are rounded and cut to the type's range; how many were cut is said. same:
    that of the image."""

    space: Annotated[Literal["auto", "line", "plane", "volume"], FILTER] = "auto"
    """What is filtered as one: each row, each page, or the volume of all pages. auto: pages of images, and signals."""

    deviation: Annotated[Positive | None, FILTER] = None
    """Of gaussian and gabor: standard deviation of the bell curve, in pixels."""

    size: Annotated[Count | None, FILTER] = None
    """Of box and gabor: pixels a side."""

    wavelength: Annotated[float | None, FILTER, Field(ge=2)] = None
    """Of gabor: pixels from stripe to stripe."""

    orientation: Annotated[float | None, FILTER] = None
    """Of gabor: direction across the stripes in degrees; 0 is to the right, 90 down."""

    aspect: Annotated[Positive | None, FILTER] = None
    """Of gabor: width of the bell curve across the stripes, over its length along them."""

    phase: Annotated[float | None, FILTER] = None
    """Of gabor: 0 for stripes with a bright middle, 90 for edges; degrees."""

    fill: Annotated[float | None, DATA] = None
    """Put this value where a file holds NaN or infinity, instead of refusing it."""

    memory: Annotated[Positive, MACHINE] = 128.0
    """MiB for a strip of an image while it is filtered; larger images are filtered strip by strip."""
