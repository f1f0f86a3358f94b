"""Networks with published weights, ready to be used: what is done to images comes with the weights."""

from importlib.metadata import version

import torch

from svertka.data.preprocess import Preprocess
from svertka.inference.predictor import Predictor
from svertka.nn import device_of, laid_out
from svertka.runs import Facts
from svertka.zoo import build, find
from svertka.zoo.published import published


def pretrained(variant: str, weights: str, *, device: str = "auto") -> Predictor:
    """A network with published weights and the preprocessing that belongs to them.

    Args:
        variant: a network's name.
        weights: their name, as `torchvision:IMAGENET1K_V1`; they are fetched once, checked and kept.
        device: as in `svertka.train`.

    Returns:
        A predictor: `stream` takes files, folders and arrays. Classes are called by their numbers in ImageNet.

    Raises:
        UnknownName: no network or no weights are called so.
        SettingError: nothing is known of what is done to images before.
        DataError: the weights cannot be fetched.
    """
    known, place = published(variant, weights), device_of(device)
    network = laid_out(build(variant, weights=weights).eval(), place)
    classes = find(variant).classes
    preprocess = Preprocess(
        colour="rgb", channels=3, model="rgb", dtype="uint8", fill=None, pages="auto", sizes=(known.size, known.size),
        resize="cover", scale=255.0, mean=known.mean, deviation=known.deviation, margin=known.resize / known.size,
    )  # fmt: skip
    facts = Facts(
        variant=variant, task="classify", outputs=classes, channels=3, space="plane", sizes=preprocess.sizes,
        target_mean=(), target_deviation=(), svertka=version("svertka"), torch=torch.__version__,
    )  # fmt: skip
    return Predictor(network, preprocess, tuple(map(str, range(classes))), facts, place)
