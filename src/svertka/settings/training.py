"""What a person may choose about data and about a training."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from svertka.errors import SettingError
from svertka.settings.base import (
    AUGMENTATION,
    DATA,
    LENGTH,
    LOSS,
    MACHINE,
    OFF,
    OPTIMISATION,
    Count,
    Part,
    Positive,
    Reading,
    Share,
    Sizes,
)


class DataSettings(Reading):
    """How files become images of one kind, and what is to be learned from them."""

    target: Annotated[str | None, DATA] = None
    """Columns of a manifest to learn from, with commas between them. By default: all but path and split."""

    colour: Annotated[Literal["auto", "grey", "rgb", "keep"], DATA] = "auto"
    """Turn images to grey or to red-green-blue; keep: channels as they are; auto: whichever loses nothing."""

    pages: Annotated[str, DATA, Field(pattern=r"^(auto|depth|channels|\d+)$")] = "auto"
    """What the pages of a TIFF or the extensions and planes of a FITS file are: depth, channels, or the number of the
    one to read. auto: pages are depth, and the first extension with an image is read."""

    fill: Annotated[float | None, DATA] = None
    """Put this value where a file holds NaN or infinity, instead of refusing it."""

    task: Annotated[Literal["auto", "classify", "regress", "segment", "forecast", "next"], DATA] = "auto"
    """What to learn: the class of an image, its numbers, the class of every pixel (segment), the next frame of a
    sequence (forecast), or the next sample of a signal. auto: as the network and the data are; texts, whole numbers of
    an array, and columns called label are classes."""

    masks: Annotated[Literal["auto", "classes", "objects"], DATA] = "auto"
    """What the values in masks are: classes, or numbers of objects, which all become one class. auto: objects where
    there are more than 32 values."""

    lags: Annotated[str, DATA] = "1-3"
    """How many frames back to look for a forecast, group by group: 1-3/24/168 looks at the last three hours, and the
    same hour a day and a week before."""


class TrainSettings(DataSettings):
    """Everything one may choose about a training."""

    size: Annotated[Sizes | None, DATA] = None
    """Bring images to this size, as 96 or 96x128. By default they keep their own where the network takes it."""

    resize: Annotated[Literal["cover", "stretch", "pad"] | None, DATA] = None
    """How to bring them there. cover: scale until the size is covered, then cut; stretch: scale each axis; pad: cut
    or add zeros, never scale. By default: cover, and pad for signals."""

    project: Annotated[Literal["none", "sphere", "equirectangular", "healpix"], DATA] = "none"
    """Bring images onto the sphere, at 2b x 2b for the bandwidth b. sphere: planar images onto the northern hemisphere,
    their middle on the pole and their inscribed circle on the equator; equirectangular: fields and panoramas with rows
    from north to south; healpix: maps of the sky; none: images stay as they are."""

    turned: Annotated[bool, DATA, OFF] = False
    """Turn each image on its sphere by a random rotation of its own, once, by the seed. It is --rotation 180 that turns
    them anew in every epoch."""

    test: Annotated[Part, DATA] = 0.2
    """Share of the samples to hold back for the final test, or their number from 1 on, where the data has no test part
    of its own. Of a sequence the last are taken."""

    val: Annotated[Part, DATA] = 0.1
    """Share of the rest to hold back for validation, or their number, where the data has no such part of its own."""

    stem: Annotated[Literal["auto", "published", "small"], DATA] = "auto"
    """How a network for large images takes small ones: as published, or without shrinking them at its beginning.
    auto: the latter for images of up to 48 samples a side, signals of 128 and volumes of 16."""

    epochs: Annotated[Count | None, LENGTH] = None
    """Passes over the training part. By default 10 to 50, fewer for many images."""

    batch: Annotated[Count | None, LENGTH] = None
    """Images in a step. By default 16 to 128, fewer for few images."""

    patience: Annotated[int, LENGTH, Field(ge=0)] = 0
    """Stop after so many epochs without a better validation; 0: never. The best weights are kept in any case."""

    seed: Annotated[int, LENGTH, Field(ge=0, lt=2**63)] = 0
    """Everything random follows from this number."""

    optimiser: Annotated[Literal["sgd", "adam", "adamw"] | None, OPTIMISATION] = None
    """SGD with Nesterov momentum, Adam, or AdamW. By default SGD, and Adam for forecasts and next samples."""

    rate: Annotated[Positive | Literal["find"] | None, OPTIMISATION] = None
    """Learning rate at its highest; find: measure it first (learning-rate range test). By default 0.1 for SGD with
    batches of 128, in proportion for others, a tenth of that for networks of more than five layers without batch
    normalisation; and 0.001 for Adam and AdamW."""

    momentum: Annotated[Share, OPTIMISATION] = 0.9
    """Momentum of SGD, or the first coefficient of Adam."""

    decay: Annotated[float | None, OPTIMISATION, Field(ge=0)] = None
    """Weight decay. By default 0.0005 for SGD, 0 for Adam, 0.01 for AdamW."""

    decay_norms: Annotated[bool, OPTIMISATION, OFF] = False
    """Let biases and normalisation layers decay too."""

    schedule: Annotated[Literal["cosine", "onecycle", "step", "plateau", "constant"], OPTIMISATION] = "cosine"
    """How the rate falls. cosine: to 0 along half a wave; onecycle: up for 30% of the way, then down, with the momentum
    against it; step: a tenth at 50% and at 75%; plateau: a tenth when validation stalls for 5 epochs."""

    warmup: Annotated[Share, OPTIMISATION] = 0.05
    """Share of the training during which the rate rises from 0."""

    clip: Annotated[float | None, OPTIMISATION, Field(ge=0)] = None
    """Largest norm of the gradient; 0: no limit. By default 1 for numbers, and no limit for classes."""

    accumulate: Annotated[Count, OPTIMISATION] = 1
    """Batches whose gradients are averaged before a step."""

    ema: Annotated[Share, OPTIMISATION] = 0.99
    """Keep a running average of the weights with this decay, and validate and save that; 0: none."""

    smoothing: Annotated[Share, LOSS] = 0
    """Label smoothing: share of the target spread over all classes."""

    class_weights: Annotated[Literal["none", "balanced"], LOSS] = "none"
    """balanced: mistakes on rare classes cost more."""

    sampling: Annotated[Literal["natural", "balanced"], LOSS] = "natural"
    """balanced: draw all classes equally often."""

    auxiliary: Annotated[float, LOSS, Field(ge=0)] = 0.3
    """Weight of the loss of auxiliary heads, for networks that have them."""

    flip: Annotated[Literal["none", "horizontal", "vertical", "both"] | None, AUGMENTATION] = None
    """Mirror images at random. By default horizontally for colour photographs, else not."""

    crop: Annotated[Share | None, AUGMENTATION] = None
    """Shift images at random by up to this share of their size. By default 0.125 for images and classes, else 0."""

    rotation: Annotated[float | None, AUGMENTATION, Field(ge=0, le=180)] = None
    """Turn images at random by up to so many degrees, on a sphere about any axis. By default 10 for planes and classes,
    else 0."""

    zoom: Annotated[Share | None, AUGMENTATION] = None
    """Enlarge or shrink images at random by up to this share. By default 0.1 for planes and classes, else 0."""

    jitter: Annotated[Share, AUGMENTATION] = 0
    """Change brightness, contrast and colour balance at random by up to this share."""

    erasing: Annotated[Share, AUGMENTATION] = 0
    """Probability of blanking a random rectangle (Zhong et al., arXiv:1708.04896)."""

    mixup: Annotated[float, AUGMENTATION, Field(ge=0)] = 0
    """Blend pairs of images, with shares from Beta(a, a) (Zhang et al., arXiv:1710.09412); 0: not."""

    cutmix: Annotated[float, AUGMENTATION, Field(ge=0)] = 0
    """Paste a rectangle of one image into another, likewise (Yun et al., arXiv:1905.04899); 0: not."""

    device: Annotated[str, MACHINE, Field(pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")] = "auto"
    """Where to compute: cpu, cuda, cuda:1, mps; auto: the first that is there of cuda, mps, cpu."""

    precision: Annotated[Literal["float32", "bfloat16", "float16"], MACHINE] = "float32"
    """Compute convolutions and products in this precision (autocast); the weights stay float32."""

    threads: Annotated[Count | None, MACHINE] = None
    """Processor threads. By default as torch finds them."""

    cache: Annotated[float, MACHINE, Field(ge=0)] = 2.0
    """Keep decoded images in memory up to so many GiB; more are decoded anew in every epoch."""

    save_every: Annotated[float, MACHINE, Field(ge=0)] = 30.0
    """Save the state of the training at least every so many seconds, and after every epoch."""

    tensorboard: Annotated[bool, MACHINE, OFF] = False
    """Write the curves for TensorBoard too, into the run folder."""


def read_settings(path: Path) -> TrainSettings:
    """Settings from a TOML file, under `[settings]` as in a run folder or at its top.

    Raises:
        SettingError: the file is missing, is no TOML, or holds a value of the wrong kind.
        UnknownName: no setting is called so.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{path} cannot be read as TOML: {error}") from None
    return TrainSettings().but(**found.get("settings", found))
