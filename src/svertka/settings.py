"""What a person may choose, verb by verb: each setting with its type, its range, its default and a line of help.

The command line makes its flags from these fields, Python its keywords, and a run folder its `settings.toml`,
so they cannot differ. `None` stands for a choice that depends on the data; `training.defaults` makes it.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from cyclopts import Group, Parameter
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from svertka.errors import SettingError, UnknownName

DATA = Parameter(group=Group("Data", sort_key=1))
LENGTH = Parameter(group=Group("Length", sort_key=2))
OPTIMISATION = Parameter(group=Group("Optimisation", sort_key=3))
LOSS = Parameter(group=Group("Loss", sort_key=4))
AUGMENTATION = Parameter(group=Group("Augmentation", sort_key=5))
FILTER = Parameter(group=Group("Filter", sort_key=0))
FACTORS = Parameter(group=Group("Factors", sort_key=1))
ENGINE = Parameter(group=Group("Engine", sort_key=1))
SEVERAL = Parameter(group=Group("Several answers", sort_key=2))
MACHINE = Parameter(group=Group("Machine", sort_key=6))
OFF = Parameter(negative="", show_default=False)  # a switch that is off until it is named

PIXELS = 178_956_970  # Pillow's own limit against decompression bombs


def _written(value: object) -> object:
    """`32`, `(32, 48)` and `"32x48"` all become `"32x48"`."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (tuple, list)):
        return "x".join(map(str, value))
    return value


Sizes = Annotated[str, BeforeValidator(_written), Field(pattern=r"^[1-9]\d{0,5}(x[1-9]\d{0,5}){0,2}$")]


def _whole(value: float) -> float:
    """A share, or from 1 on a whole number."""
    if value >= 1 and value != int(value):
        raise PydanticCustomError("whole", "Input should be less than 1 or a whole number")
    return value


def _listed(value: object) -> object:
    """One path is a list of one."""
    return (value,) if isinstance(value, (str, Path)) else value


Paths = Annotated[tuple[Path, ...], BeforeValidator(_listed)]
Share = Annotated[float, Field(ge=0, lt=1)]
Part = Annotated[float, Field(ge=0), AfterValidator(_whole)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


@Parameter(name="*")
class Settings(BaseModel):
    """Base of all: frozen, and every name is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    def but(self, **changes: Any) -> Self:
        """A copy with these settings instead, checked.

        Raises:
            UnknownName: no setting is called so; the message offers the nearest.
            SettingError: a value of the wrong kind or out of range.
        """
        for name in changes:
            if name not in type(self).model_fields:
                raise UnknownName("setting", name, type(self).model_fields)
        try:
            return type(self)(**{**self.model_dump(include=self.model_fields_set), **changes})
        except ValidationError as error:
            raise SettingError(explained(error)) from None


def explained(error: ValidationError) -> str:
    """The first setting that is wrong, in one line."""
    found = error.errors()
    name = found[0]["loc"][0] if found[0]["loc"] else "settings"
    wishes = [wrong["msg"].removeprefix("Input ") for wrong in found if wrong["loc"][:1] == (name,)]
    if name == "size" and found[0]["type"] != "literal_error":
        wishes = ["should be one length, or one for each axis, as 96 or 96x128"]
    return f"setting {name} {' or '.join(wishes)}, not {found[0]['input']!r}"


class Reading(Settings):
    """How files become images."""

    axes: Annotated[str | None, DATA, Field(pattern="^N?[CTDHW]+$")] = None
    """What the axes of arrays mean, in order, where that cannot be seen from their shape: N samples, C channels,
    T time, D depth, H height, W width. For example NCHW."""

    max_pixels: Annotated[Count, DATA] = PIXELS
    """Refuse images with more pixels than this, before they are decoded."""

    skip_bad: Annotated[bool, DATA, OFF] = False
    """Leave out files that cannot be read, and count them, instead of stopping at the first."""


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
    batches of 128, in proportion for others, and 0.001 for Adam and AdamW."""

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


class UseSettings(Reading):
    """How a trained network is applied."""

    colour: Annotated[Literal["auto", "grey", "rgb"], DATA] = "auto"
    """Turn images to grey or to red-green-blue first, where that loses something. auto: refuse to lose anything that
    the network was trained with."""

    batch: Annotated[Count, MACHINE] = 64
    """Images at a time."""

    device: Annotated[str, MACHINE, Field(pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")] = "auto"
    """Where to compute: cpu, cuda, cuda:1, mps; auto: the first that is there of cuda, mps, cpu."""


class SeveralSettings(UseSettings):
    """How an image is judged from several answers: to views of it, of several networks, or of one that is thinned."""

    views: Annotated[str, SEVERAL, Parameter(show_default=False)] = ""
    """Views of each image whose answers are combined. mirror: as it is and left to right; flips: along every axis;
    dihedral: turned by right angles too, 8 views of a plane and 48 of a volume; five-crop: corners and middle of 7/8
    of the side; ten-crop: these mirrored too; multi-scale: at 3/4, 1 and 5/4 of the size, or as multi-scale:0.5/1/2
    says. With commas between them each is seen with each."""

    others: Annotated[Paths, SEVERAL, Parameter(name="--with", negative="", show_default=False)] = ()
    """Further runs whose answers are combined with those of the first; once for each run. They know the same classes
    or numbers, and each prepares images in its own way."""

    combine: Annotated[Literal["mean", "vote"], SEVERAL] = "mean"
    """How several answers become one. mean: of their probabilities, or numbers; vote: each names a class, and ties are
    settled by the mean."""

    dropout_samples: Annotated[int, SEVERAL, Field(ge=0, le=10_000)] = 0
    """Answer so many times with a random part of the network dropped as in training (Monte-Carlo dropout, Gal &
    Ghahramani, arXiv:1506.02142). For networks with dropout; 0: not."""

    seed: Annotated[int, SEVERAL, Field(ge=0, lt=2**63)] = 0
    """What is dropped, and sounds that are made up, follow from this number."""

    @property
    def several(self) -> bool:
        """Whether an image has more answers than one."""
        return bool(self.views or self.others or self.dropout_samples)


class EvaluateSettings(SeveralSettings):
    """Everything one may choose about an evaluation."""

    target: Annotated[str | None, DATA] = None
    """Columns of a manifest that hold the truth, with commas between them. By default: all but path and split."""

    part: Annotated[Literal["auto", "train", "val", "test", "all"], DATA] = "auto"
    """Which samples. auto: the test part where there is one, and never what the network was trained on."""

    turned: Annotated[bool | None, DATA] = None
    """Turn each image on its sphere by a random rotation of its own, by the training's seed, or not. By default as in
    the training."""


class PredictSettings(SeveralSettings):
    """Everything one may choose about a prediction."""

    uncertainty: Annotated[bool, SEVERAL, OFF] = False
    """Tell how far several answers differ: the spread (standard deviation) of the probability of the class that is
    told, or of each number; the entropy of the combined probabilities; and its part that is due to their differing
    (mutual information, Houlsby et al., arXiv:1112.5745). Entropies are in nats; of masks, means over places."""

    top: Annotated[Count, DATA] = 1
    """How many classes to list for each image, the likeliest first."""

    dense: Annotated[bool, OFF, DATA] = False
    """Of images larger than those of the training, make maps: at each place what the network says of the patch around
    it. For networks without padding."""

    scores: Annotated[bool, OFF, DATA] = False
    """In such maps, and with --tile, the probability of every class in place of the likeliest one."""

    border: Annotated[Literal["reflect", "cut"], DATA] = "reflect"
    """What of places in such maps whose patch reaches beyond the image. reflect: the image is mirrored there,
    dcb|abcd|cba; cut: they are left out, and the map is smaller than the image."""

    steps: Annotated[Count, DATA] = 1
    """How many frames to forecast."""

    samples: Annotated[Count, DATA] = 8000
    """How many samples of sound to make."""

    like: Annotated[str, DATA] = ""
    """The class as which a sound is continued."""

    tile: Annotated[str | None, MACHINE, Field(pattern=r"^(auto|[1-9]\d{0,6})$")] = None
    """Outline one image of any size in tiles with sides of so many places, which join to the very mask of the whole;
    auto: as long as --memory allows. The image is a .tif, .fits, .zarr, .npy or file.h5:dataset, and --out a .tif,
    .fits, .zarr or .npy."""

    memory: Annotated[Count, MACHINE] = 1024
    """MiB that a tile may take at its peak."""

    scheduler: Annotated[str | None, MACHINE] = None
    """Let the workers of a Dask cluster work out the tiles, as tcp://10.0.0.1:8786; --out is a .zarr then, and all
    machines see the same files."""


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
