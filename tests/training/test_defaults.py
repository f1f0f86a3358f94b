from collections import Counter

import pytest
import torch

from svertka.data.agreement import Agreement
from svertka.measure import comfortable_size
from svertka.settings import TrainSettings
from svertka.training.defaults import (
    batch_for,
    enlarged,
    filled,
    is_unsteady,
    network_for,
    rate_for,
    resize_for,
    size_for,
    stem_for,
)
from svertka.zoo import find


def kind(*sizes, colour="grey"):
    channels = {"grey": 1, "rgb": 3}[colour]
    return Agreement("keep", colour, channels, "uint8", len(sizes[0]), Counter(sizes))


@pytest.mark.parametrize(
    ("images", "network"),
    [
        (kind((28, 28)), "lenet5"),
        (kind((32, 20)), "lenet5"),
        (kind((33, 20)), "resnet20"),
        (kind((28, 28), colour="rgb"), "resnet20"),
        (kind((64, 64), colour="rgb"), "resnet20"),
        (kind((65, 10), colour="rgb"), "resnet18"),
        (kind((28, 28), (300, 200)), "resnet18"),
        (kind((256,)), "resnet20"),
        (kind((257,)), "resnet18"),
        (kind((32, 32, 32)), "resnet20"),
        (kind((64, 64, 64)), "resnet18"),
    ],
)
def test_the_network_suits_the_longest_side(images, network):
    assert network_for(images, "classify") == network


def size(images, **changes):
    return size_for(images, **{"resize": "cover", "comfortable": 32, "published": 224} | changes)


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (kind((100, 70)), (100, 70)),
        (kind((8, 8)), (32, 32)),
        (kind((8, 12)), (32, 48)),
        (kind((100, 70), (100, 70), (60, 200)), (70, 70)),
        (kind((900, 700), (500, 800)), (224, 224)),
        (kind((10, 20), (20, 10)), (32, 32)),
        (kind((20, 30, 40), (50, 60, 70), (50, 60, 80)), (50, 50, 50)),
    ],
)
def test_images_keep_their_size_or_get_one_that_suits_most(images, expected):
    assert size(images) == expected


def test_signals_are_kept_whole_in_all_but_one_case_of_twenty():
    lengths = [100] * 95 + [900] * 5
    assert size(kind(*[(length,) for length in lengths]), resize="pad", comfortable=1) == (900,)
    lengths = [100] * 96 + [900] * 4
    assert size(kind(*[(length,) for length in lengths]), resize="pad", comfortable=1) == (100,)


@pytest.mark.parametrize(
    ("sizes", "least", "expected"),
    [((5, 9), 1, (5, 9)), ((5, 9), 10, (10, 18)), ((3, 10), 7, (7, 23)), ((6,), 6, (6,))],
)
def test_small_images_grow_in_proportion(sizes, least, expected):
    assert enlarged(sizes, least) == expected


@pytest.mark.parametrize(
    ("images", "sizes", "batch"),
    [
        (60_000, (28, 28), 128),
        (1_280, (32, 32), 64),
        (2_560, (32, 32), 128),
        (100, (32, 32), 16),
        (60_000, (256, 256), 128),
        (60_000, (512, 512), 32),
        (60_000, (4096, 4096), 2),
        (60_000, (64, 64, 64), 32),
    ],
)
def test_a_batch_gives_enough_steps_and_fits_into_memory(images, sizes, batch):
    assert batch_for(images, sizes) == batch


@pytest.mark.parametrize(
    ("optimiser", "batch", "rate"), [("sgd", 128, 0.1), ("sgd", 32, 0.025), ("adam", 32, 1e-3), ("adamw", 512, 1e-3)]
)
def test_the_rate_of_sgd_goes_with_the_batch(optimiser, batch, rate):
    assert rate_for(optimiser, batch) == pytest.approx(rate)


def test_sgd_is_gentle_with_deep_networks_without_batch_normalisation():
    assert rate_for("sgd", 128, unsteady=True) == pytest.approx(0.01)
    assert rate_for("adam", 128, unsteady=True) == pytest.approx(1e-3)
    names = ["alexnet", "vgg16", "squeezenet1_1", "googlenet_original", "fcn8s"]
    steady = ["lenet5", "linear", "vgg16_bn", "resnet20", "googlenet", "densenet121"]
    with torch.device("meta"):
        assert [name for name in names + steady if is_unsteady(find(name).build())] == names


def choices(images=1000, task="classify", like=None, **changes):
    like = like or kind((40, 40), colour="rgb")
    return filled(TrainSettings(**changes), like, sizes=next(iter(like.sizes)), images=images, task=task)


@pytest.mark.parametrize(("images", "epochs"), [(100, 50), (12_000, 50), (20_000, 30), (60_000, 10), (10**6, 10)])
def test_many_images_need_fewer_epochs(images, epochs):
    assert choices(images).epochs == epochs


def test_nothing_is_left_open():
    made = choices()
    open_ones = {name for name, value in made.model_dump().items() if value is None}
    assert open_ones <= {"axes", "target", "fill"}


@pytest.mark.parametrize(
    "asked",
    [
        {"epochs": 3}, {"batch": 7}, {"rate": 0.5}, {"decay": 0.0}, {"clip": 0.0}, {"clip": 2.0}, {"flip": "none"},
        {"crop": 0.0}, {"rotation": 0.0}, {"zoom": 0.0}, {"resize": "pad"}, {"threads": 1},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("task", ["classify", "regress"])
def test_what_was_asked_stays(asked, task):
    made = choices(task=task, **asked).model_dump()
    assert {name: made[name] for name in asked} == asked


def test_numbers_are_not_moved_but_their_gradients_are_clipped():
    made = choices(task="regress")
    assert (made.flip, made.crop, made.rotation, made.zoom, made.clip) == ("none", 0, 0, 0, 1)


@pytest.mark.parametrize(
    ("like", "flip", "crop", "rotation"),
    [
        (kind((40, 40), colour="rgb"), "horizontal", 0.125, 10),
        (kind((40, 40)), "none", 0.125, 10),
        (kind((400,)), "none", 0, 0),
        (kind((20, 20, 20)), "none", 0.125, 0),
    ],
)
def test_photographs_are_mirrored_and_signals_are_left_alone(like, flip, crop, rotation):
    made = choices(like=like)
    assert (made.flip, made.crop, made.rotation) == (flip, crop, rotation)


def test_a_batch_is_no_larger_than_the_training_part():
    assert choices(images=9).batch == 9
    assert choices(images=9, batch=64).batch == 9


def test_steps_of_several_batches_have_the_rate_of_one_large_batch():
    assert choices(batch=32, accumulate=4).rate == pytest.approx(choices(batch=128).rate)


def test_signals_are_padded_and_images_scaled():
    assert [resize_for(rank, "classify") for rank in (1, 2, 3)] == ["pad", "cover", "cover"]
    assert [resize_for(rank, "segment") for rank in (1, 2, 3)] == ["pad", "pad", "pad"]


@pytest.mark.parametrize("images", [kind((28, 28)), kind((40, 40), colour="rgb"), kind((30,)), kind((20, 20, 20))])
def test_the_network_takes_the_size_that_is_chosen_for_it(images):
    from svertka.nn import space_of

    variant = find(network_for(images, "classify"))
    network = variant.build(channels=images.channels, space=space_of(images.rank))
    comfortable = comfortable_size(network, images.channels, images.rank)
    chosen = size(images, comfortable=comfortable, published=variant.size)
    assert min(chosen) >= comfortable


@pytest.mark.parametrize(
    ("images", "published", "settings", "small"),
    [
        (kind((32, 32)), 224, {}, True),
        (kind((48, 20)), 224, {}, True),
        (kind((49, 20)), 224, {}, False),
        (kind((32, 32)), 32, {}, False),
        (kind((32, 32)), 224, {"stem": "published"}, False),
        (kind((200, 200)), 224, {"stem": "small"}, True),
        (kind((200, 200)), 224, {"size": "32"}, True),
        (kind((16, 16, 16)), 224, {}, True),
        (kind((32, 32, 32)), 224, {}, False),
        (kind((128,)), 224, {}, True),
    ],
)
def test_small_images_enter_large_networks_at_full_size(images, published, settings, small):
    assert stem_for(TrainSettings(**settings), images, published) == small


@pytest.mark.parametrize(
    ("images", "task", "network"),
    [
        (kind((256, 256)), "segment", "fcn8s_resnet18"),
        (kind((32, 32)), "segment", "fcn1s_resnet20"),
        (kind((64, 64, 64)), "segment", "voxresnet"),
        (kind((16, 8)), "forecast", "st_resnet4"),
        (kind((8000,)), "next", "wavenet_small"),
    ],
)
def test_every_task_has_its_network(images, task, network):
    assert network_for(images, task) == network
    assert find(network).task == task


def test_what_lies_on_the_sphere_is_not_moved_and_learned_as_published():
    like = kind((60, 60))
    made = filled(TrainSettings(), like, sizes=(60, 60), images=10_000, task="classify", spherical=True)
    assert (made.flip, made.crop, made.rotation, made.zoom) == ("none", 0, 0, 0)
    assert (made.optimiser, made.rate, made.batch) == ("adam", 5e-3, 32)
