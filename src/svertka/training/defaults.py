"""What is chosen for a person who does not say: by the kind, the size and the number of the images."""

from collections import Counter
from collections.abc import Sequence
from math import log2, prod

from torch import get_num_threads, nn

from svertka.data.agreement import Agreement
from svertka.geometry import sides
from svertka.nn.initial import CONVOLUTIONS, NORMS
from svertka.settings import TrainSettings

IMAGES = 600_000  # that a training sees, within the bounds of EPOCHS
EPOCHS = (10, 50)
BATCHES = (16, 128)
LITTLE = {1: 128, 2: 48, 3: 16}  # by rank, up to which length a network for large images does not shrink them at first
SOUNDS = 8  # signals in a batch whose every sample is to be told from those before
SPHERICAL_BATCH, SPHERICAL_RATE = 32, 5e-3  # Cohen et al. (arXiv:1801.10130), section 5.2
STEPS = 20  # at least in an epoch, where a smaller batch can give them
PIXELS = 2**23  # in a batch at most: 128 images of 256x256
WHOLE = 0.95  # share of signals that are kept whole, where they differ in length
SMALL = {1: 256, 2: 64, 3: 32}  # by rank, the longest side of a small image
FEW = 5  # layers with weights, as LeNet-5 has
RATES = {"sgd": 0.1, "adam": 1e-3, "adamw": 1e-3}
DECAYS = {"sgd": 5e-4, "adam": 0.0, "adamw": 1e-2}


FOR_TASKS = {"forecast": "st_resnet4", "next": "wavenet_small"}


def network_for(kind: Agreement, task: str) -> str:
    """The network that suits the task; to outline, VoxResNet in volumes and FCN-8s elsewhere.

    To tell classes or numbers: LeNet-5 for small grey images, a small residual network for other small ones, a large
    one for the rest.

    LeNet-5 trains in seconds; `resnet20` is more accurate on the same images, and some twenty times slower.
    """
    if task in FOR_TASKS:
        return FOR_TASKS[task]
    longest = max(max(sizes) for sizes in kind.sizes)
    if task == "segment":
        return "voxresnet" if kind.rank == 3 else "fcn1s_resnet20" if longest <= SMALL[kind.rank] else "fcn8s_resnet18"
    if kind.rank == 2 and kind.channels == 1 and longest <= SMALL[2] // 2:
        return "lenet5"
    return "resnet20" if longest <= SMALL[kind.rank] else "resnet18"


def size_for(kind: Agreement, *, resize: str, comfortable: int, published: int) -> tuple[int, ...]:
    """Their own size where all have one and the network is comfortable with it, else the least that it is.

    Of several sizes: where images are not scaled, the one that keeps 95% of them whole; else a square or cube on the
    median of their shorter sides, though not above the size the network was published for.
    """
    if len(kind.sizes) == 1:
        return enlarged(next(iter(kind.sizes)), comfortable)
    if resize == "pad":
        return enlarged([_quantile(kind.sizes, axis, WHOLE) for axis in range(kind.rank)], comfortable)
    shorter: Counter[tuple[int, ...]] = Counter((min(sizes),) for sizes in kind.sizes.elements())
    side = min(_quantile(shorter, 0, 0.5), published)
    return enlarged([side] * kind.rank, comfortable)


def enlarged(sizes: Sequence[int], least: int) -> tuple[int, ...]:
    """The same proportions, with no side below `least`."""
    scale = max(1.0, least / min(sizes))
    return tuple(max(least, round(size * scale)) if scale > 1 else size for size in sizes)


def filled(
    settings: TrainSettings,
    kind: Agreement,
    *,
    sizes: Sequence[int],
    images: int,
    task: str,
    spherical: bool = False,
    on_sphere: bool = False,
    unsteady: bool = False,
) -> TrainSettings:
    """The settings with every choice made that was left open, for a training part of so many images.

    What lies on the sphere is not moved as in a plane, and learned as published: Adam, batches of 32. What is
    `unsteady` learns by smaller steps.
    """
    suited = SPHERICAL_BATCH if spherical else batch_for(images, sizes)
    batch = settings.batch or (SOUNDS if task == "next" else suited)
    picks = task in ("classify", "segment")
    moves = picks and not (spherical or on_sphere)  # a number may change with what moves
    optimiser = settings.optimiser or ("adam" if spherical or task in FOR_TASKS else "sgd")
    choices = {
        "size": sides(tuple(sizes), len(sizes)),
        "resize": settings.resize or resize_for(kind.rank, task),
        "optimiser": optimiser,
        "epochs": settings.epochs or epochs_for(images),
        "batch": min(batch, images),
        "rate": settings.rate
        or (
            SPHERICAL_RATE
            if spherical and optimiser == "adam"
            else rate_for(optimiser, batch * settings.accumulate, unsteady=unsteady)
        ),
        "decay": DECAYS[optimiser] if settings.decay is None else settings.decay,
        "clip": (0.0 if picks else 1.0) if settings.clip is None else settings.clip,
        "flip": settings.flip or ("horizontal" if moves and kind.rank == 2 and kind.colour == "rgb" else "none"),
        "threads": settings.threads or get_num_threads(),
        "crop": (0.125 if moves and kind.rank > 1 else 0.0) if settings.crop is None else settings.crop,
        "rotation": (10.0 if moves and kind.rank == 2 else 0.0) if settings.rotation is None else settings.rotation,
        "zoom": (0.1 if moves and kind.rank == 2 else 0.0) if settings.zoom is None else settings.zoom,
    }
    return settings.but(**choices)


def epochs_for(images: int) -> int:
    """Passes over so many images: fewer over many."""
    return min(max(round(IMAGES / images), EPOCHS[0]), EPOCHS[1])


def resize_for(rank: int, task: str) -> str:
    """Images are scaled to cover; signals not, whose pitch would change, nor what is to be outlined as it is."""
    return "pad" if rank == 1 or task == "segment" else "cover"


def stem_for(settings: TrainSettings, kind: Agreement, published: int) -> bool:
    """Whether a network made for large images should not shrink these at its beginning."""
    stem = settings.stem
    longest = max(max(sizes) for sizes in ([sides(settings.size, kind.rank)] if settings.size else kind.sizes))
    return stem == "small" or (stem == "auto" and published > 128 and longest <= LITTLE[kind.rank])


def batch_for(images: int, sizes: Sequence[int]) -> int:
    """A power of two that gives enough steps to an epoch, and not too many pixels to a step."""
    least, most = BATCHES
    by_count = min(max(_power_of_two(images / STEPS), least), most)
    by_memory = max(_power_of_two(PIXELS / prod(sizes)), 2)
    return min(by_count, by_memory)


def rate_for(optimiser: str, batch: int, *, unsteady: bool = False) -> float:
    """The rate of SGD grows in proportion to the batch (Goyal et al., arXiv:1706.02677); that of Adam does not.

    Deep networks without batch normalisation have a tenth of SGD's, as AlexNet and VGG were published with.
    """
    return RATES[optimiser] * (batch / 128 * (0.1 if unsteady else 1) if optimiser == "sgd" else 1)


def is_unsteady(network: nn.Module) -> bool:
    """Whether more than a few layers follow each other without batch normalisation: a high rate throws such off."""
    layers = list(network.modules())
    weighted = sum(isinstance(layer, (*CONVOLUTIONS, nn.Linear)) for layer in layers)
    return weighted > FEW and not any(isinstance(layer, NORMS) for layer in layers)


def _power_of_two(limit: float) -> int:
    return 2 ** int(log2(limit)) if limit >= 1 else 1


def _quantile(sizes: Counter[tuple[int, ...]], axis: int, share: float) -> int:
    """The least length on an axis that this share of the images does not exceed."""
    lengths = sorted(size[axis] for size in sizes.elements())
    return lengths[min(int(share * len(lengths)), len(lengths) - 1)]
