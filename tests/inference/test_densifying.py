import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import svertka
from reference.patches import at_every_place
from svertka import LINE, PLANE, VOLUME, ShapeError
from svertka.inference import dense, densifying

SPACES = {1: LINE, 2: PLANE, 3: VOLUME}


@pytest.mark.parametrize(("space", "sizes"), [(LINE, (75,)), (PLANE, (41, 38)), (VOLUME, (33, 34, 35))], ids=repr)
def test_lenet_answers_at_every_place_as_for_each_patch(space, sizes, rng):
    network = svertka.build("lenet5", space=space).double().eval()
    x = torch.from_numpy(rng.standard_normal((1, 1, *sizes)))
    patch = (32,) * space.rank
    torch.testing.assert_close(dense(network, 32)(x), at_every_place(network, x, patch), rtol=1e-12, atol=1e-14)


def test_single_precision_agrees_to_five_digits(rng):
    network = svertka.build("lenet5").eval()
    x = torch.from_numpy(rng.standard_normal((1, 1, 48, 45))).float()
    wanted = at_every_place(network, x, (32, 32))
    assert (dense(network, 32)(x) - wanted).abs().max() <= 1e-5 * wanted.abs().max()


@st.composite
def classifiers(draw):
    """A random chain without padding, with strides, dilations, groups and pools, and the patch it is for."""
    rank = draw(st.integers(1, 2))
    space, channels, size = SPACES[rank], 2, draw(st.integers(9, 15))
    first, layers = size, []
    for _ in range(draw(st.integers(1, 3))):
        kernel, stride, dilation = draw(st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2)))
        if dilation * (kernel - 1) + 1 > size:
            break
        kind = draw(st.sampled_from(["conv", "max", "mean"]))
        if kind == "conv":
            layers.append(space.conv(channels, 4, kernel, stride=stride, dilation=dilation, groups=2))
            layers += [nn.ReLU(), space.norm(4)]
            channels = 4
        else:
            dilation = dilation if kind == "max" else 1
            layers.append(space.max_pool(kernel, stride, dilation=dilation) if kind == "max"
                          else space.mean_pool(kernel, stride))  # fmt: skip
        size = (size - dilation * (kernel - 1) - 1) // stride + 1
    head = draw(st.sampled_from(["flat", "mean"]))
    if head == "mean":
        layers.append(space.global_mean(1))
    features = channels * (1 if head == "mean" else size**rank)
    layers += [nn.Flatten(), nn.Linear(features, 5), nn.Tanh(), nn.BatchNorm1d(5), nn.Dropout(), nn.Linear(5, 3)]
    return nn.Sequential(*layers, nn.Softmax(-1)), (first,) * rank


@settings(max_examples=40)
@given(classifiers(), st.lists(st.integers(0, 7), min_size=2, max_size=2), st.booleans(), st.integers(0, 999))
def test_any_classifier_without_padding_is_turned_exactly(classifier, more, small_blocks, seed):
    network, patch = classifier
    torch.manual_seed(seed)
    for layer in network:
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2)
    network = network.double().eval()
    x = torch.randn(2, 2, *[size + extra for size, extra in zip(patch, more, strict=False)], dtype=torch.float64)
    with pytest.MonkeyPatch.context() as patched:
        if small_blocks:
            patched.setattr(densifying, "ROOM", 2**12)
            patched.setattr(densifying, "MOST", 2**12)
        found = dense(network, patch, channels=2)(x)
    torch.testing.assert_close(found, at_every_place(network, x, patch), rtol=1e-11, atol=1e-13)


def test_blocks_change_nothing(monkeypatch, rng):
    made = dense(svertka.build("lenet5").double(), 32)
    x = torch.from_numpy(rng.standard_normal((1, 1, 90, 70)))
    whole = made(x)
    monkeypatch.setattr(densifying, "ROOM", 2**15)
    monkeypatch.setattr(densifying, "MOST", 2**16)
    torch.testing.assert_close(made(x), whole, rtol=1e-13, atol=1e-14)


def test_a_copy_is_turned_and_the_network_stays_as_it_was():
    network = svertka.build("lenet5").train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    made = dense(network, 32)
    network.head[2].weight.data.zero_()
    x = torch.randn(1, 1, 32, 32)
    assert made(x).std() > 0
    assert network.training
    assert list(network.state_dict()) == list(before)


def test_the_middle_of_a_patch_lies_as_far_in_as_numpy_would_cut_it():
    made = dense(svertka.build("lenet5"), (32, 33))
    assert (made.before, made.after) == ((16, 16), (15, 16))


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        ((1, 1, 31, 40), "an image of 31x40 holds no patch of 32x32"),
        ((1, 3, 40, 40), r"wants images \(batch, 1, and 2 sizes\), not an array of shape \(1, 3, 40, 40\)"),
        ((40, 40), "not an array of shape"),
    ],
)
def test_images_of_another_kind_are_refused(shape, why):
    with pytest.raises(ShapeError, match=why):
        dense(svertka.build("lenet5"), 32)(torch.zeros(shape))


def test_blocks_of_volumes_are_large_where_small_ones_would_repeat_too_much():
    plane = dense(svertka.build("lenet5"), 32)
    volume = dense(nn.Sequential(nn.Conv3d(1, 64, 9), nn.ReLU(), nn.Conv3d(64, 2, 24), nn.Flatten()), 32)
    assert plane._bytes(plane._block([2000, 2000], 4), 4) <= densifying.ROOM
    assert densifying.ROOM < volume._bytes(volume._block([200, 200, 200], 4), 4) <= densifying.MOST
